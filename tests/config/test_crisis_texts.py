"""M13 and M15 against the list of facts B8: what a crisis text says, what it never says, and numbers that are reviewed.

They are held to it as a resident meets them, in the words of the demo's file and in the core's own drafts alike.
"""

import re
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import api
from config.settings import Settings
from config.units import load_units
from routine import screens
from routine.chat import gated, sending, suspicion
from routine.hours import TIMEZONE
from routine.people import PersonId
from routine.phrases import Screen, text_of
from routine.tone import findings
from routine.unit import Unit
from tests.config.files import DEMO, changed
from tests.story import P1, T17

UNITS = load_units(DEMO)
FRIDAY_NIGHT = datetime(2026, 11, 27, 22, 30, tzinfo=TIMEZONE)
CHRISTMAS = datetime(2026, 12, 24, 3, 0, tzinfo=TIMEZONE)
NEXT = {
    FRIDAY_NIGHT: "tidigast måndag 30 november klockan 08.00",
    CHRISTMAS: "tidigast måndag 28 december klockan 08.00",
}
METHODS = r"hopp|tablett|överdos|\brep\b|kniv|skjut|häng|skär|gift|\btåg|\bbro\b|läkemedel|alkohol"
REASSURANCE = r"ordnar sig|ingen fara|lugn|oroa|blir bra|vi hjälper|inte ensam|förstår hur|allt kommer"
BLAME = r"måste|borde|skyldig|varför"
CALLS_IT = r"självmord(?!slinjen)|suicid|\brisk|misstank|flagg"


def ours(*, configured: bool) -> Unit:
    """VC-T with the demo's texts, or with nothing but the core's drafts."""
    unit = UNITS.snapshot("VC-T", FRIDAY_NIGHT, {})
    assert unit is not None
    return unit if configured else unit.model_copy(update={"phrases": (), "numbers": ()})


def m15(*, configured: bool, at: datetime = FRIDAY_NIGHT, person: str = P1) -> Screen:
    return screens.crisis(ours(configured=configured), at, PersonId(person))


@pytest.mark.parametrize("at", NEXT)
@pytest.mark.parametrize("configured", [True, False])
def test_b8_m15_says_all_seven_things_in_their_order(configured: bool, at: datetime) -> None:
    """(1) nobody reads now, and when; (2) 112; (3) psychiatric emergency; (4) 90101; (5) 1177 for advice; (6) kept."""
    said = m15(configured=configured, at=at).text
    points = (
        f"inte bemannad. Vi läser ditt meddelande {NEXT[at]}.",
        "Är du i fara eller har tankar på att ta ditt liv, ring 112",
        "psykiatrisk akutmottagning",
        "90101 dygnet runt",
        "För råd om vård, ring 1177",
        "Ditt ärende finns kvar hos oss",
    )
    places = [said.find(point) for point in points]
    assert -1 not in places
    assert places == sorted(places)
    assert "{" not in said
    assert said.count("1177") == 1, "advice only: 1177 is no support line in a crisis (B8)"


@pytest.mark.parametrize("configured", [True, False])
def test_b8_m15_names_bris_under_18_only(configured: bool) -> None:
    adult, young = m15(configured=configured), m15(configured=configured, person=T17)
    assert young.text == f"{adult.text} Du kan också ringa Bris på 116 111."
    assert adult.numbers == ("112", "90101", "1177")
    assert young.numbers == ("112", "90101", "116 111", "1177")
    assert all(number in young.text for number in young.numbers)


@pytest.mark.parametrize("configured", [True, False])
@pytest.mark.parametrize("template", ["M13", "M15", "M15-young", "M11-sign", "M16", "M18"])
def test_b8_what_a_text_in_a_crisis_never_says(template: str, configured: bool) -> None:
    """(7): no "seek again", no reassurance, no method, no exclamation mark, no capitals, no abbreviations; no blame."""
    said = text_of(UNITS.phrases("VC-T"), template) if configured else DRAFTS[template]
    assert said is not None
    assert findings(said) == ()
    for never in (METHODS, REASSURANCE, BLAME, CALLS_IT):
        assert re.findall(never, said.lower()) == [], template
    assert "{tid}" not in said or template == "M15"


DRAFTS = {**screens.DRAFTS, "M13": gated.M13, "M16": suspicion.M16, "M4": sending.REMINDER}


@pytest.mark.parametrize("template", ["M4", "M13", "M15", "M15-young", "M16"])
def test_the_core_has_no_words_of_its_own_beside_the_file(template: str) -> None:
    """Also those drafts that stand beside the rule that sends them."""
    assert text_of(UNITS.phrases("VC-T"), template) == DRAFTS[template]


def test_b8_m13_is_the_routines_question_and_nothing_else() -> None:
    """R62: one open question in the chat, that a person answers; no threshold, no link, no number."""
    said = text_of(UNITS.phrases("VC-T"), "M13")
    assert said == "Känns det tillräckligt tryggt för dig att fortsätta vården online?"
    channels = {phrase.template: phrase.channel for phrase in UNITS.phrases("VC-T")}
    assert (channels["M13"], channels["M15"], channels["M15-young"]) == ("chat", "screen", "screen")


async def test_b8_a_number_past_its_review_date_is_told_when_the_house_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hours of help lines change: from the day after `review_by` the API warns at each start, and goes on."""
    folder = changed(tmp_path, "texts.toml", 'number = "90101"\nreview_by = 2027-06-30', PASSED)
    units = load_units(folder)
    told: list[tuple[str, dict[str, Any]]] = []

    class Stop(Exception):
        """What comes after the warnings is not looked at."""

    async def opened(*_: object, **__: object) -> SimpleNamespace:
        return SimpleNamespace(units=units)

    def app(_: object) -> None:
        raise Stop

    monkeypatch.setattr(api, "observe", lambda *_: None)
    monkeypatch.setattr(api, "open_house", opened)
    monkeypatch.setattr(api, "create_app", app)
    monkeypatch.setattr(api, "log", SimpleNamespace(warning=lambda event, **more: told.append((event, more))))
    with pytest.raises(Stop):
        await api.serve(Settings(data_dir=tmp_path))
    due = [more for event, more in told if event == "texts.number_due_for_review"]
    assert {"number": "90101", "review_by": str(date(2020, 1, 31))} in due
    assert all(date.fromisoformat(each["review_by"]) < datetime.now(TIMEZONE).date() for each in due)


PASSED = 'number = "90101"\nreview_by = 2020-01-31'
