"""VK006: log lines and error messages are plain text in many places, so nothing about a patient may enter them.

What counts is the value that would be written: `len(text)` and `text is None` are harmless, and a `Refusal` is worded
by us, so what hangs on `refusal` may be said.
"""

import ast
from collections.abc import Iterator

from tools.lint.names import raw
from tools.lint.rule import Hit, Rule
from tools.lint.source import Source

WHO = ("personnummer", "person", "person_id", "given_name", "surname", "mobile")
WHAT = ("text", "note", "rationale", "observation", "wording")
PATIENT = frozenset((*WHO, *WHAT))
ATTRIBUTES = PATIENT | {"message"}
SAFE_ROOT = "refusal"
SHAPE_ONLY = ("len", "type", "bool", "isinstance")

LOGGERS = ("log", "logger")
LEVELS = ("debug", "info", "warning", "error", "exception", "critical")
LOG_METHODS = frozenset((*LEVELS, *(f"a{level}" for level in LEVELS), "warn", "fatal", "log", "msg", "bind", "new"))
LOG_FUNCTIONS = ("logging.", "structlog.contextvars.")


def look(source: Source) -> Iterator[Hit]:
    """Patient data in the arguments of a log call or of an error."""
    raised = {id(node.exc) for node in source.nodes if isinstance(node, ast.Raise)}
    for call in source.calls:
        if _logs(source, call):
            where = "a log line"
        elif id(call) in raised or (raw(call.func) or "").endswith(("Error", "Exception")):
            where = "an error"
        else:
            continue
        arguments: tuple[ast.expr | ast.keyword, ...] = (*call.args, *call.keywords)
        for argument in arguments:
            for leak in _leaks(argument):
                yield argument.lineno, f"`{leak}` in {where}: nothing about a patient may be written there"


def _logs(source: Source, call: ast.Call) -> bool:
    if (source.names.imported(call.func) or "").startswith(LOG_FUNCTIONS):
        return True
    match call.func:
        case ast.Attribute(value=logger, attr=method) if method in LOG_METHODS:
            return _is_logger(logger)
        case _:
            return False


def _is_logger(node: ast.expr) -> bool:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name.lower().lstrip("_") in LOGGERS
        case ast.Call(func=ast.Attribute(value=logger, attr="bind" | "new")):
            return _is_logger(logger)
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name in ("get_logger", "getLogger")
        case _:
            return False


def _leaks(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Constant() | ast.Compare() | ast.UnaryOp(op=ast.Not()):
            return
        case ast.Call(func=ast.Name(id=name)) if name in SHAPE_ONLY:
            return
        case ast.Name(id=name) if name.lstrip("_") in PATIENT:
            yield name
            return
        case ast.Attribute(value=value, attr=part) | ast.Subscript(value=value, slice=ast.Constant(value=str(part))):
            if SAFE_ROOT in (raw(value) or "").split("."):
                return
            if part.lstrip("_") in ATTRIBUTES:
                yield ast.unparse(node)
                return
        case ast.keyword(arg=str(name), value=value) if name in PATIENT and not isinstance(value, ast.Constant):
            yield f"{name}="
            return
        case ast.Dict(keys=keys, values=values):
            yield from _named(keys, values)
        case ast.IfExp(body=body, orelse=orelse):
            yield from _leaks(body)
            yield from _leaks(orelse)
            return
        case _:
            pass
    for child in ast.iter_child_nodes(node):
        yield from _leaks(child)


def _named(keys: list[ast.expr | None], values: list[ast.expr]) -> Iterator[str]:
    for key, value in zip(keys, values, strict=True):
        match key:
            case ast.Constant(value=str(name)) if name in PATIENT and not isinstance(value, ast.Constant):
                yield f'"{name}":'
            case _:
                pass


RULE = Rule("VK006", "patients", look, spares=("tests",))
