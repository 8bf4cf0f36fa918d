"""What a resident sends in, and what is shown before it is sent: after-hours routing by table A11."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StringConstraints, model_validator

from routine.frozen import Frozen, Misfit
from routine.people import PersonId
from routine.phrases import Screen, closed_screen
from routine.unit import Unit

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


class Routed(Frozen):
    """Whether a case begins, and what is shown first, in display order."""

    accepted: bool
    screens: tuple[Screen, ...]


def route(submission: Submission, unit: Unit, at: datetime) -> Routed:
    """Table A11 at the moment of submit, to the second (R50, R51, R52).

    A sign is always taken (B8). Elsewhere than at a vårdcentral a triaged chat after hours is only referred.
    """
    if unit.hours.is_open(at):
        return Routed(accepted=True, screens=())
    accepted = unit.accepts_after_hours or not submission.triaged or has_sign(submission)
    severe = submission.priority == 1 or has_sign(submission)
    return Routed(
        accepted=accepted,
        screens=(closed_screen(unit.hours, at, emergency_first=severe, sendable=accepted),),
    )


def has_sign(submission: Submission) -> bool:
    """Whether the form discloses suicidal thoughts; an answer taken back still counts (B8)."""
    form = submission.form
    return form is not None and form.suicide_sign
