"""What a name in a file really is: `dt.now` is `datetime.datetime.now` once the imports have been read."""

import ast
from collections.abc import Iterable


def raw(node: ast.expr) -> str | None:
    """The chain as written, `a.b.c`, or None when it hangs on a call or a subscript."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attr):
            head = raw(value)
            return head and f"{head}.{attr}"
        case _:
            return None


class Names:
    """The imports of one file, wherever in it they stand."""

    def __init__(self, nodes: Iterable[ast.AST]) -> None:
        self._imported: dict[str, str] = {}
        for node in nodes:
            match node:
                case ast.Import(names=names):
                    for alias in names:
                        head = alias.name.split(".")[0]
                        self._imported[alias.asname or head] = alias.name if alias.asname else head
                case ast.ImportFrom(module=str(module), names=names):
                    for alias in names:
                        self._imported[alias.asname or alias.name] = f"{module}.{alias.name}"
                case _:
                    pass

    def imported(self, node: ast.expr) -> str | None:
        """The full name of something that was imported, else None: a local variable called `random` is no module."""
        chain = raw(node)
        if chain is None:
            return None
        head, dot, rest = chain.partition(".")
        origin = self._imported.get(head)
        return origin and origin + dot + rest

    def is_builtin(self, node: ast.expr, name: str) -> bool:
        """Whether the expression is the builtin of that name (as far as imports can tell)."""
        return isinstance(node, ast.Name) and node.id == name and name not in self._imported
