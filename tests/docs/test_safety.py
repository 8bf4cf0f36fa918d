"""The hazard log (`docs/safety.md`): each entry whole, its rules and tests real, its level of risk the matrix's."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from config.settings import ROOT
from tests.docs.test_names import between, rows
from tools.lint.rule import PACKAGES

PAGE = ROOT / "docs" / "safety.md"
FIELDS = ("Cause", "Harm", "Risk", "Control", "Rule", "Test", "Residual", "Acts")
LAST = {"R": 100, "T": 15, "X": 11, "B": 11, "Q": 10, "M": 18}
"""The last number of each list in the house's rules and facts, and of its texts."""
LAW = re.compile(r"(PDL|HSLF-FS 2016:40) \d+:\d+( a)?")
WHO = ("clinic", "region", "manufacturer")
FEWEST = 40


@dataclass(frozen=True)
class Entry:
    """One hazard, its fields in the order they stand."""

    id: str
    hazard: str
    fields: tuple[tuple[str, str], ...]

    def get(self, name: str) -> str:
        """A field's text; empty without it."""
        return dict(self.fields).get(name, "")


def entries(text: str) -> list[Entry]:
    """Every entry of the log."""
    parts = re.split(r"^### ", between(text, "# The entries\n", "\n# Not yet controlled"), flags=re.MULTILINE)[1:]
    return [_entry(part.partition("\n## ")[0]) for part in parts]


def _entry(part: str) -> Entry:
    title, _, body = part.partition("\n")
    ident, _, hazard = title.partition(" ")
    fields = re.split(r"^- \*\*(\w+):\*\*", body, flags=re.MULTILINE)[1:]
    pairs = zip(fields[::2], fields[1::2], strict=True)
    return Entry(ident, hazard, tuple((name, " ".join(said.split())) for name, said in pairs))


def faults(text: str) -> list[str]:
    """Everything that is wrong with the log."""
    log, matrix = entries(text), _matrix(text)
    ids = [entry.id for entry in log]
    found = [f"{each} stands twice" for each, times in Counter(ids).items() if times > 1]
    if len(set(ids)) < FEWEST:
        found.append(f"fewer than {FEWEST} entries")
    for entry in log:
        found += [f"{entry.id}: {said}" for said in (*_shape(entry), *_rules(entry), *_tests(entry))]
        found += [f"{entry.id}: {said}" for said in _risk(entry, matrix)]
    return found + list(_named(text, ids)) + list(_left(text, log)) + list(_unbuilt(text))


def _shape(entry: Entry) -> Iterator[str]:
    if not re.fullmatch(r"H\d\d", entry.id) or not entry.hazard:
        yield "is no id with a hazard"
    names = [name for name, _ in entry.fields]
    yield from (f"{name} is missing" for name in FIELDS if not entry.get(name))
    if sorted(names, key=FIELDS.index if set(names) <= set(FIELDS) else len) != names or len(set(names)) < len(names):
        yield f"its fields are {', '.join(names)}"
    if not any(who in entry.get("Acts") for who in WHO):
        yield "nobody is to act"


def _rules(entry: Entry) -> Iterator[str]:
    for each in entry.get("Rule").split(", "):
        if not LAW.fullmatch(each) and (not re.fullmatch(r"[RTXB]\d+", each) or not is_rule(each)):
            yield f"there is no rule {each}"


def is_rule(name: str) -> bool:
    """Whether the house's lists go so far."""
    return 1 <= int(name[1:]) <= LAST[name[0]]


def _tests(entry: Entry) -> Iterator[str]:
    for each in filter(None, entry.get("Test").split("; ")):
        node = re.fullmatch(r"`(tests/[\w/]+\.py)::(\w+(?:::\w+)?)`", each.rstrip(";"))
        if node is None:
            yield f"{each} names no test"
        elif node[2] not in proofs_in(ROOT / node[1]):
            yield f"there is no test {node[1]}::{node[2]}"


@cache
def proofs_in(path: Path) -> frozenset[str]:
    """The tests a file has and runs, those in a class by `Class::test`."""
    if not path.exists():
        return frozenset()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    if any("skip" in ast.dump(each.value) for each in tree.body if isinstance(each, ast.Assign) and _marks(each)):
        return frozenset()
    found = set(_functions(tree.body))
    for each in tree.body:
        if isinstance(each, ast.ClassDef):
            found |= {f"{each.name}::{name}" for name in _functions(each.body)}
    return frozenset(found)


