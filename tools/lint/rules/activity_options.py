"""VK003: every activity says how long it may take and how often it is tried: the default is a retry for ever."""

import re
from collections.abc import Iterator

from tools.lint.calls import names_option, of_workflow, spreads_table
from tools.lint.rule import Hit, Rule
from tools.lint.source import Source

_ACTIVITY = re.compile(r"(execute|start)_(local_)?activity(_method|_class)?")


def look(source: Source) -> Iterator[Hit]:
    """Activity calls without a timeout or a retry policy."""
    for call in source.calls:
        name = of_workflow(source, call.func)
        if name is None or not _ACTIVITY.fullmatch(name) or spreads_table(call):
            continue
        if not names_option(call, "start_to_close_timeout", "schedule_to_close_timeout"):
            yield call.lineno, f"{name} names no start_to_close_timeout or schedule_to_close_timeout"
        if not names_option(call, "retry_policy"):
            yield call.lineno, f"{name} names no retry_policy"


RULE = Rule("VK003", "activity-options", look)
