"""On which line of a TOML file each key stands, so that an error in the configuration can be shown where it is.

`tomllib` keeps no positions. This scanner reads what `tomllib` has already accepted, so it need not judge it.
"""

from collections.abc import Iterator

Path = tuple[str | int, ...]
QUOTES = ("'''", '"""', "'", '"')
ENDS_A_BARE_VALUE = ",]}#\n"


def lines_of(source: str) -> dict[Path, int]:
    """The line of every table, key and array item, by its path into what `tomllib` reads: `("units", 0, "code")`."""
    return dict(_Scanner(source.replace("\r\n", "\n")).tables())


def line_at(lines: dict[Path, int], path: Path) -> int:
    """The line of the path, or of the nearest table around it; a key that is missing has no line of its own."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


class _Scanner:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.counts: dict[Path, int] = {}

    def tables(self) -> Iterator[tuple[Path, int]]:
        """The whole file: headers, and the keys below each."""
        table: Path = ()
        while self._skip("\n\t "):
            if self._peek("["):
                table = self._header()
                yield table, self._line(self.at - 1)
            else:
                yield from self._pair(table)

    def _header(self) -> Path:
        is_array = self._peek("[[")
        self.at += 2 if is_array else 1
        key = self._key()
        self.at += 2 if is_array else 1
        path: Path = ()
        for number, part in enumerate(key):
            path = (*path, part)
            if is_array and number == len(key) - 1:
                self.counts[path] = self.counts.get(path, -1) + 1
            if path in self.counts:
                path = (*path, self.counts[path])
        return path

    def _pair(self, table: Path) -> Iterator[tuple[Path, int]]:
        line, path = self._line(self.at), (*table, *self._key())
        self.at += 1
        self._skip("\t ")
        for length in range(len(table) + 1, len(path) + 1):
            yield path[:length], line
        yield from self._value(path)

    def _value(self, path: Path) -> Iterator[tuple[Path, int]]:
        match self.source[self.at]:
            case "[":
                yield from self._items(path)
            case "{":
                yield from self._inline(path)
            case "'" | '"':
                self._string()
            case _:
                while self.at < len(self.source) and self.source[self.at] not in ENDS_A_BARE_VALUE:
                    self.at += 1

    def _items(self, path: Path) -> Iterator[tuple[Path, int]]:
        self.at += 1
        number = 0
        while self._skip("\n\t ,") and not self._peek("]"):
            yield (*path, number), self._line(self.at)
            yield from self._value((*path, number))
            number += 1
        self.at += 1

    def _inline(self, path: Path) -> Iterator[tuple[Path, int]]:
        self.at += 1
        while self._skip("\n\t ,") and not self._peek("}"):
            yield from self._pair(path)
        self.at += 1

    def _key(self) -> tuple[str, ...]:
        """A dotted key, up to its `=` or `]`."""
        parts: list[str] = []
        while self._skip("\t .") and self.source[self.at] not in "=]":
            if self.source[self.at] in "'\"":
                parts.append(self._string())
                continue
            start = self.at
            while self.source[self.at] not in " \t.=]":
                self.at += 1
            parts.append(self.source[start : self.at])
        return tuple(parts)

    def _string(self) -> str:
        quote = next(each for each in QUOTES if self._peek(each))
        start = self.at = self.at + len(quote)
        while not self._peek(quote):
            self.at += 2 if quote[0] == '"' and self._peek("\\") else 1
        end = self.at
        # Up to two quotes may stand right before the three that end a long string.
        self.at += len(quote)
        while len(quote) == 3 and self._peek(quote[0]):
            self.at += 1
        return self.source[start:end]

    def _skip(self, blank: str) -> bool:
        """Move past blanks and, where lines may end, comments; whether anything is left."""
        while self.at < len(self.source):
            if self.source[self.at] in blank:
                self.at += 1
            elif self._peek("#") and "\n" in blank:
                end = self.source.find("\n", self.at)
                self.at = len(self.source) if end < 0 else end
            else:
                return True
        return False

    def _peek(self, text: str) -> bool:
        return self.source.startswith(text, self.at)

    def _line(self, at: int) -> int:
        return self.source.count("\n", 0, at) + 1
