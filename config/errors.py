"""What is wrong with the configuration, said in one sentence each, with the file and the line."""

from pathlib import Path as File

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from config.toml_lines import Path

Problem = tuple[Path, str]
"""Where in the file, as a path of keys, and what is wrong there."""

SENTENCES = {
    "missing": "{key} saknas",
    "extra_forbidden": "{key} är ingen inställning",
    "int_type": "{key} ska vara ett heltal",
    "int_parsing": "{key} ska vara ett heltal",
    "int_from_float": "{key} ska vara ett heltal",
    "bool_type": "{key} ska vara true eller false",
    "bool_parsing": "{key} ska vara true eller false",
    "string_type": "{key} ska vara text inom citattecken",
    "string_pattern_mismatch": "{key} har fel form",
    "literal_error": "{key} ska vara {expected}",
    "enum": "{key} ska vara {expected}",
    "date_type": "{key} ska vara ett datum, som 2027-01-01",
    "date_from_datetime_parsing": "{key} ska vara ett datum, som 2027-01-01",
    "date_from_datetime_inexact": "{key} ska vara ett datum utan klockslag",
    "time_parsing": "{key} ska vara ett klockslag, som 08:00",
    "tuple_type": "{key} ska vara en lista",
    "dict_type": "{key} ska vara en tabell",
    "model_type": "{key} ska vara en tabell",
    "value_error": "{error}",
}
"""By pydantic's error type; what is not here is said in pydantic's own English."""


class ConfigurationError(Exception):
    """The configuration cannot be used; each problem names the file, the line and what is wrong."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def told(error: ValidationError) -> tuple[Problem, ...]:
    """Every problem of a validation, as a path and a sentence."""
    return tuple((_path(each), _sentence(each)) for each in error.errors(include_input=False, include_url=False))


def placed(file: File, line: int, sentence: str) -> str:
    """A problem as an editor can follow it: `units.toml:12: ...`."""
    return f"{file}:{line}: {sentence}"


def _path(error: ErrorDetails) -> Path:
    return tuple(part for part in error["loc"] if part != "[key]")


def _sentence(error: ErrorDetails) -> str:
    path = _path(error)
    key = next((part for part in reversed(path) if isinstance(part, str)), "filen")
    context = {name: str(value).replace(" or ", " eller ") for name, value in error.get("ctx", {}).items()}
    if error["type"] == "literal_error" and error["loc"][-1:] == ("[key]",):
        return f"{key} är ingen inställning här, bara {context['expected']}"
    template = SENTENCES.get(error["type"])
    return template.format(**{"key": key, **context}) if template else f"{key}: {error['msg']}"
