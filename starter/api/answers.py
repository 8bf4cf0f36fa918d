"""What OpenAPI says of our answers. They are made as plain JSON (`present`); these models only describe them."""

from datetime import datetime
from typing import Any, Literal

from pydantic import TypeAdapter

from routine.chat.view import CaseView
from routine.frozen import Frozen
from routine.phrases import Screen
from routine.worklist import CaseRow
from starter.api.schema import inlined


class FullView(CaseView):
    """The case for whoever may open it; `as_of` on reads, `hints` on the style of a message just written (R55)."""

    version: int
    hints: tuple[str, ...] = ()
    as_of: datetime | None = None


class ReducedView(CaseRow):
    """The case's line, for whoever may know of it but not open it."""

    version: int
    reduced: Literal[True]
    allowed: tuple[str, ...]
    as_of: datetime | None = None


class Worklist(Frozen):
    """Rows in the order they are to be handled."""

    items: tuple[CaseRow, ...]
    as_of: datetime


class Preview(Frozen):
    """What the resident is shown before sending."""

    send_possible: bool
    screen: tuple[Screen, ...]


class Accepted(Frozen):
    """A case has begun. `opens_at` is null while the unit is open."""

    contact_id: str
    outcome: Literal["accepted"]
    state: str
    opens_at: datetime | None
    screen: tuple[Screen, ...]


class Referred(Frozen):
    """No case begins."""

    contact_id: None
    outcome: Literal["redirected", "excluded_protected"]
    screen: tuple[Screen, ...]


class Heard(Frozen):
    """Where the case stands; `continues` when the words began a new one."""

    contact_id: str
    state: str
    screen: tuple[Screen, ...]
    continues: str | None = None


class Status(Frozen):
    """How it is."""

    status: str
    store: str | None = None
    engine: str | None = None


class Late(Frozen):
    """A task past its instant."""

    contact_id: str
    kind: str
    due_at: datetime


class Stuck(Frozen):
    """A case that has not moved, and what is the matter."""

    contact_id: str
    what: str


class Promise(Frozen):
    """The one promise in numbers."""

    open: int
    without_owner: int
    overdue: tuple[Late, ...]
    stuck: tuple[Stuck, ...]
    watchman: Literal["ok", "silent"]


class Token(Frozen):
    """A token of the demo's issuer."""

    access_token: str


class Now(Frozen):
    """The house's time."""

    now: datetime


class Left(Frozen):
    """Something that left for a person."""

    contact_id: str | None
    template: str
    channel: Literal["sms", "email", "chat", "screen"]
    to: str | None
    text: str
    planned_at: datetime
    sent_at: datetime | None
    status: str
    gateway_id: str | None = None


def answers(shape: Any, status: int = 200) -> dict[int | str, dict[str, Any]]:
    """The answer of an operation that is done."""
    schema = inlined(TypeAdapter(shape).json_schema(mode="serialization"))
    return {status: {"description": "Klart", "content": {"application/json": {"schema": schema}}}}