def _marks(assigned: ast.Assign) -> bool:
    return any(isinstance(target, ast.Name) and target.id == "pytestmark" for target in assigned.targets)


def _functions(body: list[ast.stmt]) -> Iterator[str]:
    for each in body:
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and each.name.startswith("test_"):
            marks = "".join(ast.dump(mark) for mark in each.decorator_list)
            if "'skip'" not in marks and "xfail" not in marks:
                yield each.name


def _matrix(text: str) -> dict[tuple[str, str], str]:
    """The level of risk of a severity and a likelihood."""
    table = rows(between(text, "## Scales", "\n## "))
    return {(f"S{column}", line[0]): level for line in table for column, level in enumerate(line[1:], 1)}


def _risk(entry: Entry, matrix: dict[tuple[str, str], str]) -> Iterator[str]:
    risk = re.fullmatch(r"(S\d), (L\d) → (L\d), level (\d) → (\d)", entry.get("Risk"))
    if risk is None:
        yield "its risk is not written as the others'"
        return
    severity, before, after, *levels = risk.groups()
    if [matrix.get((severity, likelihood)) for likelihood in (before, after)] != levels:
        yield "its level is not the matrix's"
    if after > before or int(levels[1]) > 3:
        yield "its control does not make it low enough"


def _named(text: str, ids: list[str]) -> Iterator[str]:
    """Rules, texts, questions and entries that the prose names."""
    for kind, number in re.findall(r"\b([RTXBQM])(\d+)\b", text):
        if not is_rule(kind + number):
            yield f"there is no {kind}{number}"
    unbuilt = [cells[0] for cells in _not_built(text)]
    yield from (f"there is no {each}" for each in re.findall(r"\b[HN]\d\d\b", text) if each not in (*ids, *unbuilt))
    asked = [cells[0] for cells in rows(between(text, "## What a clinical safety officer", "| sign-off"))]
    if asked != [f"Q{number}" for number in range(1, 11)]:
        yield "not every open question stands in the table"


def _left(text: str, log: list[Entry]) -> Iterator[str]:
    """The head names the entries that are left with a risk to be accepted, and no others."""
    told = re.findall(r"H\d\d", " ".join(between(text, "residual risk of level 3, which are", ";").split()))
    if told != [entry.id for entry in log if entry.get("Risk").endswith("3")]:
        yield "the head does not name the residual risks of level 3"


def _not_built(text: str) -> list[list[str]]:
    return rows(text.partition("\n# Not yet controlled")[2])


def _unbuilt(text: str) -> Iterator[str]:
    table = _not_built(text)
    if not table or any(len(cells) != 4 or not all(cells) for cells in table):
        yield "not yet controlled: a column is empty"
    if "tests/" in text.partition("\n# Not yet controlled")[2]:
        yield "not yet controlled: what has a test is an entry"


LOG = PAGE.read_text(encoding="utf-8")


def test_the_log_is_whole() -> None:
    assert faults(LOG) == []


def test_it_has_what_a_safety_officer_looks_for() -> None:
    titles = re.findall(r"^##? (.*)", LOG, re.MULTILINE)
    assert titles[:6] == [
        *("Clinical safety: the hazard log", "Scope and intended use", "What the product never does", "Scales"),
        *("How the log is kept", "What a clinical safety officer is to decide"),
    ]
    assert titles[-1] == "Not yet controlled"
    assert "No algorithm sets, suggests, raises or lowers a risk" in LOG
    signed = rows(between(LOG, "| sign-off", "\n# "))
    assert len(signed) >= 3
    assert all(len(cells) == 4 for cells in signed)


@pytest.mark.parametrize("area", ["R58", "R64", "R72", "R76", "R48", "R99", "B6", "B8", "T1", "T15", "X8"])
def test_no_area_is_left_out(area: str) -> None:
    assert [entry.id for entry in entries(LOG) if area in entry.get("Rule").split(", ")] != []


