"""VK002: a workflow issues the same commands in the same order at every replay."""

import ast
from collections.abc import Iterator

from tools.lint.rule import Hit, Rule
from tools.lint.source import Source

BANNED = {
    "asyncio.sleep": "asyncio.sleep: use workflow.sleep, with a summary",
    "asyncio.wait": "asyncio.wait goes through a set: use workflow.wait",
    "asyncio.as_completed": "asyncio.as_completed goes through a set: use workflow.as_completed",
    "zoneinfo.ZoneInfo": "ZoneInfo reads files in the sandbox: take the zone from routine",
}

# Calls that keep the order of what they are given; sorted(), len(), any() and the like do not.
ORDERED = ("list", "tuple", "iter", "enumerate", "zip", "map", "filter", "reversed")
SET_METHODS = ("union", "intersection", "difference", "symmetric_difference")


def look(source: Source) -> Iterator[Hit]:
    """Constructions the sandbox does not stop but a replay may answer differently."""
    for node in source.nodes:
        match node:
            case ast.Call(func=func) if said := BANNED.get(source.names.imported(func) or ""):
                yield node.lineno, said
            case ast.Call(func=ast.Name(id="print")):
                yield node.lineno, "print: use workflow.logger, which is silent in replays"
            case _:
                pass
        for iterated in _iterated(node):
            if _is_set(iterated):
                yield iterated.lineno, "iterates over a set, whose order changes between processes: sort it"


def _iterated(node: ast.AST) -> Iterator[ast.expr]:
    match node:
        case ast.For(iter=over) | ast.comprehension(iter=over) | ast.Starred(value=over) | ast.YieldFrom(value=over):
            yield over
        case ast.Call(func=ast.Name(id=name), args=args) if name in ORDERED:
            yield from args
        case ast.Call(func=ast.Attribute(attr="join"), args=[over]):
            yield over
        case _:
            pass


def _is_set(node: ast.expr) -> bool:
    match node:
        case ast.Set() | ast.SetComp() | ast.Call(func=ast.Name(id="set" | "frozenset")):
            return True
        case ast.BinOp(left=left, op=ast.BitOr() | ast.BitAnd() | ast.Sub() | ast.BitXor(), right=right):
            return _is_set(left) or _is_set(right)
        case ast.Call(func=ast.Attribute(value=value, attr=attr)):
            return attr in SET_METHODS and _is_set(value)
        case _:
            return False


RULE = Rule("VK002", "deterministic", look, rooms=("workflows",))
