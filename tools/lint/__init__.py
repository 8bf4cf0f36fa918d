"""The house's own lint: promises that ruff and mypy cannot know. Run `python -m tools.lint [paths]`.

A finding is silenced on its own line, and only with a reason: `# lint: VK001 because the demo clock is read here`.
"""

from tools.lint.check import check, check_tree
from tools.lint.finding import Finding
from tools.lint.source import Source

__all__ = ["Finding", "Source", "check", "check_tree"]
