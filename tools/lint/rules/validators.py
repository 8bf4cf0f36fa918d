"""VK004: every update has a validator, because a refusal after acceptance stays in the history or wedges the case."""

import ast
from collections.abc import Iterator

from tools.lint.calls import of_workflow
from tools.lint.names import raw
from tools.lint.rule import Hit, Rule
from tools.lint.source import Source

Function = ast.FunctionDef | ast.AsyncFunctionDef


def look(source: Source) -> Iterator[Hit]:
    """Update handlers without `@<name>.validator` in the same class."""
    for owner in source.classes:
        methods = [node for node in owner.body if isinstance(node, Function)]
        validated = {raw(decorator) for method in methods for decorator in method.decorator_list}
        for method in methods:
            if _is_update(source, method) and f"{method.name}.validator" not in validated:
                yield method.lineno, f"update {method.name} has no @{method.name}.validator"


def _is_update(source: Source, method: Function) -> bool:
    return any(
        of_workflow(source, decorator.func if isinstance(decorator, ast.Call) else decorator) == "update"
        for decorator in method.decorator_list
    )


RULE = Rule("VK004", "validators", look)
