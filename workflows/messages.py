"""What goes in to and out of the chat's workflow."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from routine.actors import Actor
from routine.chat.case import Chat
from routine.chat.decisions import Decision
from routine.chat.events import PatientEvent
from routine.frozen import Frozen
from routine.intake import Routed, Standing, Submission
from routine.phrases import Screen
from routine.suicide_risk.decide import Decision as PathwayDecision
from routine.unit import Shared

SHOW = "show"
"""The worker's function that writes a row, by the name under which a workflow finds it; a replay has none."""
UNSHOWN = "unshown"
"""The signal that tells a case that its row could not be written."""


class ChatStart(Frozen):
    """Everything a chat will need: nothing is read from configuration once it runs.

    `resumed` and `version` carry a case over when its history is continued as new.
    """

    contact_id: str
    epoch: str
    offset_s: float
    submission: Submission
    unit: Shared
    opened_at: datetime
    routed: Routed = Routed(outcome="accepted", screens=())
    standing: Standing | None = None
    continues: str | None = None
    continues_suspicion: bool = False
    """Whether the case it continues was in the suicide tier: then this one is too."""
    resumed: Chat | None = None
    version: int = 0
    recent: tuple[tuple[str, int], ...] = ()
    """Ids of the latest updates with the version each led to: a run knows only its own (`architecture.md`)."""


class SignedOnPathway(Frozen):
    """A decision on the pathway with who made it."""

    by: Actor
    decision: PathwayDecision


class Signed(Frozen):
    """A decision with who made it."""

    by: Actor
    decision: Decision


class Reported(Frozen):
    """An event with who reported it."""

    by: Actor
    event: PatientEvent


class Answer(Frozen):
    """The version of the case that what was decided or heard has led to; whoever asks waits until it is shown.

    `heard` is False when a patient's words came after the case had ended: they open a linked one.
    """

    version: Annotated[int, Field(ge=0)]
    pathway: bool = False
    """Whether it is the pathway's version."""
    heard: bool = True
    screens: tuple[Screen, ...] = ()
