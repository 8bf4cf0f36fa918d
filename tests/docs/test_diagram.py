"""The README shows chat and pathway as the code has them, and the walks that draw them are not vacuous."""

from functools import cache
from pathlib import Path
from typing import get_args

import pytest

from routine.chat import decisions
from routine.chat.case import State
from routine.chat.elapse import Name
from routine.suicide_risk import decide as of_pathway
from routine.suicide_risk.elapse import Name as PathwayName
from routine.suicide_risk.pathway import State as PathwayState
from starter.tables import STATES, SUICIDE_STATES
from tools import diagram, pathway_diagram
from tools.diagram import CHAT, PATHWAY, README, drawn, main, placed
from tools.walked import Stranger, Walk


@cache
def walked() -> Walk:
    return diagram.walk()


def arrows(drawing: str) -> set[str]:
    """Every arrow of a drawing, one for each of its labels."""
    found = set()
    for line in drawing.splitlines():
        ends, colon, labels = line.strip().partition(": ")
        if " --> " in ends:
            found |= {f"{ends}{colon}{label}" for label in labels.split("<br/>")}
    return found


@cache
def on_the_pathway() -> Walk:
    return pathway_diagram.walk()


def pathway_drawn() -> str:
    return drawn(on_the_pathway(), SUICIDE_STATES, "suspicion")


def union(state: object = State) -> set[type]:
    return set(get_args(get_args(state)[0]))


def test_the_readme_shows_the_code() -> None:
    text = README.read_text(encoding="utf-8")
    assert text == placed(text, drawn(walked())), "run make diagram"
    assert text == placed(text, pathway_drawn(), PATHWAY), "run make diagram"


def test_every_state_is_reached() -> None:
    assert len(union()) == 8
    assert walked().states == union()
    assert len(union(PathwayState)) == 12
    assert on_the_pathway().states == union(PathwayState)


def test_every_decision_and_event_is_seen() -> None:
    seen = {(edge.means, edge.name) for edge in walked().edges}
    assert {name for means, name in seen if means == "decision"} == set(decisions.TYPES)
    assert {name for means, name in seen if means == "event"} == {event.type for event in diagram.EVENTS}
    assert {name for means, name in seen if means == "timer"} == {name.value for name in Name}


def test_every_decision_and_timer_of_the_pathway_is_seen() -> None:
    seen = {(edge.means, edge.name) for edge in on_the_pathway().edges}
    decided = {name for means, name in seen if means == "decision"}
    assert decided == set(of_pathway.TYPES) - pathway_diagram.OF_MINORS
    struck = {name for means, name in seen if means == "timer"}
    assert struck == {name.value for name in set(PathwayName) - pathway_diagram.SWITCHED_OFF}
    names = {state for edge in on_the_pathway().edges for state in (edge.source, edge.target)}
    assert names == set(SUICIDE_STATES) - {"screening_hit"}, "words in free text are the contact's"


@pytest.mark.parametrize(
    "arrow",
    [
        "[*] --> suspected: suspicion",
        "suspected --> handed_over: handover",
        "suspected --> assessing: accept_handover",
        "low_ask --> released: record_safe_online",
        "booking --> booked: book_physical",
        "booked --> phoning: missed",
        "handover_112 --> acknowledged: record_ack",
        "released --> [*]",
        "dismissed --> [*]",
    ],
)
def test_what_everybody_knows_of_the_pathway_is_drawn(arrow: str) -> None:
    assert arrow in arrows(pathway_drawn())


def test_r69_no_timer_moves_a_pathway() -> None:
    """The clock tells people; only people, and what the patient does, change how far a suspicion has come."""
    assert not [edge for edge in on_the_pathway().edges if edge.means == "timer" and edge.source != edge.target]


def test_r59_nothing_but_an_assessor_leads_from_suspected_to_released() -> None:
    """The clock, a nurse's word and the patient's silence open no gate."""
    ways = {edge.name for edge in on_the_pathway().edges if (edge.source, edge.target) == ("suspected", "released")}
    assert ways <= {"assess", "resolve_elsewhere", "close_last_resort", "moved_outside"}


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
    assert arrow in arrows(drawn(walked()))


def test_what_never_happens_is_not_drawn() -> None:
    edges = {(edge.source, edge.target) for edge in walked().edges}
    assert ("queued", "closed_grace") not in edges
    assert ("in_progress", "queued") in edges
    assert not [pair for pair in edges if pair[0] == "completed" and pair[1] != "completed"]


def test_a_new_decision_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(decisions.TYPES, "dance", decisions.Pick)
    with pytest.raises(Stranger, match="dance"):
        diagram.check_complete()
    monkeypatch.setitem(of_pathway.TYPES, "dance", decisions.AcceptHandover)
    with pytest.raises(Stranger, match="dance"):
        pathway_diagram.check_complete()


def test_a_state_without_swedish_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(STATES, "closed_grace")
    with pytest.raises(Stranger, match="closed_grace"):
        drawn(walked())


def marks(name: str) -> tuple[str, str]:
    return f"<!-- {name}:begin -->", f"<!-- {name}:end -->"


def between(chat: str, pathway: str) -> str:
    """A page with the two drawings between their markers."""
    (first, last), (begin, end) = marks(CHAT), marks(PATHWAY)
    return f"before\n{first}\n{chat}\n{last}\nbetween\n{begin}\n{pathway}\n{end}\nafter\n"


class TestCommand:
    @pytest.fixture
    def readme(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.setattr(diagram, "walk", walked)
        monkeypatch.setattr(pathway_diagram, "walk", on_the_pathway)
        page = tmp_path / "README.md"
        page.write_text(between("an old one", "another"), encoding="utf-8")
        return page

    def test_check_changes_nothing(self, readme: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["--check"], readme) == 1
        assert "run python -m tools.diagram" in capsys.readouterr().err
        assert "an old one" in readme.read_text(encoding="utf-8")

    def test_writes_between_the_markers_only(self, readme: Path) -> None:
        assert main([], readme) == 0
        text = readme.read_text(encoding="utf-8")
        assert text == between(drawn(walked()), pathway_drawn())
        assert main(["--check"], readme) == 0

    def test_without_markers(self, readme: Path, capsys: pytest.CaptureFixture[str]) -> None:
        for name in (CHAT, PATHWAY):
            begin, end = marks(name)
            swapped = between("", "").replace(begin, "-").replace(end, begin).replace("-\n", f"{end}\n")
            readme.write_text(swapped, encoding="utf-8")
            assert main([], readme) == 1
            assert begin in capsys.readouterr().err

    def test_wrong_argument(self, readme: Path) -> None:
        assert main(["--draw"], readme) == 2
