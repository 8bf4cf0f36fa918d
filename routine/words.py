"""Strings as staff send them: short ones, and those that may be left out."""

from typing import Annotated

from pydantic import StringConstraints

Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Optional = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20_000)] | None
