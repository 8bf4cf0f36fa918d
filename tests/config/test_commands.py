"""`vaka config` and `vaka texts`: OK or every error with its line; each text with its version and mark (A15, A9b)."""

from datetime import date
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from config.units import load_units
from starter.cli import app
from starter.tables import numbers_table, texts_list
from tests.config.files import DEMO, changed, line_of

UNITS = load_units(DEMO)


def printed(what: object) -> str:
    console = Console(width=300)
    with console.capture() as capture:
        console.print(what)
    return capture.get()


def test_config_is_ok() -> None:
    result = CliRunner().invoke(app, ["config", str(DEMO)])
    assert result.exit_code == 0
    assert result.output.startswith("OK: 2 enheter, 20 texter.\n")


def test_config_shows_who_is_on_call_and_when_nobody_is() -> None:
    output = CliRunner().invoke(app, ["config", str(DEMO)]).output
    assert output.count("Jourlistan för VC-T, MOT-T") == 1
    for number in ("035-13 10 00", "040-628 04 30", "112"):
        assert number in output
    told = [line for line in output.splitlines() if "stängt och ingen beredskapsjour" in line]
    assert [line.partition(":")[0] for line in told] == ["VC-T", "MOT-T"]


def test_config_names_every_error_and_fails(tmp_path: Path) -> None:
    folder = changed(tmp_path, "units.toml", 'unit_type = "vardcentral"', 'unit_type = "bank"\nworth = 1')
    result = CliRunner().invoke(app, ["config", str(folder)])
    line = line_of(folder, "units.toml", "bank")
    assert result.exit_code == 1
    assert result.output.splitlines() == [
        f"{folder}/units.toml:{line}: unit_type ska vara 'vardcentral' eller 'other'",
        f"{folder}/units.toml:{line + 1}: worth är ingen inställning",
    ]


def test_texts_refuses_a_broken_configuration_and_an_unknown_unit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert CliRunner().invoke(app, ["texts", "--unit", "VC-X"]).exit_code == 1
    monkeypatch.setenv("VAKA_CONFIG_DIR", str(tmp_path))
    result = CliRunner().invoke(app, ["texts"])
    assert (result.exit_code, "filen kan inte läsas" in result.output) == (1, True)


def test_texts_prints_every_text_with_its_version_and_mark() -> None:
    output = " ".join(CliRunner().invoke(app, ["texts"]).output.split())
    for phrase in UNITS.phrases("VC-T"):
        assert f"{phrase.template} {phrase.name}" in output
    assert output.count("behöver godkännas)") == 20
    assert "20 av 20 texter behöver godkännas." in output


def test_a_text_that_is_signed_off_says_when() -> None:
    phrases = tuple(each.model_copy(update={"signed_off": date(2026, 11, 1)}) for each in UNITS.phrases("VC-T"))
    said = printed(texts_list("VC-T", phrases))
    assert "M18 Brådskande i kön (visas när man skickar, version 1, godkänd 2026-11-01)" in said
    assert "Alla texter är godkända." in said


def test_a_passed_review_date_is_seen() -> None:
    assert "har passerat" not in printed(numbers_table(UNITS.texts.numbers, date(2027, 6, 30)))
    assert printed(numbers_table(UNITS.texts.numbers, date(2027, 7, 1))).count("har passerat: kontrollera numret") == 4
