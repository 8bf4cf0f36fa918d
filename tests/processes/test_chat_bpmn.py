"""`processes/chat.bpmn` is how a chat goes: stories and the core follow its flows, and all of it is used."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

from audit.chats import ChatReader
from audit.conformance import Process, Replayed, Unsound, process, replayed, unvisited
from audit.steps import Step
from config.settings import ROOT
from routine.chat.case import Outcome, State
from routine.chat.decisions import TYPES
from routine.chat.elapse import Name
from routine.chat.events import Event
from tests.processes.chat_walk import CASES, walked
from tests.replay.recording import Recorded, recorded

CHAT = ROOT / "processes" / "chat.bpmn"
STORIES = [each for each in recorded() if each.workflow == "ChatContact"]


@cache
def chat() -> Process:
    return process(CHAT)


@cache
def steps_from_the_core() -> frozenset[Step]:
    """Each kind of step that the core lets a chat take."""
    return frozenset(step for name in CASES for each in walked(name) for step in each.steps)


def alone(step: Step) -> Replayed:
    """One step held against the diagram, wherever in a case's life it comes."""
    return replayed(chat(), [step], stood=step.before)


def elements(found: Iterable[str]) -> set[str]:
    return {each for each in found if each in chat().elements}


def whys(steps: list[Step]) -> list[str]:
    return [each.why for each in replayed(chat(), steps).deviations]


S1 = [
    Step("submit", None, "queued"),
    Step("pick", "queued", "in_progress"),
    Step("message", "in_progress", "awaiting_patient"),
    Step("patient_message", "awaiting_patient", "in_progress"),
    Step("request_close", "in_progress", "close_requested"),
    Step("confirm_close", "close_requested", "closed_grace"),
    Step("grace", "closed_grace", "closed"),
    Step("attest_note", "closed", "completed"),
]


class TestStories:
    @pytest.mark.parametrize("story", STORIES, ids=lambda each: each.story)
    async def test_every_step_follows_the_flows(self, story: Recorded) -> None:
        found = replayed(chat(), await ChatReader(story.history).steps())
        assert found.deviations == ()
        assert {"submit", "queued"} <= found.visited

    async def test_every_element_is_visited(self) -> None:
        found = [replayed(chat(), await ChatReader(each.history).steps()) for each in STORIES]
        missing = elements(unvisited(chat(), found))
        assert not missing, f"no story comes to {', '.join(sorted(missing))}"


class TestCore:
    def test_every_step_follows_the_flows(self) -> None:
        odd = [(each.step, each.why) for step in steps_from_the_core() for each in alone(step).deviations]
        assert sorted(odd) == []

    def test_every_element_and_every_flow_is_used(self) -> None:
        assert unvisited(chat(), [alone(step) for step in steps_from_the_core()]) == ()


class TestNames:
    def test_every_step_of_the_core_is_an_element(self) -> None:
        heard = {get_args(each.model_fields["type"].annotation)[0] for each in get_args(Event)}
        assert chat().steps == {*TYPES, *Name, *heard, "submit"}

    def test_every_state_is_an_element(self) -> None:
        names = {state.model_fields["state"].default for state in get_args(get_args(State)[0])}
        shown = {"grace": "closed_grace"}
        wanted = {shown.get(name, name) for name in names} - {"in_hand"}
        # A case about somebody else ends with its confirmation: nobody waits in that state.
        rests = {*get_args(Outcome)} - {"excluded_wrong_person"}
        assert set(chat().states) == {*wanted, *rests, "in_progress", "awaiting_patient"}


class TestDeviations:
    def test_a_case_that_goes_by_the_book(self) -> None:
        found = replayed(chat(), S1)
        assert found.deviations == ()
        assert {"begun--queued", "turn", "message--turn", "record_open--closed", "completed"} <= found.visited

    def test_an_unknown_step(self) -> None:
        assert whys([*S1[:2], Step("teleport", "in_progress", "closed")]) == ["unknown step"]

    def test_a_gateway_is_no_step(self) -> None:
        assert whys([*S1[:2], Step("turn", "in_progress", "in_progress")]) == ["unknown step"]

    def test_an_unknown_state(self) -> None:
        assert whys([*S1[:2], Step("message", "in_progress", "lost")]) == ["unknown state lost"]

    def test_confirmed_before_requested(self) -> None:
        found = replayed(chat(), [*S1[:2], Step("confirm_close", "in_progress", "closed")])
        assert [(each.number, each.why) for each in found.deviations] == [(3, "no flow leads to it from in_progress")]

    def test_closed_by_a_message(self) -> None:
        steps = [*S1[:2], Step("message", "in_progress", "closed")]
        assert whys(steps) == ["no flow leads from it to closed"]

    def test_a_step_beside_moves_nothing(self) -> None:
        steps = [*S1[:2], Step("internal_note", "in_progress", "queued")]
        assert whys(steps) == ["no flow leads from it to queued"]

    def test_a_condition_that_does_not_hold(self) -> None:
        assert whys([S1[0], Step("record_consent", "queued", "queued")]) == ["no flow leads to it from queued"]

    def test_after_the_end(self) -> None:
        steps = [*S1, Step("pick", "completed", "in_progress")]
        assert whys(steps) == ["no flow leads to it from completed"]

    def test_a_jump(self) -> None:
        """What stands between is not lost: the replay goes on from where the case was."""
        assert whys([*S1[:2], *S1[4:]]) == []
        assert whys([*S1[:2], *S1[5:]]) == ["the case stood in in_progress before it"]

    def test_begun_otherwise(self) -> None:
        assert whys([Step("pick", None, "in_progress")]) == ["a case begins with submit"]
        assert whys([Step("submit", None, "closed")]) == ["no flow leads from it to closed"]


class TestFile:
    """What cannot be followed is told apart from a case that did not follow."""

    @pytest.mark.parametrize(
        ("old", "new", "why"),
        [
            ('targetRef="pick"', 'targetRef="plock"', "flows name plock"),
            ("läge in (closed_grace)", "läge in (stängt)", "conditions name stängt"),
            ("läge in (closed_grace)", "om patienten svarar", "heard--queued cannot be read"),
        ],
    )
    def test_unsound(self, tmp_path: Path, old: str, new: str, why: str) -> None:
        text = CHAT.read_text(encoding="utf-8")
        assert old in text
        (copy := tmp_path / "chat.bpmn").write_text(text.replace(old, new), encoding="utf-8")
        with pytest.raises(Unsound, match=why):
            process(copy)

    def test_no_process(self, tmp_path: Path) -> None:
        (empty := tmp_path / "chat.bpmn").write_text("<definitions/>", encoding="utf-8")
        with pytest.raises(Unsound, match="holds no process"):
            process(empty)
