"""The demo's configuration, copied and changed, to see what is refused and where."""

from pathlib import Path

from config.settings import ROOT
from config.units import ConfigurationError, load_units

DEMO = ROOT / "config" / "demo"


def changed(folder: Path, file: str, old: str, new: str) -> Path:
    """A copy of the demo's configuration with one thing written otherwise. `old` stands at least once."""
    for source in DEMO.glob("*.toml"):
        if not (folder / source.name).exists():
            (folder / source.name).write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


def problems(folder: Path) -> list[tuple[str, int, str]]:
    """What is refused, as file, line and sentence; empty if it is accepted."""
    try:
        load_units(folder)
    except ConfigurationError as error:
        return [
            (Path(name).name, int(line), sentence)
            for name, line, sentence in (each.split(":", 2) for each in error.problems)
        ]
    return []


def line_of(folder: Path, file: str, text: str) -> int:
    """The first line that holds the text."""
    lines = (folder / file).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)
