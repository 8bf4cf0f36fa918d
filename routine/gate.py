"""What a contact and its suicide-risk pathway know of each other: one value each way, the newest one counts.

Values, not events: a signal that comes late, twice or out of order changes nothing, and the next one heals a lost one.
"""

from datetime import datetime
from typing import Literal

from routine.actors import HsaId, Member
from routine.frozen import Frozen
from routine.refusals import Conflict
from routine.signs import Sign

Level = Literal["none", "low", "moderate", "high", "acute"]
"""A suicide risk as an assessor entered it; never computed (R61)."""


class Block(Frozen):
    """Something that stops closing."""

    code: Conflict
    rule: str
    text: str


NO_ASSESSMENT = Block(
    code="NO_ASSESSMENT",
    rule="R58",
    text="Ärendet rör misstänkt självmordsrisk och kan inte stängas utan bedömning av läkare eller psykolog.",
)
"""What shuts the gate: nobody who may assess has; the contact says so too, of what the pathway has not heard of."""


class Post(Frozen):
    """A question or an offer that the pathway wants put to the patient in the chat (M13), by whom."""

    post_id: str
    template: str
    at: datetime
    by: Member


class Taken(Frozen):
    """An assessor has taken the patient on: when, and who. Of two, the later one counts (R59)."""

    at: datetime
    by: Member


class Gate(Frozen):
    """What the pathway tells the contact: whether it may close, and why not. Only the pathway opens the gate.

    `signs` is how many suspicions the pathway has heard of; one it has not heard of keeps the gate shut.
    """

    version: int
    signs: int
    tier: Literal["suicide", "normal"]
    suicide_state: str | None
    level: Level | None = None
    taken: Taken | None = None
    assessed_at: datetime | None = None
    assessed_by: Member | None = None
    """Whose assessment counts; she may have let go of the patient since."""
    blocks: tuple[Block, ...] = ()
    posts: tuple[Post, ...] = ()
    participants: tuple[HsaId, ...] = ()
    """Who may write and call beside the holder: who assesses, and who handed over to her (R59)."""
    record_owed: bool = False
    """Whether the pathway still owes the record something: the contact is not completed before (A13)."""
    resolved_at: datetime | None = None
    """When she was seen elsewhere, admitted or dead: nothing else stops closing, but for what is said after it."""
    unreached_at: datetime | None = None
    """When the patient was let go unreached (R71): what is heard of her after it shuts the gate at once."""
    sends_stopped: bool = False
    close_asked: Taken | None = None
    """The last resort (R75): by whom and when the first step of closing was taken."""


class Spoken(Frozen):
    """A phone call as the pathway counts it (R70)."""

    at: datetime
    reached: bool


class Contact(Frozen):
    """What the contact tells the pathway: who has written when, who holds it, which signs there are."""

    version: int
    opened_at: datetime
    signs: tuple[Sign, ...]
    holder: Member | None = None
    taken: Taken | None = None
    """The last time an assessor took the contact by a decision of her own (pick, take over)."""
    released_at: datetime | None = None
    """The last time the contact was given back to the queue."""
    first_staff_at: datetime | None = None
    """The first staff message or call."""
    last_staff_at: datetime | None = None
    """The last staff message."""
    last_patient_at: datetime | None = None
    """The patient's last word after what was sent in."""
    asked_at: datetime | None = None
    """Since when the patient has the word; None while she has not."""
    calls: tuple[Spoken, ...] = ()
    reopened_at: datetime | None = None
    """The last time a reply opened it after it had been closed; a flag tells of itself, by its sign."""
    outside: bool = False
    """Whether it went on outside because of protection (R76)."""
    ended: bool = False
