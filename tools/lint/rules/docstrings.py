"""VK007: the routine is read by people who do not program, so everything public in it says what it is."""

import ast
from collections.abc import Iterator

from tools.lint.names import raw
from tools.lint.rule import Hit, Rule
from tools.lint.source import Source

Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def look(source: Source) -> Iterator[Hit]:
    """Public modules, classes, functions and methods without a docstring. An empty file has nothing to say."""
    if source.tree.body and _is_public(source.name) and not ast.get_docstring(source.tree):
        yield 1, "module without a docstring"
    yield from _silent(source.tree)


def _silent(owner: ast.Module | ast.ClassDef) -> Iterator[Hit]:
    for node in owner.body:
        if not isinstance(node, Definition) or not _is_public(node.name) or _repeats(node):
            continue
        if not ast.get_docstring(node):
            kind = "class" if isinstance(node, ast.ClassDef) else "function"
            yield node.lineno, f"{kind} {node.name} without a docstring"
        if isinstance(node, ast.ClassDef):
            yield from _silent(node)


def _is_public(name: str) -> bool:
    return not name.startswith("_") or name == "__init__"


def _repeats(node: Definition) -> bool:
    """Whether the definition only continues another that has the docstring (overloads, setters)."""
    said = [raw(decorator) or "" for decorator in node.decorator_list]
    return node.name == "__init__" or any(each.split(".")[-1] in ("overload", "setter", "register") for each in said)


RULE = Rule("VK007", "docstrings", look, rooms=("routine",))
