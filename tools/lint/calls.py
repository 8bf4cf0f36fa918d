"""Reading a call: which of Temporal's it is, and which options it really names."""

import ast
import re

from tools.lint.source import Source

_CONSTANT = re.compile(r"_?[A-Z][A-Z0-9_]*")


def of_workflow(source: Source, node: ast.expr) -> str | None:
    """`sleep` for `workflow.sleep`, however it was imported; None when it is not Temporal's."""
    name = source.names.imported(node) or ""
    return name.removeprefix("temporalio.workflow.") if name.startswith("temporalio.workflow.") else None


def names_option(call: ast.Call, *options: str) -> bool:
    """Whether the call gives one of the options a value. None and "" are Temporal's defaults, so they name nothing."""
    return any(
        keyword.arg in options and not (isinstance(keyword.value, ast.Constant) and not keyword.value.value)
        for keyword in call.keywords
    )


def spreads_table(call: ast.Call) -> bool:
    """Whether the call takes its options from a constant table: `**PROMPT`, `**policy.PROMPT`, `**POLICY["sms"]`."""
    return any(keyword.arg is None and _constant(keyword.value) for keyword in call.keywords)


def _constant(node: ast.expr) -> bool:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return _CONSTANT.fullmatch(name) is not None
        case ast.Subscript(value=value):
            return _constant(value)
        case _:
            return False
