"""Whether a case went the ways its process diagram has: the steps it took, replayed as tokens on the BPMN.

A case rests in one state at a time (the diagram's category `state`). A step follows the diagram if flows lead from that
state, over gateways, to the step's element and on to the state where the case was then; or if it is one of the steps
beside, which lead from a gateway of their own back to it while the state stays. Conditions on flows hold the states
they are open in.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from audit.steps import Step

BPMN: Final = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
STATE: Final = "state"
SUFFIX: Final = f"-{STATE}"
"""On the id of a state whose name a decision has already."""
CONDITION: Final = re.compile(r"läge in \(([\w, -]+)\)")
"""The only condition that these diagrams use: `läge in (queued, in_progress)`, judged before the step."""


class Unsound(Exception):
    """A diagram that cannot be followed: the message names what is wrong in it."""


@dataclass(frozen=True)
class Flow:
    """A sequence flow; `states` is where it is open, None everywhere."""

    id: str
    source: str
    target: str
    states: frozenset[str] | None = None


@dataclass(frozen=True)
class Deviation:
    """A step, by its place in the case's life, that the diagram does not have, or does not have there."""

    number: int
    step: Step
    why: str


@dataclass(frozen=True)
class Replayed:
    """What a replay found: deviations, and the elements and flows that the steps went by."""

    deviations: tuple[Deviation, ...] = ()
    visited: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Process:
    """A process as its diagram has it."""

    elements: dict[str, str]
    """Tag by id, gateways too."""
    states: dict[str, str]
    """Element by the state's name."""
    flows: tuple[Flow, ...]

    @cached_property
    def start(self) -> str:
        """The element a case begins with."""
        return next(ident for ident, tag in self.elements.items() if tag == "startEvent")

    @cached_property
    def resting(self) -> frozenset[str]:
        """The elements that name states."""
        return frozenset(self.states.values())

    @cached_property
    def loops(self) -> frozenset[str]:
        """The gateways that steps beside lead from and back to: where the tokens rest that are not the case's own."""
        begun = {flow.target for flow in self.flows if self.elements[flow.source] == "parallelGateway"}
        return frozenset(flow.target for flow in self.flows if flow.source in begun - self.resting) - self.resting

    @cached_property
    def steps(self) -> frozenset[str]:
        """The elements that are steps: tasks and events, but no states."""
        return frozenset(
            ident for ident, tag in self.elements.items() if not tag.endswith("Gateway") and ident not in self.resting
        )

    def leaving(self, element: str) -> list[Flow]:
        """The flows out of an element."""
        return self._leaving.get(element, [])

    @cached_property
    def _leaving(self) -> dict[str, list[Flow]]:
        found: dict[str, list[Flow]] = {}
        for flow in self.flows:
            found.setdefault(flow.source, []).append(flow)
        return found


def process(path: Path) -> Process:
    """The process in a BPMN file of ours. Raises Unsound."""
    root = ET.parse(path).getroot().find(f"{BPMN}process")
    if root is None:
        raise Unsound(f"{path.name} holds no process")
    elements, states, flows = {}, {}, []
    for each in root:
        ident, tag = each.get("id", ""), each.tag.removeprefix(BPMN)
        if tag == "sequenceFlow":
            flows.append(Flow(ident, each.attrib["sourceRef"], each.attrib["targetRef"], _open_in(each)))
        elif tag.endswith(("Event", "Gateway", "Task")):
            elements[ident] = tag
            if any(ref.text == STATE for ref in each.iter(f"{BPMN}categoryValueRef")):
                states[ident.removesuffix(SUFFIX)] = ident
    ends = {end for flow in flows for end in (flow.source, flow.target)}
    if odd := ends - elements.keys():
        raise Unsound(f"flows name {', '.join(sorted(odd))}, which {path.name} does not have")
    if odd := {state for flow in flows for state in flow.states or ()} - states.keys():
        raise Unsound(f"conditions name {', '.join(sorted(odd))}, which is no state in {path.name}")
    return Process(elements, states, tuple(flows))


def _open_in(flow: ET.Element) -> frozenset[str] | None:
    written = flow.findtext(f"{BPMN}conditionExpression")
    if written is None:
        return None
    read = CONDITION.fullmatch(written.strip())
    if read is None:
        raise Unsound(f"the condition on {flow.get('id')} cannot be read")
    return frozenset(state.strip().removesuffix(SUFFIX) for state in read[1].split(","))


def replayed(of: Process, steps: Sequence[Step], stood: str | None = None) -> Replayed:
    """The steps held against the diagram, from the case's beginning or from where it `stood`.

    After a deviation the replay goes on from where the case really was.
    """
    deviations: list[Deviation] = []
    visited: set[str] = set()
    for number, step in enumerate(steps, 1):
        ways, why = _followed(of, step, stood)
        if why:
            deviations.append(Deviation(number, step, why))
        for way in ways:
            visited |= {flow.id for flow in way}.union(*({flow.source, flow.target} for flow in way))
        stood = step.after
    return Replayed(tuple(deviations), frozenset(visited))


Way = tuple[Flow, ...]


def _followed(of: Process, step: Step, stood: str | None) -> tuple[list[Way], str | None]:
    """The ways by which the step follows the diagram, or why it does not."""
    if step.name not in of.steps:
        return [], "unknown step"
    if odd := {state for state in (step.before, step.after) if state is not None} - of.states.keys():
        return [], f"unknown state {', '.join(sorted(odd))}"
    if step.before != stood:
        return [], f"the case stood in {stood or 'no state'} before it"
    if step.before is None:
        return _begun(of, step)
    into = [way for place in (of.states[step.before], *of.loops) for way in _ways(of, place, step.name, step.before)]
    if not into:
        return [], f"no flow leads to it from {step.before}"
    found = [
        (*way, *on)
        for way in into
        for on in _ways(of, step.name, _goal(of, way[0].source, step), step.before)
        if way[0].source in of.resting or step.before == step.after
    ]
    return found, None if found else f"no flow leads from it to {step.after}"


def _begun(of: Process, step: Step) -> tuple[list[Way], str | None]:
    """The first step: over the parallel gateway to the first state, and to the loops beside."""
    if step.name != of.start:
        return [], f"a case begins with {of.start}"
    goals = (of.states[step.after], *sorted(of.loops))
    found = [way for goal in goals for way in _ways(of, step.name, goal, None)]
    first = any(way[-1].target == goals[0] for way in found)
    return (found, None) if first else ([], f"no flow leads from it to {step.after}")


def _goal(of: Process, place: str, step: Step) -> str:
    return of.states[step.after] if place in of.resting else place


def _ways(of: Process, start: str, goal: str, state: str | None) -> Iterator[Way]:
    """The ways from one element to another with nothing but choices in between, along flows that are open."""
    waiting: list[Way] = [(flow,) for flow in of.leaving(start) if _is_open(flow, state)]
    while waiting:
        way = waiting.pop()
        end = way[-1].target
        if end == goal:
            yield way
        elif end not in of.resting | of.loops and of.elements[end].endswith("Gateway"):
            seen = {flow.source for flow in way}
            waiting += [(*way, flow) for flow in of.leaving(end) if _is_open(flow, state) and flow.target not in seen]


def _is_open(flow: Flow, state: str | None) -> bool:
    return flow.states is None or state in flow.states


def unvisited(of: Process, found: Iterable[Replayed]) -> tuple[str, ...]:
    """The elements and flows that none of the replays went by."""
    seen = {each for replay in found for each in replay.visited}
    return tuple(each for each in (*of.elements, *(flow.id for flow in of.flows)) if each not in seen)
