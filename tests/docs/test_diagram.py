"""The README shows the chat as the code has it, and the walk that draws it is not vacuous."""

from functools import cache
from pathlib import Path
from typing import get_args

import pytest

from routine.chat import decisions
from routine.chat.case import State
from routine.chat.elapse import Name
from starter.tables import STATES
from tools import diagram
from tools.diagram import BEGIN, END, README, Stranger, Walk, drawn, main, placed


@cache
def walked() -> Walk:
    return diagram.walk()


def union() -> set[type]:
    return set(get_args(get_args(State)[0]))


def test_the_readme_shows_the_code() -> None:
    text = README.read_text(encoding="utf-8")
    assert text == placed(text, drawn(walked())), "run make diagram"


def test_every_state_is_reached() -> None:
    assert len(union()) == 8
    assert walked().states == union()


def test_every_decision_and_event_is_seen() -> None:
    seen = {(edge.means, edge.name) for edge in walked().edges}
    assert {name for means, name in seen if means == "decision"} == set(decisions.TYPES)
    assert {name for means, name in seen if means == "event"} == {event.type for event in diagram.EVENTS}
    assert {name for means, name in seen if means == "timer"} == {name.value for name in Name}


@pytest.mark.parametrize(
    "arrow",
    [
        "[*] --> queued: submit",
        "queued --> in_progress: pick",
        "in_progress --> handover_pending: handover",
        "close_requested --> closed_grace: confirm_close",
        "closed_grace --> queued: patient_message",
        "closed_grace --> closed: timer grace",
        "closed --> completed: attest_note",
        "completed --> [*]",
    ],
)
def test_what_everybody_knows_is_drawn(arrow: str) -> None:
    assert f"    {arrow}" in drawn(walked())


def test_what_never_happens_is_not_drawn() -> None:
    edges = {(edge.source, edge.target) for edge in walked().edges}
    assert ("queued", "closed_grace") not in edges
    assert ("in_progress", "queued") in edges
    assert not [pair for pair in edges if pair[0] == "completed" and pair[1] != "completed"]


def test_a_new_decision_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(decisions.TYPES, "call_112", decisions.Pick)
    with pytest.raises(Stranger, match="call_112"):
        diagram.check_complete()


def test_a_state_without_swedish_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(STATES, "closed_grace")
    with pytest.raises(Stranger, match="closed_grace"):
        drawn(walked())


class TestCommand:
    @pytest.fixture
    def readme(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.setattr(diagram, "walk", walked)
        page = tmp_path / "README.md"
        page.write_text(f"before\n{BEGIN}\nan old one\n{END}\nafter\n", encoding="utf-8")
        return page

    def test_check_changes_nothing(self, readme: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["--check"], readme) == 1
        assert "run python -m tools.diagram" in capsys.readouterr().err
        assert "an old one" in readme.read_text(encoding="utf-8")

    def test_writes_between_the_markers_only(self, readme: Path) -> None:
        assert main([], readme) == 0
        text = readme.read_text(encoding="utf-8")
        assert text == f"before\n{BEGIN}\n{drawn(walked())}\n{END}\nafter\n"
        assert main(["--check"], readme) == 0

    def test_without_markers(self, readme: Path, capsys: pytest.CaptureFixture[str]) -> None:
        readme.write_text(f"{END}\n{BEGIN}\n", encoding="utf-8")
        assert main([], readme) == 1
        assert BEGIN in capsys.readouterr().err

    def test_wrong_argument(self, readme: Path) -> None:
        assert main(["--draw"], readme) == 2
