"""The line of a key: every path `tomllib` reads has one, and it is the right one."""

import pathlib
import tomllib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import ROOT
from config.toml_lines import Path, line_at, lines_of

TRICKY = '''# [[not]] a table = 1
top = "a # no comment, a ] and a = sign" # but this is
"quoted key" = 'c:\\'
dotted.key.here = 1
long = """
[[units]]
x = "1" ""\\""" # end
"""
lit = \'\'\'
y = 2\'\'\'
when = 2027-01-01T08:00:00

[[units]]
code = "A"
week = { monday = ["08:00-12:00", "13:00-17:00"], tuesday = [] }
staff = [
    # a comment, with a ] in it
    { id = "N1", roles = ["nurse"] },

    { id = "N2" },
]
[[units.policy]]
grace = "literal"
[[units.policy]]
valid_from = 2027-01-01
[units.contact]
phone = "1"

[[units]] # the second
code = "B"
[[units.policy]]
repeat = 3
'''


def paths(value: object, path: Path = ()) -> Iterator[Path]:
    """Every path in what `tomllib` read."""
    if path:
        yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths(inner, (*path, key))
    if isinstance(value, list):
        for number, inner in enumerate(value):
            yield from paths(inner, (*path, number))


def lists(value: object, path: Path = ()) -> set[Path]:
    """The paths of arrays of tables themselves, which stand on no line of their own."""
    return {each[:-1] for each in paths(value, path) if isinstance(each[-1], int)}


def test_each_path_stands_on_the_line_that_a_reader_would_name() -> None:
    lines = lines_of(TRICKY)
    said = {
        ("top",): 2,
        ("quoted key",): 3,
        ("dotted", "key", "here"): 4,
        ("long",): 5,
        ("lit",): 9,
        ("when",): 11,
        ("units", 0): 13,
        ("units", 0, "week", "monday", 1): 15,
        ("units", 0, "staff", 0, "roles", 0): 18,
        ("units", 0, "staff", 1, "id"): 20,
        ("units", 0, "policy", 1, "valid_from"): 25,
        ("units", 0, "contact", "phone"): 27,
        ("units", 1): 29,
        ("units", 1, "policy", 0, "repeat"): 32,
    }
    assert {path: lines[path] for path in said} == said


@pytest.mark.parametrize("source", [TRICKY, TRICKY.replace("\n", "\r\n"), "", "a = 1", "# only words"])
def test_every_path_that_tomllib_reads_has_a_line_and_no_other_does(source: str) -> None:
    read = tomllib.loads(source)
    lines = lines_of(source)
    assert set(lines) <= set(paths(read))
    assert set(paths(read)) - set(lines) <= lists(read)


@pytest.mark.parametrize("file", sorted((ROOT / "config").rglob("*.toml")), ids=lambda file: file.name)
def test_the_configured_files_are_read_whole(file: pathlib.Path) -> None:
    source = file.read_text(encoding="utf-8")
    read = tomllib.loads(source)
    assert set(paths(read)) - set(lines_of(source)) <= lists(read)


def test_a_missing_key_has_the_line_of_its_table() -> None:
    lines = lines_of(TRICKY)
    assert line_at(lines, ("units", 1, "name")) == 29
    assert line_at(lines, ("nowhere",)) == 1


WORD = st.from_regex(r"[a-z_0-9-]{1,6}", fullmatch=True)
VALUE = st.recursive(
    st.one_of(
        st.integers(0, 999).map(str),
        st.sampled_from(["true", '"x # ]"', "'{,}'", '"\\""', '"""a\n]b"""', "'''\n#\n'''", "2027-01-01", "08:00:00"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda each: "[\n" + ",\n# ]\n".join(each) + "]"),
        st.dictionaries(WORD, inner, max_size=3).map(
            lambda each: "{ " + ", ".join(f"{key} = {value}" for key, value in each.items()) + " }"
        ),
    ),
    max_leaves=8,
)


@given(st.lists(st.dictionaries(WORD, VALUE, max_size=3), max_size=4))
def test_any_file_of_tables_is_read_whole(tables: list[dict[str, str]]) -> None:
    source = "".join("[[t]]\n" + "".join(f"{key} = {value} # {{\n" for key, value in table.items()) for table in tables)
    read = tomllib.loads(source)
    assert set(lines_of(source)) <= set(paths(read))
    assert set(paths(read)) - set(lines_of(source)) <= lists(read)
