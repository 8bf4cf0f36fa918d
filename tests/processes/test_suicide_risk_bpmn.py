"""`processes/suicide_risk.bpmn` is how the pathway goes: stories and the core follow its flows, and all is used."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

from audit.conformance import BPMN, Process, Replayed, Unsound, process, replayed, unvisited
from audit.pathways import HANDED_OUT, PathwayReader
from audit.steps import Step
from config.settings import ROOT
from routine.suicide_risk.decide import TYPES
from routine.suicide_risk.elapse import Name
from routine.suicide_risk.hear import Event
from routine.suicide_risk.pathway import State
from tests.processes.pathway_walk import CASES, walked
from tests.replay.recording import Recorded, recorded

PATHWAY = ROOT / "processes" / "suicide_risk.bpmn"
STORIES = [each for each in recorded() if each.workflow == "SuicideRiskPathway"]


@cache
def pathway() -> Process:
    return process(PATHWAY)


@cache
def steps_from_the_core() -> frozenset[Step]:
    """Each kind of step that the core lets a pathway take."""
    return frozenset(step for name in CASES for each in walked(name) for step in each.steps)


def alone(step: Step) -> Replayed:
    """One step held against the diagram, wherever in a pathway's life it comes."""
    return replayed(pathway(), [step], stood=step.before)


def elements(found: Iterable[str]) -> set[str]:
    return {each for each in found if each in pathway().elements}


def whys(steps: list[Step]) -> list[str]:
    return [each.why for each in replayed(pathway(), steps).deviations]


S8 = [
    Step("pathway_begun", None, "suspected"),
    Step("contact_changed", "suspected", "suspected"),
    Step("handover", "suspected", "handed_over"),
    Step("accept_handover", "handed_over", "assessing"),
    Step("assess", "assessing", "low_ask"),
    Step("ask_safe_online", "low_ask", "low_ask"),
    Step("record_safe_online", "low_ask", "released"),
    Step("attest_note", "released", "released"),
    Step("contact_changed", "released", "ended"),
]


class TestStories:
    @pytest.mark.parametrize("story", STORIES, ids=lambda each: each.story)
    async def test_every_step_follows_the_flows(self, story: Recorded) -> None:
        found = replayed(pathway(), await PathwayReader(story.history).steps())
        assert found.deviations == ()
        assert "pathway_begun" in found.visited

    async def test_every_element_is_visited(self) -> None:
        found = [replayed(pathway(), await PathwayReader(each.history).steps()) for each in STORIES]
        missing = elements(unvisited(pathway(), found))
        assert not missing, f"no story comes to {', '.join(sorted(missing))}"


class TestCore:
    def test_every_step_follows_the_flows(self) -> None:
        odd = [(each.step, each.why) for step in steps_from_the_core() for each in alone(step).deviations]
        assert sorted(odd) == []

    def test_every_element_and_every_flow_is_used(self) -> None:
        assert unvisited(pathway(), [alone(step) for step in steps_from_the_core()]) == ()


class TestNames:
    def test_every_step_of_the_core_is_an_element(self) -> None:
        heard = {get_args(each.model_fields["type"].annotation)[0] for each in get_args(Event)}
        assert pathway().steps == {*TYPES, *Name, *heard, "pathway_begun"}

    def test_every_state_is_an_element(self) -> None:
        """What `assessing` is before somebody has taken the patient on has names of its own in `api.md`."""
        names = {state.model_fields["state"].default for state in get_args(get_args(State)[0])}
        assert set(pathway().states) == {*names, "suspected", "handed_over", HANDED_OUT, "ended"}

    def test_every_row_of_the_table_is_named(self) -> None:
        """T1 to T15 of A10, where a clinician looks for them."""
        root = ET.parse(PATHWAY).getroot()
        said = " ".join(f"{each.get('name', '')} {each.findtext(f'{BPMN}documentation', '')}" for each in root.iter())
        spans = re.findall(r"T(\d+)(?:–T?(\d+))?", said)
        rows = {row for first, last in spans for row in range(int(first), int(last or first) + 1)}
        assert rows == {*range(1, 16)}

    def test_every_lane_is_there(self) -> None:
        lanes = [each.get("name") for each in ET.parse(PATHWAY).getroot().iter(f"{BPMN}lane")]
        assert lanes == [
            "Systemet och klockan",
            "All personal",
            "Den som har chatten",
            "Läkare eller psykolog",
            "Reception",
            "Jour, akutmottagning, 112",
            "Verksamhetschef",
        ]


class TestDeviations:
    def test_a_pathway_that_goes_by_the_book(self) -> None:
        found = replayed(pathway(), S8)
        assert found.deviations == ()
        assert {"who_has--suspected", "level--low", "safe--released", "happened--ended", "ended"} <= found.visited

    def test_an_unknown_step(self) -> None:
        assert whys([*S8[:4], Step("score", "assessing", "low_ask")]) == ["unknown step"]

    def test_closed_by_nobody(self) -> None:
        """No exit but the routine's own: a wait that runs out lets go of nobody (T3, R74)."""
        assert whys([*S8[:3], Step("rung", "handed_over", "released")]) == ["no flow leads from it to released"]
        steps = [*S8[:4], Step("handover_on_call", "assessing", "acknowledged")]
        assert whys(steps) == ["no flow leads from it to acknowledged"]

    def test_moderate_is_not_let_go_on_booking(self) -> None:
        """T8: only after the visit has happened."""
        steps = [*S8[:4], Step("assess", "assessing", "booking"), Step("book_physical", "booking", "attended")]
        assert whys(steps) == ["no flow leads from it to attended"]

    def test_high_is_never_booked_as_moderate_is(self) -> None:
        """T10: an assessor chooses a way first."""
        steps = [*S8[:4], Step("assess", "assessing", "route_choice"), Step("attest_note", "route_choice", "booking")]
        assert whys(steps) == ["no flow leads from it to booking"]

    def test_a_dismissed_suspicion_is_not_assessed(self) -> None:
        steps = [*S8[:3], Step("dismiss_flag", "handed_over", "dismissed"), Step("assess", "dismissed", "low_ask")]
        assert whys(steps) == ["no flow leads to it from dismissed"]

    def test_nothing_after_the_end(self) -> None:
        assert whys([*S8, Step("assess", "ended", "low_ask")]) == ["no flow leads to it from ended"]

    @pytest.mark.parametrize("broken", ["who_has--suspected", "asked--accept_handover", "level--low", "safe--released"])
    def test_a_broken_flow(self, tmp_path: Path, broken: str) -> None:
        """One flow taken out of the file: the pathway that goes by the book does not follow it any more."""
        tree = ET.parse(PATHWAY)
        of = tree.getroot().find(f"{BPMN}process")
        assert of is not None
        of.remove(next(each for each in of if each.get("id") == broken))
        tree.write(copy := tmp_path / "broken.bpmn")
        assert len(replayed(process(copy), S8).deviations) == 1

    def test_a_flow_to_nowhere(self, tmp_path: Path) -> None:
        text = PATHWAY.read_text(encoding="utf-8").replace('targetRef="assess"', 'targetRef="bedom"')
        (copy := tmp_path / "odd.bpmn").write_text(text, encoding="utf-8")
        with pytest.raises(Unsound, match="flows name bedom"):
            process(copy)
