"""What a case carries from its beginning: the policy of that day, its texts, words and numbers (A15, R100)."""

from datetime import datetime
from pathlib import Path

import pytest

from config.units import ConfigurationError, Units, load_units
from routine.hours import TIMEZONE
from routine.signs import found
from routine.unit import Unit
from tests.config.files import DEMO, changed

ROSTER_END = '    { hsa_id = "SE0000000000-REC1" },\n]\n'


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TIMEZONE)


def snapshot(units: Units, when: str, **override: object) -> Unit:
    unit = units.snapshot("VC-T", at(when), override)
    assert unit is not None
    return unit


@pytest.fixture
def dated(tmp_path: Path) -> Units:
    """VC-T with a policy of its own, and two later ones that are written in no particular order."""
    blocks = (
        "\n[[units.policy]]\nvalid_from = 2027-06-01\nrepeat = 20\n"
        '\n[[units.policy]]\nvalid_from = 2027-01-01\ngrace = "literal"\n'
        "\n[[units.policy]]\nreply = 90\n"
    )
    return load_units(changed(tmp_path, "units.toml", ROSTER_END, ROSTER_END + blocks))


@pytest.mark.parametrize(
    ("when", "reply", "grace", "repeat", "version"),
    [
        ("2026-11-27 10:00", 90, "open_day", 30, "2025-03-24/1"),
        ("2026-12-31 23:59:59", 90, "open_day", 30, "2025-03-24/1"),
        ("2027-01-01 00:00", 60, "literal", 30, "2025-03-24/1@2027-01-01"),
        ("2027-06-01 00:00", 60, "open_day", 20, "2025-03-24/1@2027-06-01"),
    ],
)
def test_a15_a_case_gets_the_policy_valid_at_its_beginning_by_the_date_in_stockholm(
    dated: Units, when: str, reply: int, grace: str, repeat: int, version: str
) -> None:
    unit = snapshot(dated, when)
    assert (unit.policy.reply, unit.policy.grace, unit.policy.repeat) == (reply, grace, repeat)
    assert unit.policy_version == version


def test_before_the_first_date_the_table_itself_holds(tmp_path: Path) -> None:
    block = "\n[[units.policy]]\nvalid_from = 2027-01-01\nreply = 90\n"
    units = load_units(changed(tmp_path, "units.toml", ROSTER_END, ROSTER_END + block))
    assert snapshot(units, "2026-11-27 10:00").policy.reply == 60


def test_a_snapshot_taken_does_not_change_when_the_configuration_does(tmp_path: Path) -> None:
    before = snapshot(load_units(DEMO), "2026-11-27 10:00")
    block = "\n[[units.policy]]\nreply = 90\n"
    after = snapshot(load_units(changed(tmp_path, "units.toml", ROSTER_END, ROSTER_END + block)), "2026-11-27 10:00")
    assert (before.policy.reply, after.policy.reply) == (60, 90)
    assert Unit.model_validate_json(before.model_dump_json()) == before


def test_the_demo_overrides_keys_of_a15_within_what_is_possible(dated: Units) -> None:
    unit = snapshot(dated, "2026-11-27 10:00", grace="literal", page_after_hours=True, accept_after_hours=False)
    assert (unit.policy.grace, unit.policy.page_after_hours, unit.accepts_after_hours) == ("literal", True, False)
    assert unit.policy.reply == 90
    with pytest.raises(ConfigurationError, match="reply ska vara mellan 1 och 10080"):
        snapshot(dated, "2026-11-27 10:00", reply=-1)
    with pytest.raises(ConfigurationError, match="valid_from är ingen inställning"):
        snapshot(dated, "2026-11-27 10:00", valid_from="2027-01-01")


def test_there_is_no_unit_that_is_not_configured() -> None:
    assert load_units(DEMO).snapshot("VC-X", at("2026-11-27 10:00")) is None


def test_b8_a_unit_looks_for_the_common_words_or_for_its_own(tmp_path: Path) -> None:
    own = 'code = "MOT-T"\nscreening_words = ["vill dö"]'
    units = load_units(changed(tmp_path, "units.toml", 'code = "MOT-T"', own))
    other = units.snapshot("MOT-T", at("2026-11-27 10:00"))
    assert other is not None
    assert other.screening_words == ("vill dö",)
    assert snapshot(units, "2026-11-27 10:00").screening_words == units.file.screening_words


WORDS = load_units(DEMO).file.screening_words


@pytest.mark.parametrize(
    "text",
    [
        *("Jag VILL  dö.", "Har haft självmordstankar\ni en vecka", "jag är suicidal", "orkar inte leva längre"),
        *(
            "vill inte leva",
            "tänker ta livet av mig",
            "jag ska göra slut på allt",
            "har skadat mig själv",
            "i want to die",
        ),
        *("Jag vill bara dö", "ta mitt liv.", "har sjalvmordstankar", "Alla hade det bättre utan mig"),
    ],
)
def test_b8_the_demo_list_finds_what_people_write(text: str) -> None:
    assert found(text, WORDS)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "Jag har ont i halsen sedan i går.",
            "Behöver förnya mitt recept.",
            "Min mamma dog i våras.",
            "Hela mitt liv.",
        ),
        *("Jag orkar inte träna.", "Hosta hela natten, kan inte sova.", "Jag lever ensam.", "Tar medicin varje dag."),
    ],
)
def test_b8_ordinary_errands_raise_no_flag(text: str) -> None:
    assert not found(text, WORDS)


def test_b8_every_word_of_the_list_finds_itself() -> None:
    assert [word for word in WORDS if not found(f"och {word.rstrip('*')}, ja", (word,))] == []
    assert len(set(WORDS)) == len(WORDS)
