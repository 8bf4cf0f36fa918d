"""What the watchman may find, by name. `docs/operations.md` says of each what it means and what to do."""

from enum import StrEnum

EVERYBODY = "*"
"""Stands for the contact where a finding is about the house itself."""


class What(StrEnum):
    """What is the matter with a contact."""

    NOT_MOVED = "not_moved"
    WITHOUT_ROW = "without_row"
    WITHOUT_WORKFLOW = "without_workflow"
    TASK_FAILING = "task_failing"
    PATHWAY_NOT_MOVED = "pathway_not_moved"
    PATHWAY_WITHOUT_ROW = "pathway_without_row"
    PATHWAY_WITHOUT_WORKFLOW = "pathway_without_workflow"
    PATHWAY_TASK_FAILING = "pathway_task_failing"
    PATHWAY_MISSING = "pathway_missing"
    GATE_DISAGREES = "gate_disagrees"
    ENGINE_AWAY = "engine_away"


Found = set[tuple[str, str]]
"""Contact and what is the matter with it; nothing about a patient."""


def of(what: What, *, pathway: bool) -> What:
    """The same thing, of the contact's own workflow or of its pathway's."""
    return What(f"pathway_{what}") if pathway else what
