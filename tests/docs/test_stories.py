"""Each decision of `api.md` has a story in which it is taken, and one in which it is refused."""

import re
from pathlib import Path

import pytest

from routine.suicide_risk.meeting import TYPES

STORIES = Path(__file__).parents[1] / "stories"


def told(call: str) -> set[str]:
    """The decisions that stories send by this call."""
    sources = [path.read_text(encoding="utf-8") for path in STORIES.rglob("*.py")]
    return {found for source in sources for found in re.findall(rf'\b{call}\("\w+", \w+, "(\w+)"', source)}


@pytest.mark.parametrize("decision", TYPES)
def test_taken_and_refused(decision: str) -> None:
    assert decision in told("decide")
    assert decision in told("no") | told("refused")
