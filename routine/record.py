"""What the read model keeps of a case: written by the case's workflow each time the case changes."""

from datetime import datetime

from routine.chat.case import Chat
from routine.chat.row import state_of, tier_of
from routine.frozen import Frozen, as_json
from routine.people import PersonId
from routine.suicide_risk.pathway import Pathway
from routine.unit import as_text


class Row(Frozen):
    """A case as it is written: what is asked of it stands for itself, and the rest is text, so that nobody reads it
    on the way. The unit's snapshot is a text of its own, the same in all of a unit's cases.
    """

    contact_id: str
    run_id: str
    epoch: str
    version: int
    offset_s: float
    wake_at: datetime | None
    unit: str
    open: bool
    snapshot: str
    case: str


class ChatRow(Row):
    """A chat's row."""

    state: str
    tier: str
    person: PersonId


class Kept(Frozen):
    """A case as of one version. Newer replaces older within a run; another run replaces whatever was there."""

    contact_id: str
    run_id: str
    epoch: str
    """The reset epoch the case was started in; a record of another epoch is dropped."""
    version: int
    offset_s: float
    """House time minus workflow time in seconds; 0 in production."""
    wake_at: datetime | None
    """When the case's clock does something next; None once it has ended."""


class Record(Kept):
    """A chat as of one version."""

    chat: Chat

    def row(self) -> ChatRow:
        """The row to write."""
        chat = self.chat
        return ChatRow(
            **_written(self, chat),
            state=state_of(chat),
            tier=tier_of(chat),
            person=chat.submission.person.personnummer,
        )


class PathwayRecord(Kept):
    """A suicide-risk pathway as of one version."""

    pathway: Pathway

    def row(self) -> Row:
        """The row to write."""
        return Row(**_written(self, self.pathway))


def _written(record: Kept, case: Chat | Pathway) -> dict[str, object]:
    return {
        **{name: getattr(record, name) for name in Kept.model_fields},
        "unit": case.unit.code,
        "open": not case.ended,
        "snapshot": as_text(case.unit),
        "case": as_json(case, but="unit"),
    }
