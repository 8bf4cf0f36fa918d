"""`units.toml` refused where it is wrong: one sentence, with the file and the line a person has to go to (A15)."""

from pathlib import Path

import pytest

from config.units import ConfigurationError, load_units
from tests.config.files import DEMO, changed, line_of, problems

UNITS = "units.toml"
WEEK = 'monday = ["08:00-17:00"], '
POLICY = "\n[[units.policy]]\n"


def test_the_demo_is_accepted() -> None:
    assert problems(DEMO) == []


@pytest.mark.parametrize(
    ("old", "new", "at", "said"),
    [
        ('unit_type = "vardcentral"', 'unit_typ = "x"', "unit_typ =", "unit_typ är ingen inställning"),
        ('unit_type = "vardcentral"', 'unit_type = "bank"', "bank", "unit_type ska vara 'vardcentral' eller 'other'"),
        ('name = "Testvårdcentralen"', "name = 7", "name = 7", "name ska vara text inom citattecken"),
        ('name = "Testvårdcentralen"\n', "", "[[units]]", "name saknas"),
        ('phone = "040-628 04 10"', 'phone = "ring oss"', "ring oss", "phone har fel form"),
        (WEEK, "", None, None),
        (WEEK, "mondag = [], ", "mondag", "mondag är ingen inställning här, bara 'monday'"),
        (WEEK, 'monday = ["8-17"], ', '"8-17"', '"8-17" är inga öppettider'),
        (WEEK, 'monday = ["25:00-26:00"], ', '"25:00', "är inga öppettider"),
        (WEEK, 'monday = ["17:00-08:00"], ', '"17:00-08:00"', "stänger innan det öppnar"),
        (WEEK, 'monday = ["08:00-12:00", "11:00-17:00"], ', '"11:00', "08:00-12:00 och 11:00-17:00 överlappar"),
        (WEEK, 'monday = ["08:00-12:00", "12:00-17:00"], ', '"12:00-17', "överlappar, möts"),
        ('"julafton"', '"julaften"', "julaften", "julaften är ingen röd dag"),
        ("exceptions = []", 'exceptions = [{ date = "i morgon", reason = "x" }]', "i morgon", "date"),
        ('roles = ["nurse"]', 'roles = ["nurs"]', '"nurs"', "roles ska vara"),
        ('roles = ["nurse"]', 'roles = ["assessor"]', '"assessor"', "yrkesroller"),
        ('{ hsa_id = "SE0000000000-N2" }', '{ hsa_id = "N2" }', '"N2"', "hsa_id har fel form"),
        (
            '{ hsa_id = "SE0000000000-N2" }',
            '{ hsa_id = "SE0000000000-N7" }',
            "N7",
            "VC-T: SE0000000000-N7 står i schemat men hör inte till enhetens personal",
        ),
        ('code = "MOT-T"', 'code = "VC-T"', None, "enheten VC-T finns två gånger"),
        ('-N9", name', '-N1", name', '-N1", name = "Nina', "personen SE0000000000-N1 finns två gånger"),
        (", responsible = true", "", "roster = [", "ingen i schemat är ansvarig för inflödet (R43)"),
        (
            ", responsible = true",
            ', responsible = true, start = "08:00", end = "16:00"',
            "week =",
            "ingen är ansvarig för inflödet måndag 16:00-17:00 (R43)",
        ),
        (
            ", responsible = true",
            ', responsible = true, start = "16:00", end = "08:00"',
            'start = "16:00"',
            "passet 16:00-08:00 slutar innan det börjar",
        ),
        ('"självmord*"', '"*"', '"*"', "ett sökord får inte vara tomt"),
        ('"självmord*"', '"själv*mord"', '"själv*mord"', "stjärnan får bara stå sist"),
        ('"självmord*"', '"dö*"', '"dö*"', "för kort"),
        ('code = "VC-T"', 'code = "VC-T"\nscreening_words = []', "screening_words = []", "screening_words är tom"),
        ('policy_version = "2025-03-24/1"', "policy_version =", "policy_version", "inte giltig TOML"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, old: str, new: str, at: str | None, said: str | None) -> None:
    folder = changed(tmp_path, UNITS, old, new)
    found = problems(folder)
    if said is None:
        assert found == []
        return
    assert any(said in sentence for _, _, sentence in found), found
    if at is not None:
        assert (UNITS, line_of(folder, UNITS, at)) in [(file, line) for file, line, _ in found]
    assert all("\n" not in sentence and not sentence.rstrip().endswith(":") for _, _, sentence in found)


@pytest.mark.parametrize(
    ("block", "at", "said"),
    [
        ("graze = 1", "graze", "graze är ingen inställning"),
        ('grace = "none"', 'grace = "none"', "grace ska vara 'open_day' eller 'literal'"),
        ("reply = 0", "reply", "reply ska vara mellan 1 och 10080"),
        ("repeat = 1", "repeat", "repeat ska vara mellan 5 och 10080"),
        ('reply = "60"', "reply", "reply ska vara ett heltal"),
        ("reply = true", "reply", "reply ska vara ett heltal"),
        ("page_after_hours = 1", "page_after_hours", "page_after_hours ska vara true eller false"),
        ('valid_from = "snart"', 'valid_from = "snart"', "valid_from ska vara ett datum"),
        ("repeat = 40\n[[units.policy]]\nreply = 61", "reply = 61", "policyn utan datum finns två gånger"),
    ],
)
def test_a_policy_that_cannot_be_is_named_with_its_line(tmp_path: Path, block: str, at: str, said: str) -> None:
    roster_end = '    { hsa_id = "SE0000000000-REC1" },\n]\n'
    folder = changed(tmp_path, UNITS, roster_end, f"{roster_end}{POLICY}{block}\n")
    found = problems(folder)
    assert [said in sentence for _, _, sentence in found] == [True]
    # A block named twice is named by its own line when it has no date to name.
    assert found[0][1] == line_of(folder, UNITS, at) - ("två gånger" in said)


def test_a_unit_that_never_opens_is_refused(tmp_path: Path) -> None:
    text = (DEMO / UNITS).read_text(encoding="utf-8")
    week = next(line for line in text.splitlines() if line.startswith("week"))
    folder = changed(tmp_path, UNITS, week, "week = { monday = [] }")
    assert problems(folder) == [
        (UNITS, line_of(folder, UNITS, "week = { monday = [] }"), " VC-T: enheten öppnar aldrig")
    ]


def test_every_problem_is_told_in_the_order_of_the_file(tmp_path: Path) -> None:
    folder = changed(tmp_path, UNITS, 'unit_type = "vardcentral"', 'unit_type = "bank"\nworth = 1')
    folder = changed(folder, UNITS, 'unit_type = "other"', "unit_type = 3")
    found = problems(folder)
    assert len(found) == 3
    assert [line for _, line, _ in found] == sorted(line for _, line, _ in found)


def test_a_file_that_is_not_there_or_not_text_is_refused(tmp_path: Path) -> None:
    assert problems(tmp_path) == [(UNITS, 1, " filen kan inte läsas: No such file or directory")]
    (tmp_path / UNITS).write_bytes(b"\xff\xfe")
    assert problems(tmp_path) == [(UNITS, 1, " filen är inte skriven i UTF-8")]


def test_the_error_reads_as_one_line_for_each_problem(tmp_path: Path) -> None:
    folder = changed(tmp_path, UNITS, 'unit_type = "vardcentral"', 'unit_type = "bank"\nworth = 1')
    with pytest.raises(ConfigurationError) as caught:
        load_units(folder)
    assert str(caught.value).splitlines() == list(caught.value.problems)
    assert str(caught.value).startswith(f"{folder / UNITS}:")
