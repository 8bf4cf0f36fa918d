"""What a resident sends in, and what is shown before it is sent: after-hours routing by table A11."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StringConstraints, model_validator

from routine import screens
from routine.frozen import Frozen, Misfit
from routine.hours import local_date
from routine.people import PersonId
from routine.phrases import Screen
from routine.signs import Sign, any_found, taken_back
from routine.unit import Unit

OMBUD_AGE = 13
"""Until this birthday a guardian acts for a child (R31)."""
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000)]
Priority = Annotated[int, Field(ge=1, le=5, strict=True)]


class Answer(Frozen):
    """One question of the form; `changed_from` keeps an answer that was taken back."""

    question: Text
    answer: Annotated[str, StringConstraints(max_length=20_000)]
    changed_from: Annotated[str, StringConstraints(max_length=20_000)] | None = None


class Form(Frozen):
    """The filled-in form with its history report (anamnesrapport)."""

    report: Annotated[str, StringConstraints(max_length=100_000)]
    answers: tuple[Answer, ...] = ()
    suicide_sign: bool = False


class Image(Frozen):
    """A reference to an image in Platform24, never its bytes (R89)."""

    image_id: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    media_type: Annotated[str, StringConstraints(pattern=r"^image/[a-z0-9.+-]+$")]


class Identified(Frozen):
    """A person by number."""

    personnummer: PersonId


class Submission(Frozen):
    """A chat as Platform24 sends it in (R6, R7, R44, R52). `priority` only when triaged."""

    kind: Literal["chat"]
    unit: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    submitted_at: AwareDatetime | None = None
    entry_channel: Literal["mitt.regionhalland.se", "1177.se"]
    auth_method: Literal["bankid", "freja"]
    person: Identified
    on_behalf_of: Identified | None = None
    triaged: bool = False
    priority: Priority | None = None
    area: Annotated[str, StringConstraints(min_length=1, max_length=60)] = "other"
    form: Form | None = None
    message: Text | None = None
    images: tuple[Image, ...] = ()

    @model_validator(mode="after")
    def priority_is_triage(self) -> "Submission":
        """Only triage gives a priority (R44, R52)."""
        if self.priority is not None and not self.triaged:
            raise Misfit("priority", "only when triaged")
        return self


class Standing(Frozen):
    """What the population register says of somebody at entry; None where it could not be asked."""

    name: str | None = None
    protected: bool = False
    deceased: bool = False
    mobile: str | None = None
    guardians: tuple[PersonId, ...] = ()


class Routed(Frozen):
    """Whether a case begins, and what is shown first, in display order.

    `restricted`: a protected person's disclosure is taken, to be seen by assessors and the unit manager only (R77).
    """

    outcome: Literal["accepted", "redirected", "excluded_protected"]
    screens: tuple[Screen, ...]
    restricted: bool = False
    foreign: bool = False

    @property
    def send_possible(self) -> bool:
        """Whether the resident can send at all."""
        return self.outcome == "accepted" or self.restricted


def signs(submission: Submission, words: tuple[str, ...], at: datetime) -> tuple[Sign, ...]:
    """The signs in what was sent: the form's yes, one taken back, the unit's words in free text (B8)."""
    form = submission.form
    answers = form.answers if form else ()
    disclosed = (form is not None and form.suicide_sign) or any(
        taken_back(answer.question, answer.changed_from, submission.area, words) for answer in answers
    )
    written = [submission.message or "", form.report if form else "", *(answer.answer for answer in answers)]
    spoken = any_found(written, words)
    found: list[Literal["form", "text"]] = [*(["form"] if disclosed else []), *(["text"] if spoken else [])]  # type: ignore[list-item]
    return tuple(Sign(kind=kind, at=at) for kind in found)


def route(
    submission: Submission, unit: Unit, at: datetime, standing: Standing | None = None, child: Standing | None = None
) -> Routed:
    """Table A11 at the moment of submit, to the second; the first row that fits (R50, R51, R52, R76, R77, R79).

    `standing` is who sends, `child` on whose behalf; None where the register could not be asked.
    """
    sign = bool(signs(submission, unit.screening_words, at))
    if any(each is not None and each.protected for each in (standing, child)):
        return Routed(outcome="excluded_protected", screens=(screens.protected(unit, sign=sign),), restricted=sign)
    if not (unit.hours.is_open(at) or unit.accepts_after_hours or not submission.triaged or sign):
        severe = submission.priority == 1
        return Routed(
            outcome="redirected",
            screens=(screens.closed(unit, at, emergency_first=severe, sendable=False),),
        )
    person = submission.person.personnummer
    shown = screens.on_sending(unit, at, person, sign=sign, priority=submission.priority)
    return Routed(outcome="accepted", screens=shown, foreign=foreign(submission, child, at))


def foreign(submission: Submission, guarded: Standing | None, at: datetime) -> bool:
    """Whether the case concerns somebody whom the sender may not speak for (R79, R31).

    Only a guardian does, for an own child under 13, as the register says it (R30); what is not known is not allowed.
    """
    if submission.on_behalf_of is None:
        return False
    child = submission.on_behalf_of.personnummer
    age = child.age_on(local_date(at))
    own = guarded is not None and submission.person.personnummer in guarded.guardians
    return not (own and age is not None and age < OMBUD_AGE)
