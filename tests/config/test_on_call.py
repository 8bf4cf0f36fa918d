"""The on-call directory and the clinics as configured: read, refused with their line, warned about (A15, B3, R63)."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.on_call import gaps, warnings
from config.units import Units, load_units
from routine.hours import TIMEZONE, local
from routine.on_call import Directory
from routine.reachable import alternatives
from routine.unit import Policy, Unit
from starter.tables import on_call_tables
from tests.config.files import DEMO, changed, line_of, problems
from tests.config.test_commands import printed

UNITS = "units.toml"
TODAY = date(2026, 11, 24)
ROSTER_END = '    { hsa_id = "SE0000000000-REC1" },\n]\n'
ON_CALL = '[[on_call]]\ntarget = "on_call"'
OWN = (
    '\n[[units.on_call]]\ntarget = "on_call"\nname = "Egna jouren"\nphone = "040-628 04 31"\n'
    'windows = [{ days = "every_day", start = "16:00", end = "09:00" }]\n'
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TIMEZONE)


def unit(units: Units, code: str = "VC-T", override: dict[str, object] | None = None) -> Unit:
    found = units.snapshot(code, at("2026-11-24 10:00"), override)
    assert found is not None
    return found


DEMO_UNITS = load_units(DEMO)
VC_T = unit(DEMO_UNITS)


def test_the_demo_has_the_directory_of_the_scenarios() -> None:
    jour = VC_T.on_call.on_duty("on_call", at("2026-12-28 17:02"))
    assert jour is not None
    assert (jour.hsa_id, jour.phone) == ("SE0000000000-BJ1", "035-13 10 00")
    assert jour.hsa_id in DEMO_UNITS.staff()
    assert alternatives(VC_T, at("2026-12-28 16:40")) == ("unit_physician", "psychiatric_emergency", "emergency_112")
    assert alternatives(VC_T, at("2026-12-31 10:00")) == ("psychiatric_emergency", "emergency_112")
    assert unit(DEMO_UNITS, "MOT-T").on_call == VC_T.on_call
    for instant in (at("2026-12-24 12:00"), at("2026-11-24 03:00")):
        assert VC_T.on_call.on_duty("psychiatric_emergency", instant)


def test_the_directory_carries_the_laws_holidays_years_ahead_and_no_eves() -> None:
    assert {date(2026, 12, 25), date(2031, 12, 26)} <= set(VC_T.on_call.holidays)
    assert not {date(2026, 12, 24), date(2026, 12, 31)} & set(VC_T.on_call.holidays)


def test_112_is_the_number_residents_are_told_to_call(tmp_path: Path) -> None:
    folder = changed(tmp_path, "texts.toml", 'name = "SOS Alarm"', 'name = "Nödnumret"')
    emergency = unit(load_units(folder)).on_call.on_duty("emergency_112", at("2026-12-24 12:00"))
    assert emergency is not None
    assert (emergency.name, emergency.phone) == ("Nödnumret", "112")


def test_a_unit_has_the_common_directory_or_its_own(tmp_path: Path) -> None:
    units = load_units(changed(tmp_path, UNITS, ROSTER_END, ROSTER_END + OWN))
    own, common = unit(units), unit(units, "MOT-T")
    assert [duty.name for duty in own.on_call.duties] == ["Egna jouren", "SOS Alarm"]
    assert common.on_call == VC_T.on_call
    output = printed(on_call_tables((own, common)))
    assert "Jourlistan för VC-T" in output
    assert "alla dagar 16.00–nästa dag 09.00" in output
    assert "Jourlistan för MOT-T" in output


@pytest.mark.parametrize(
    ("old", "new", "at", "said"),
    [
        ('target = "on_call"', 'target = "jour"', '"jour"', "target ska vara 'on_call' eller 'psychiatric_emergency'"),
        ('target = "on_call"', 'target = "emergency_112"', "emergency_112", "target ska vara"),
        ('target = "on_call"\n', "", "[[on_call]]", "target saknas"),
        ('phone = "035-13 10 00"', 'phone = "växeln"', '"växeln"', "phone har fel form"),
        ('phone = "035-13 10 00"\n', "", "[[on_call]]", "phone saknas"),
        ('hsa_id = "SE0000000000-BJ1"\nwindows', 'hsa_id = "BJ1"\nwindows', '"BJ1"', "hsa_id har fel form"),
        ('phone = "035', 'mobile = "070-1740605"\nphone = "035', "070-1740605", "mobile har fel form"),
        ('phone = "035', 'email = "jour"\nphone = "035', '"jour"', "email har fel form"),
        ('phone = "035', 'pager = "1"\nphone = "035', "pager", "pager är ingen inställning"),
        (
            'days = "free_days"',
            'days = "helger"',
            '"helger"',
            "days ska vara 'weekdays', 'free_days' eller 'every_day'",
        ),
        ('start = "17:00"', 'start = "25:00"', '"25:00"', '"25:00" är inget klockslag, skriv som "17:00"'),
        ('start = "17:00"', "start = 17", "start = 17", '"17" är inget klockslag'),
        ('start = "17:00"', 'start = "17:00+01:00"', "+01:00", "är inget klockslag"),
        ('start = "17:00"', 'start = "17:00:00.5"', "00.5", "är inget klockslag"),
        (', end = "08:00" },\n]', " },\n]", 'start = "08:00" }', "end saknas"),
        (
            'windows = [{ days = "every_day", start = "00:00", end = "00:00" }]',
            "windows = []",
            "windows = []",
            "windows är tom: då svarar ingen",
        ),
        ('clinics = ["VC-T"]', 'clinics = ["VC-X"]', '"VC-X"', "MOT-T: det finns ingen vårdcentral VC-X"),
        ('clinics = ["VC-T"]', 'clinics = ["MOT-T"]', '["MOT-T"]', "MOT-T: det finns ingen vårdcentral MOT-T"),
        ('clinics = ["VC-T"]', 'clinics = ["VC-T", "VC-T"]', '["VC-T",', "MOT-T: vårdcentralen VC-T finns två gånger"),
        (
            'unit_type = "vardcentral"',
            'unit_type = "vardcentral"\nclinics = ["VC-T"]',
            "clinics",
            "VC-T: en vårdcentral bokar fysiska besök hos sig själv",
        ),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, old: str, new: str, at: str, said: str) -> None:
    folder = changed(tmp_path, UNITS, old, new)
    found = problems(folder)
    assert [said in sentence for _, _, sentence in found] == [True], found
    assert (UNITS, line_of(folder, UNITS, at)) == found[0][:2]


def test_a_time_of_day_may_be_written_without_quotation_marks(tmp_path: Path) -> None:
    units = load_units(changed(tmp_path, UNITS, 'start = "17:00"', "start = 17:00:00"))
    assert unit(units).on_call == VC_T.on_call


def test_r63_a_unit_that_is_no_vardcentral_books_at_the_ones_named() -> None:
    other = unit(DEMO_UNITS, "MOT-T")
    assert [(clinic.code, clinic.name) for clinic in other.clinics] == [("VC-T", "Testvårdcentralen")]
    assert other.clinics[0].hours == VC_T.hours
    assert VC_T.clinics == ()
    assert Unit.model_validate_json(other.model_dump_json()) == other


# Warnings


def test_b3_the_demo_has_nobody_in_the_daytime_of_the_eves() -> None:
    found = [(local(start), local(end)) for start, end in gaps(VC_T, TODAY, TODAY + timedelta(days=366))]
    assert [f"{start:%Y-%m-%d %H:%M}-{end:%H:%M}" for start, end in found] == [
        "2026-12-24 08:00-17:00",
        "2026-12-31 08:00-17:00",
        "2027-06-25 08:00-17:00",
    ]
    assert list(warnings(VC_T, TODAY)) == [
        "VC-T: stängt och ingen beredskapsjour torsdag 08.00–17.00 (2 gånger, först 2026-12-24), "
        "fredag 08.00–17.00 (2027-06-25)"
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            'days = "free_days", start = "08:00", end = "08:00"',
            'days = "free_days", start = "00:00", end = "00:00"',
            "måndag 00.00–08.00 (51 gånger, först 2026-11-30)",
        ),
        (
            'days = "free_days", start = "08:00", end = "08:00"',
            'days = "free_days", start = "08:00", end = "20:00"',
            "lördag 20.00–söndag 08.00",
        ),
        ('start = "17:00"', 'start = "18:00"', "måndag 17.00–18.00"),
        (
            '["08:00-17:00"], tuesday = ["08:00-17:00"]',
            '["08:00-17:00"], tuesday = ["08:00-12:00", "13:00-17:00"]',
            "tisdag 12.00–13.00",
        ),
    ],
)
def test_b3_closed_hours_without_anybody_are_told_briefly(tmp_path: Path, old: str, new: str, said: str) -> None:
    (found,) = warnings(unit(load_units(changed(tmp_path, UNITS, old, new))), TODAY)
    assert found.startswith("VC-T: stängt och ingen beredskapsjour ")
    assert said in found
    assert len(found) < 250


def test_b3_no_gap_no_warning() -> None:
    (weekly, free_days) = VC_T.on_call.duties[0].windows
    round_the_clock = VC_T.on_call.duties[0].model_copy(
        update={"windows": (weekly.model_copy(update={"start": free_days.start}), free_days)}
    )
    always = VC_T.on_call.model_copy(update={"duties": (round_the_clock, *VC_T.on_call.duties[1:])})
    assert list(warnings(VC_T.model_copy(update={"on_call": always}), TODAY)) == []


def test_what_a_unit_has_not_is_told() -> None:
    bare: dict[str, Any] = {"on_call": Directory(), "clinics": ()}
    assert list(warnings(unit(DEMO_UNITS, "MOT-T").model_copy(update=bare), TODAY)) == [
        "MOT-T: ingen psykiatrisk akutmottagning finns i jourlistan",
        "MOT-T: ingen vårdcentral att boka fysiska besök på (clinics, R63)",
        "MOT-T: ingen beredskapsjour finns i jourlistan (R72)",
    ]


def test_a_directory_that_is_not_configured_is_accepted_with_warnings(tmp_path: Path) -> None:
    text = (DEMO / UNITS).read_text(encoding="utf-8")
    duties = text[text.index(ON_CALL) : text.index('[[units]]\ncode = "VC-T"')]
    units = load_units(changed(tmp_path, UNITS, duties, ""))
    assert alternatives(unit(units), at("2026-11-28 12:00")) == ("psychiatric_emergency", "emergency_112")
    assert [said.partition(": ")[0] for said in units.warnings(at("2026-11-24 10:00"))] == ["VC-T"] * 2 + ["MOT-T"] * 2


# Numbers of table A15

NEW = {
    "never_answered": (60, 30),
    "silence": (120, 90),
    "assess": (30, 20),
    "calls": (3, 5),
    "calls_min": (2, 1),
    "call_pause": (30, 20),
    "moderate_days": (2, 3),
    "moderate_soft_hours": (48, 36),
    "route_high": (15, 10),
    "route": (60, 45),
    "book_physical": (120, 60),
    "on_call_ack": (15, 10),
}


@pytest.mark.parametrize(("key", "values"), NEW.items())
def test_a15_a_key_has_its_value_and_may_be_set(tmp_path: Path, key: str, values: tuple[int, int]) -> None:
    default, other = values
    assert getattr(Policy(), key) == default
    block = f"\n[[units.policy]]\n{key} = {other}\n"
    units = load_units(changed(tmp_path, UNITS, ROSTER_END, ROSTER_END + block))
    assert getattr(unit(units).policy, key) == other
    assert getattr(unit(DEMO_UNITS, override={key: other}).policy, key) == other


@pytest.mark.parametrize(
    ("block", "at", "said"),
    [
        ("calls = 0", "calls = 0", "calls ska vara mellan 1 och 10"),
        ("calls_min = 11", "calls_min", "calls_min ska vara mellan 1 och 10"),
        ("calls_min = 4", "calls_min", "calls_min ska vara högst calls, som är 3"),
        ("calls = 1", "[[units.policy]]", "calls_min ska vara högst calls, som är 1"),
        ("moderate_days = 8", "moderate_days", "moderate_days ska vara mellan 1 och 7"),
        ("moderate_days = 1", "[[units.policy]]", "moderate_soft_hours ska vara högst 24, som är moderate_days"),
        ("moderate_soft_hours = 49", "moderate_soft", "moderate_soft_hours ska vara högst 48"),
        ('silence = "2 h"', "silence", "silence ska vara ett heltal"),
        ("on_call_ack = 0", "on_call_ack", "on_call_ack ska vara mellan 1 och 1440"),
        ("oncall_ack = 15", "oncall_ack", "oncall_ack är ingen inställning"),
    ],
)
def test_a15_a_number_that_cannot_be_is_named_with_its_line(tmp_path: Path, block: str, at: str, said: str) -> None:
    folder = changed(tmp_path, UNITS, ROSTER_END, f"{ROSTER_END}\n[[units.policy]]\n{block}\n")
    # The commented example at the head of the file names the block too.
    source = (folder / UNITS).read_text(encoding="utf-8").splitlines()
    line = next(number for number, text in enumerate(source, 1) if text.startswith(at))
    assert [(file, where, said in sentence) for file, where, sentence in problems(folder)] == [(UNITS, line, True)]