def levels(code: str) -> Iterator[str]:
    """Every expression that becomes a risk's level: a keyword, a key or a name called `level`."""
    for node in ast.walk(ast.parse(code)):
        match node:
            case (
                ast.keyword(arg="level", value=value)
                | ast.AnnAssign(target=ast.Name(id="level"), value=ast.expr() as value)
            ):
                yield from _results(value)
            case ast.Assign(targets=[ast.Name(id="level") | ast.Attribute(attr="level")], value=value):
                yield from _results(value)
            case ast.Dict(keys=keys, values=values):
                for key, value in zip(keys, values, strict=True):
                    if isinstance(key, ast.Constant) and key.value == "level":
                        yield from _results(value)
            case _:
                pass


def _results(value: ast.expr) -> Iterator[str]:
    if isinstance(value, ast.IfExp):
        yield from (*_results(value.body), *_results(value.orelse))
    else:
        yield ast.unparse(value)


def test_no_code_makes_a_level() -> None:
    """R61: a level is the assessor's own (`decision.level`), handed on as it is or left out; nothing computes one."""
    rooms = [ROOT / room for room in PACKAGES if room != "config"]  # there `level` is the log's
    found = Counter(each for room in rooms for path in room.rglob("*.py") for each in levels(path.read_text()))
    assert [each for each in found if each != "None" and not re.fullmatch(r"[\w.]+\.level", each)] == []
    assert found["decision.level"] == 1, "where an assessor's level enters, and nowhere else"
    made = "Assessment(level=max(scores), at=now)\nlevel = 'high' if hits else None\nrow.update({'level': low(x)})"
    assert set(levels(made)) == {"max(scores)", "'high'", "None", "low(x)"}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "::test_table_a11`",
            "::test_table_a99`",
            "H03: there is no test tests/stories/test_intake.py::test_table_a99",
        ),
        ("tests/api/test_roles.py", "tests/api/test_rolls.py", "H49: there is no test tests/api/test_rolls.py"),
        ("`tests/api/test_roles.py::test_whose_decision_it_is`", "by hand", "H49: by hand names no test"),
        ("### H02 ", "### H01 ", "H01 stands twice"),
        ("- **Residual:** the list is only", "- the list is only", "H01: Residual is missing"),
        ("- **Acts:** clinic (rosters, somebody at the list)", "- **Acts:**", "H01: Acts is missing"),
        ("- **Acts:** clinic (rosters, somebody at the list)", "- **Acts:** they", "H01: nobody is to act"),
        ("- **Harm:** suicide", "- **Hurt:** suicide", "H01: Harm is missing"),
        ("- **Rule:** R44, R45", "- **Rule:** R44, R101", "H01: there is no rule R101"),
        ("- **Rule:** R44, R45", "- **Rule:** R44, T16", "H01: there is no rule T16"),
        ("- **Rule:** R44, R45", "- **Rule:** R44, common sense", "H01: there is no rule common sense"),
        ("R58-R75)", "R58-R175)", "there is no R175"),
        ("S4, L4 → L1, level 4 → 2", "S4, L4 → L1, level 4 → 1", "H01: its level is not the matrix's"),
        ("S4, L4 → L1, level 4 → 2", "S4, L3 → L4, level 3 → 4", "H01: its control does not make it low enough"),
        ("S4, L4 → L1, level 4 → 2", "high", "H01: its risk is not written as the others'"),
        ("level 3, which are H02, ", "level 3, which are ", "the head does not name the residual risks of level 3"),
        ("| Q7 |", "| Q6 |", "not every open question stands in the table"),
        ("| no video in Vaka |", "| |", "not yet controlled: a column is empty"),
        ("| no video in Vaka |", "| `tests/x.py` |", "not yet controlled: what has a test is an entry"),
    ],
)
def test_what_is_wrong_is_found(old: str, new: str, said: str) -> None:
    assert old in LOG
    assert [each for each in faults(LOG.replace(old, new, 1)) if each.startswith(said)] != []


def test_a_short_log_is_found() -> None:
    short = LOG.replace("\n### H3", "\n#### H3").replace("\n### H4", "\n#### H4")
    assert f"fewer than {FEWEST} entries" in faults(short)


def test_what_is_skipped_proves_nothing(tmp_path: Path) -> None:
    file = tmp_path / "test_x.py"
    file.write_text(
        "@pytest.mark.skip\ndef test_a(): ...\n@pytest.mark.xfail(strict=True)\nasync def test_b(): ...\n"
        "@pytest.mark.parametrize('n', [1])\nasync def test_c(n): ...\nclass TestD:\n    def test_e(self): ...\n"
    )
    assert proofs_in(file) == {"test_c", "TestD::test_e"}
