"""What the documents name exists: settings, commands, rooms, modules, files, dependencies."""

import importlib
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from pydantic import SecretStr

from config.settings import ROOT, Settings
from starter.cli import app
from starter.findings import What
from tools.lint.rule import PACKAGES

README = ROOT / "README.md"
GLOSSARY = ROOT / "docs" / "glossary.md"
PAGES = [README, *sorted((ROOT / "docs").rglob("*.md"))]
ROOMS = (*PACKAGES, "tests", "tools")
QUOTED = re.compile(r"`([^`\n]+)`")


def rows(text: str) -> list[list[str]]:
    """The cells of every table row that is not a heading."""
    lines = [re.split(r"(?<!\\)\|", line)[1:-1] for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line] for line in lines]
    rules = [number for number, line in enumerate(cells) if set("".join(line)) == {"-"}]
    return [line for number, line in enumerate(cells) if number not in rules and number + 1 not in rules]


def between(text: str, begin: str, end: str) -> str:
    return text.partition(begin)[2].partition(end)[0]


@cache
def code() -> str:
    """The house's own Python, tests and tools left out."""
    files = [path for room in PACKAGES for path in (ROOT / room).rglob("*.py")]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def exists(dotted: str) -> bool:
    """Whether the name leads from a module of ours to a thing in it; a model's fields count."""
    parts = dotted.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for name in parts[cut:]:
            if name in getattr(found, "model_fields", {}):
                return name == parts[-1]
            if not hasattr(found, name):
                return False
            found = getattr(found, name)
        return True
    return False


def default(value: object) -> str:
    """A setting's default as the table shows it."""
    match value:
        case None:
            return "–"
        case SecretStr():
            return f"`{value.get_secret_value()}`"
        case Path():
            return f"`{value.relative_to(ROOT)}`"
        case _:
            return f"`{value}`"


def test_every_setting_is_in_the_table() -> None:
    table = rows(between(README.read_text(encoding="utf-8"), "<!-- settings:begin", "<!-- settings:end -->"))
    shown = {name.strip("`"): value for name, value, _ in table}
    fields = Settings.model_fields.items()
    assert shown == {f"VAKA_{name.upper()}": default(field.default) for name, field in fields}


@pytest.mark.parametrize("name", ["VAKA_TEMPORAL_ADDRESS", "TEMPORAL_ADDRESS"])
def test_temporal_address_has_two_names(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for other in ("VAKA_TEMPORAL_ADDRESS", "TEMPORAL_ADDRESS"):
        monkeypatch.delenv(other, raising=False)
    monkeypatch.setenv(name, "temporal:7233")
    assert Settings().temporal_address == "temporal:7233"


def test_every_command_is_in_the_table() -> None:
    shown = set(re.findall(r"^\| `vaka (\w+)", README.read_text(encoding="utf-8"), re.MULTILINE))
    commands = [each.name or each.callback.__name__ for each in app.registered_commands if each.callback]
    assert shown == set(commands)


def test_every_room_is_on_the_map() -> None:
    table = between(README.read_text(encoding="utf-8"), "## The map of the house", "\n## ")
    shown = {name for cells in rows(table) for name in QUOTED.findall(cells[0])}
    assert shown == {*(f"{room}/" for room in ROOMS), "api.py", "worker.py", "watch.py"}


def glossary() -> Iterator[tuple[str, str]]:
    for swedish, _english, _rule, names in rows(GLOSSARY.read_text(encoding="utf-8")):
        for name in QUOTED.findall(names):
            yield swedish, name


def test_the_glossary_is_there() -> None:
    table = rows(GLOSSARY.read_text(encoding="utf-8"))
    assert len(table) > 50
    assert [cells for cells in table if len(cells) != 4 or not all(cells)] == []
    assert [cells for cells in table if not re.fullmatch(r"[RA]\d+(, [RA]\d+)*", cells[2])] == []
    assert {swedish for swedish, _ in glossary()} == {cells[0] for cells in table}, "each has a name in the code"


@pytest.mark.parametrize(("swedish", "name"), list(glossary()))
def test_the_glossary_names_what_exists(swedish: str, name: str) -> None:
    if "." in name:
        assert exists(name), f"{swedish}: {name} is not in the code"
    else:
        assert re.search(rf"\b{re.escape(name)}\b", code()), f"{swedish}: nothing is called {name}"


def test_a_name_that_does_not_exist_is_found() -> None:
    assert exists("routine.chat.case.Grace.until")
    assert not exists("routine.chat.case.Grace.till")
    assert not exists("routine.chat.cases")
    assert not exists("nowhere.chat")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_names_what_exists(page: Path) -> None:
    """Files, folders and dotted names of ours in backticks, and links to other pages."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    names = set(QUOTED.findall(text))
    paths = {name for name in names if re.fullmatch(rf"({'|'.join(ROOMS)}|docs)/[\w./-]*|\w+\.py", name)}
    bare = {name for name in paths if "/" not in name and not (ROOT / name).exists()}
    assert [name for name in paths - bare if not (ROOT / name).exists()] == []
    assert [name for name in bare if not list((ROOT / "routine").rglob(name))] == []
    dotted = {name for name in names if re.fullmatch(rf"({'|'.join(ROOMS)})(\.\w+)+", name)}
    assert [name for name in dotted if not exists(name)] == []
    links = re.findall(r"\]\((?!https?:)([^)#]+)", text)
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_runtime_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [re.split(r"[\[=<>]", each)[0] for each in project["dependencies"]]
    page = (ROOT / "docs" / "adr" / "0005-dependencies.md").read_text(encoding="utf-8")
    assert [cells[0].strip("`") for cells in rows(page)] == wanted
    assert all(reason for _, reason in rows(page))


def test_adrs_are_numbered_and_have_their_three_parts() -> None:
    pages = sorted((ROOT / "docs" / "adr").glob("*.md"))
    assert [page.name[:4] for page in pages] == [f"{number:04}" for number in range(1, len(pages) + 1)]
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert text.startswith(f"# {page.name[:4]} ")
        assert re.findall(r"^## (.*)", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]


def test_every_finding_of_the_watchman_is_explained() -> None:
    page = between((ROOT / "docs" / "operations.md").read_text(encoding="utf-8"), "| finding |", "\n## ")
    explained = {name for cells in rows(f"| finding |{page}") for name in QUOTED.findall(cells[0])}
    assert {what.value for what in What} <= explained


def test_no_workflow_loads_the_holidays() -> None:
    """ADR 0006. In a process of its own: here others have loaded them long since."""
    told = "import sys, workflows.chat; sys.exit('holidays' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", told], cwd=ROOT, check=False, timeout=60).returncode == 0
