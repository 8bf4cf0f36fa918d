"""The one log of all processes."""

import io
import re

import pytest

from starter.supervised.merged_log import MergedLog


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Closed(io.StringIO):
    def write(self, text: str, /) -> int:
        raise BrokenPipeError


def written(text: str, stream: io.StringIO | None = None) -> str:
    stream = stream or io.StringIO()
    MergedLog(stream, ["api", "temporal"]).line("api", text)
    return stream.getvalue()


def test_names_are_aligned_and_a_time_is_added() -> None:
    assert re.fullmatch(r"api      \| \d\d:\d\d:\d\d hello\n", written("hello"))


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-24T09:12:00Z started",
        "[2026-11-24 09:12:00.123] started",
        "09:12:00 started",
        "INFO 2026-11-24T09:12:00 started",
        "time=2026-11-24T09:12:00.1 level=INFO msg=started",
        '{"event": "started", "timestamp": "2026-11-24T09:12:00Z"}',
        "\x1b[2m2026-11-24 09:12:00\x1b[0m started",
    ],
)
def test_a_line_with_a_time_of_its_own_gets_no_second(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert written(text, Terminal()).endswith(f"|\x1b[0m {text}\n")


def test_a_time_further_on_is_not_the_lines_own() -> None:
    assert re.search(r"\| \d\d:\d\d:\d\d next sweep at 16:30:00", written("next sweep at 16:30:00"))


def test_colours_are_for_terminals_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert written("\x1b[31mred\x1b[0m", Terminal()).count("\x1b") == 4
    assert "\x1b" not in written("\x1b[31mred\x1b[0m")
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in written("\x1b[31mred\x1b[0m", Terminal())


def test_a_reader_who_has_left_stops_nothing() -> None:
    assert written("hello", Closed()) == ""
