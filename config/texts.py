"""`texts.toml`: every text a person outside or on the staff is met by (A9b), and the numbers they are told to call.

Our own texts are held to the tone of the routine (R55, R57) and to what each must say; a text that fails is refused.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import Annotated

from pydantic import Field

from config.entries import Name, UnitEntry
from config.errors import Problem
from routine.frozen import Frozen
from routine.phrases import Line, Number, Phrase
from routine.tone import findings

MUST_HOLD: dict[str, tuple[str, ...]] = {
    "M1": ("{veckodag}", "{datum}", "{kl}", "{länk}"),
    "M2": ("{kl}", "{länk}"),
    "M3": ("{kl}", "{länk}"),
    "M4": (),
    "M5": ("{tid}", "{advice}", "{sos}"),
    "M6": (),
    "M8": ("{advice}", "{sos}"),
    "M8-severe": ("{sos}", "{advice}"),
    "M8-sendable": ("{tid}",),
    "M10": ("{advice}", "{sos}"),
    "M10-guardian": ("{telefon}",),
    "M11": ("{sos}",),
    "M11-sign": ("{sos}", "psykiatrisk akut", "{suicide_line}"),
    "M13": ("tryggt",),
    "M14": ("{veckodag}", "{datum}", "{kl}"),
    "M15": ("{tid}", "{sos}", "psykiatrisk akut", "{suicide_line}", "{advice}", "finns kvar"),
    "M15-young": ("{children_line}",),
    "M16": ("{sos}",),
    "M17": (),
    "M18": ("{sos}",),
}
"""The templates that must be configured, and what each says in this order: blanks, numbers by key (A11, B8), words."""

FILLED = frozenset({"{tid}", "{veckodag}", "{datum}", "{kl}", "{länk}", "{telefon}"})
SMS_WRITES_NO = re.compile(
    r"vårdcentral|mottagning|klinik|psyk|själv|suicid|sjuk|läkare|psykolog|sköterska|recept|remiss|provsvar|diagnos|"
    r"behandling|symtom|hälsa|besvär|medicin|akut",
    re.IGNORECASE,
)
"""SMS and alerts name no unit and carry no health content (A9b, R76): anybody may see the telephone."""
TOLD_TO_CALL = re.compile(r"(?:\bring|\bringa|\bpå|\bnummer|\btelefon)\s+(\d[\d -]+\d)(?!\w|\.\w)", re.IGNORECASE)
BLANK = re.compile(r"\{[^}]*\}")


class TextEntry(Phrase):
    """A `[[texts]]` block; with `unit` it is that unit's own, instead of the common one or beside it."""

    name: Name
    template: Name
    text: Name
    version: Annotated[int, Field(ge=1)]
    unit: str | None = None

    def phrase(self, phone: str | None) -> Phrase:
        """The text as a case carries it, with what never changes from case to case filled in."""
        kept = self.model_dump(exclude={"unit"})
        return Phrase.model_validate(kept | {"text": self.text.replace("{telefon}", phone or "")})


class TextsFile(Frozen):
    """The whole of `texts.toml`."""

    numbers: tuple[Number, ...]
    texts: tuple[TextEntry, ...]


def phrases_for(file: TextsFile, unit: UnitEntry) -> tuple[Phrase, ...]:
    """The unit's texts: the common ones, each replaced by its own where it has one, then what is only its own."""
    own = {text.template: text for text in file.texts if text.unit == unit.code}
    common = [own.pop(text.template, text) for text in file.texts if text.unit is None]
    chosen = [text for text in (*common, *own.values()) if unit.phone or "{telefon}" not in text.text]
    return tuple(text.phrase(unit.phone) for text in chosen)


def due_for_review(numbers: tuple[Number, ...], today: date) -> tuple[Number, ...]:
    """The numbers whose review date has passed: somebody should check that they still answer, and when."""
    return tuple(number for number in numbers if number.review_by < today)


def problems(file: TextsFile, codes: tuple[str, ...]) -> Iterator[Problem]:
    """Everything that is wrong with the texts and numbers, in the order of the file."""
    numbers: dict[Line, str] = {}
    for row, number in enumerate(file.numbers):
        if number.key in numbers:
            yield ("numbers", row, "key"), f"numret {number.key} finns två gånger"
        numbers.setdefault(number.key, number.number)
    missing = sorted({"sos", "advice", "suicide_line", "children_line"} - set(numbers))
    if missing:
        yield ("numbers",), f"numret {missing[0]} saknas"
        return
    yield from _collisions(file, codes)
    for row, text in enumerate(file.texts):
        for sentence in _faults(text, numbers):
            yield ("texts", row, "text"), f"{text.template}: {sentence}"
    common = {text.template for text in file.texts if text.unit is None}
    for template in MUST_HOLD:
        if template not in common:
            yield ("texts",), f"texten {template} saknas"


def _collisions(file: TextsFile, codes: tuple[str, ...]) -> Iterator[Problem]:
    templates: set[tuple[str | None, str]] = set()
    names: dict[tuple[str | None, str], str] = {}
    for row, text in enumerate(file.texts):
        if text.unit is not None and text.unit not in codes:
            yield ("texts", row, "unit"), f"det finns ingen enhet {text.unit}"
        if (text.unit, text.template) in templates:
            yield ("texts", row, "template"), f"mallen {text.template} finns två gånger"
        templates.add((text.unit, text.template))
        # Staff choose by name, so a unit's own name may only stand beside the common one of the same template.
        known = {names.get((unit, text.name), text.template) for unit in (None, text.unit)}
        if known != {text.template} or (text.unit, text.name) in names:
            yield ("texts", row, "name"), f"namnet {text.name} finns två gånger"
        names.setdefault((text.unit, text.name), text.template)


def _faults(text: TextEntry, numbers: dict[Line, str]) -> Iterator[str]:
    yield from (finding.hint for finding in findings(text.text))
    for blank in BLANK.findall(text.text):
        if blank not in FILLED:
            yield f"ingen fyller i {blank}"
    for number in TOLD_TO_CALL.findall(text.text):
        if number.strip() not in numbers.values():
            yield f"numret {number.strip()} finns inte bland [[numbers]]"
    if text.channel in ("sms", "alert") and (hit := SMS_WRITES_NO.search(text.text)):
        yield f"ett sms nämner varken enhet eller vård, men här står {hit.group()}"
    at = 0
    for asked in MUST_HOLD.get(text.template, ()):
        wanted = _as_written(asked, numbers)
        found = text.text.lower().find(wanted.lower(), at)
        if found < 0:
            yield f"{wanted} saknas eller står för sent i texten"
            return
        at = found + len(wanted)


def _as_written(asked: str, numbers: dict[Line, str]) -> str:
    """A number's key as the number itself; anything else as it is."""
    return next((number for key, number in numbers.items() if asked == f"{{{key}}}"), asked)
