"""Signs of suicide risk in what a resident sends: a flag to people, never a score, a stop or a delay (R58, R59, B8)."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Literal

from routine.actors import Member
from routine.frozen import Frozen

MENTAL_HEALTH = "mental_health"
ASKED = ("ta ditt liv", "ta livet av dig", "självmord*", "suicid*", "inte vill leva", "livet inte är värt*", "vilja dö")
"""What a form's question about it says, in the second person; the unit's words are in the first."""
AFFIRMATIVE = re.compile(r"\s*(ja|yes|jo|ibland|delvis|ofta|kanske)\b", re.IGNORECASE)


class Sign(Frozen):
    """A suspicion (misstanke): a yes in the form, also one taken back (`form`), or a word in free text (`text`);
    what staff saw (`staff`), or the case this one goes on from (`continued`)."""

    kind: Literal["form", "text", "staff", "continued"]
    at: datetime
    by: Member | None = None
    observation: str | None = None


def found(text: str, words: tuple[str, ...]) -> bool:
    """Whether any of the unit's words stands in the text; `*` at a word's end lets it go on (`självmord*`)."""
    return bool(words) and _pattern(words).search(_plain(text)) is not None


def _plain(text: str) -> str:
    """Capitals, blanks and how å, ä and ö are put together (one character, or a letter and its dots) do not matter."""
    folded = unicodedata.normalize("NFD", text).casefold()
    return " ".join(unicodedata.normalize("NFC", folded).split())


@lru_cache(maxsize=64)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    terms = sorted((_plain(word) for word in words), key=len, reverse=True)
    each = (re.escape(term.rstrip("*")) + ("" if term.endswith("*") else r"(?!\w)") for term in terms)
    return re.compile(rf"(?<!\w)(?:{'|'.join(each)})")


def taken_back(question: str, before: str | None, area: str, words: tuple[str, ...]) -> bool:
    """Whether a changed answer is a disclosure taken back.

    The question is about it by its words, or a yes in the mental-health area was changed: in doubt it flags.
    """
    if before is None:
        return False
    asked = found(question, (*ASKED, *words)) or found(before, words)
    return asked or (area == MENTAL_HEALTH and bool(AFFIRMATIVE.match(before)))


def any_found(texts: Iterable[str], words: tuple[str, ...]) -> bool:
    """Whether any of the texts holds any of the words."""
    return any(found(text, words) for text in texts)
