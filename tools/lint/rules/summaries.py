"""VK005: every timer says what it waits for: Temporal's own page must be readable to an on-call engineer."""

from collections.abc import Iterator

from tools.lint.calls import names_option, of_workflow, spreads_table
from tools.lint.rule import Hit, Rule
from tools.lint.source import Source


def look(source: Source) -> Iterator[Hit]:
    """Timers without a summary."""
    for call in source.calls:
        if spreads_table(call):
            continue
        match of_workflow(source, call.func):
            case "sleep" if not names_option(call, "summary"):
                yield call.lineno, "workflow.sleep names no summary"
            case "wait_condition" if names_option(call, "timeout") and not names_option(call, "timeout_summary"):
                yield call.lineno, "workflow.wait_condition with a timeout names no timeout_summary"
            case _:
                pass


RULE = Rule("VK005", "summaries", look)
