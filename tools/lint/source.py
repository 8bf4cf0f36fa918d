"""One file, read and parsed once for every rule."""

import ast
from functools import cached_property
from pathlib import PurePosixPath

from tools.lint.names import Names


class Source:
    """A file of the house. `path` is relative to the checkout, so its first part is the room it lies in."""

    def __init__(self, path: str, code: str) -> None:
        self.path = path
        self.code = code
        self.tree = ast.parse(code, path)

    @property
    def room(self) -> str:
        """`workflows` for `workflows/chat.py`, `worker.py` for a file at the top."""
        return PurePosixPath(self.path).parts[0]

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return PurePosixPath(self.path).stem

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Every node of the file."""
        return tuple(ast.walk(self.tree))

    @cached_property
    def calls(self) -> tuple[ast.Call, ...]:
        """Every call of the file."""
        return tuple(node for node in self.nodes if isinstance(node, ast.Call))

    @cached_property
    def classes(self) -> tuple[ast.ClassDef, ...]:
        """Every class of the file, nested ones too."""
        return tuple(node for node in self.nodes if isinstance(node, ast.ClassDef))

    @cached_property
    def names(self) -> Names:
        """What the file imports, under which name."""
        return Names(self.nodes)
