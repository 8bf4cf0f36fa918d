"""Reading a configuration file: what TOML, its model and its checks object to, each with the line it stands on."""

import re
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from config.errors import ConfigurationError, Problem, placed, told
from config.toml_lines import line_at, lines_of
from routine.frozen import Frozen

File = TypeVar("File", bound=Frozen)
LINE = re.compile(r"^(?P<what>.*) \(at line (?P<line>\d+), column \d+\)$")


def read(path: Path, model: type[File], check: Callable[[File], Iterable[Problem]]) -> File:
    """The file as its model. Raises ConfigurationError with every problem found, in the order of the file."""
    source = _source(path)
    try:
        file = model.model_validate(tomllib.loads(source))
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(_unreadable(path, source, str(error))) from None
    except ValidationError as error:
        raise _refused(path, source, told(error)) from None
    if found := tuple(check(file)):
        raise _refused(path, source, found)
    return file


def _source(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(placed(path, 1, f"filen kan inte läsas: {error.strerror}")) from None
    except UnicodeDecodeError:
        raise ConfigurationError(placed(path, 1, "filen är inte skriven i UTF-8")) from None


def _refused(path: Path, source: str, found: Iterable[Problem]) -> ConfigurationError:
    lines = lines_of(source)
    at = sorted({(line_at(lines, where), what) for where, what in found}, key=lambda each: each[0])
    return ConfigurationError(*(placed(path, line, what) for line, what in at))


def _unreadable(path: Path, source: str, said: str) -> str:
    hit = LINE.match(said)
    line = int(hit["line"]) if hit else len(source.splitlines()) or 1
    return placed(path, line, f"filen är inte giltig TOML: {hit['what'] if hit else said}")
