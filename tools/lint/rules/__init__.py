"""Every rule of the house, one file each."""

from tools.lint.rule import Rule
from tools.lint.rules import (
    activity_options,
    deterministic,
    docstrings,
    file_length,
    patients,
    pure,
    summaries,
    validators,
)

RULES: tuple[Rule, ...] = (
    pure.RULE,
    deterministic.RULE,
    activity_options.RULE,
    validators.RULE,
    summaries.RULE,
    patients.RULE,
    docstrings.RULE,
    file_length.RULE,
)
