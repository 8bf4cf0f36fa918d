"""A chat as it is shown to whoever may open it (`api.md`, Reading): all of it asks the rules, none of it is a rule."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from routine.actors import Actor, Addressee, HsaId, ToPerson
from routine.chat.access import is_assessor
from routine.chat.case import Alert, Chat, CloseRequested, PersonFacts, Remark, Status
from routine.chat.closing import blocks
from routine.chat.deadlines import Deadline, deadlines
from routine.chat.decide import allowed
from routine.chat.foresee import Foreseen, if_nobody_acts
from routine.chat.owed import owed
from routine.chat.row import row
from routine.documentation import Note
from routine.frozen import Frozen
from routine.gate import Block, Level
from routine.handover import Handover
from routine.hours import local_date
from routine.intake import Form
from routine.people import PersonId
from routine.tasks import Kind, Task
from routine.worklist import CaseRow


class ShownPerson(Frozen):
    """Who the case is about. The register's words are None until it has answered."""

    personnummer: PersonId
    age: int | None
    name: str | None
    protected: bool | None


class ShownLine(Frozen):
    """A line of the conversation."""

    sender: Literal["patient", "staff"] = Field(serialization_alias="from")
    by: str | None
    at: datetime
    text: str


class ShownImage(Frozen):
    """A reference to an image that was sent in."""

    image_id: str
    media_type: str
    state: Literal["received"] = "received"


class ShownMessage(Frozen):
    """A templated message or a screen, and how it fared."""

    message_id: str
    template: str
    channel: Literal["chat", "screen", "sms"]
    direction: Literal["out"] = "out"
    to_masked: str
    text: str
    planned_at: datetime
    sent_at: datetime | None
    status: Status


class ToOutside(Frozen):
    """Somebody outside the unit that a patient was handed over to."""

    target: str
    name: str


class ShownHandover(Frozen):
    """A handover with everything that became of it."""

    handover_id: str
    kind: Literal["colleague", "on_call", "psychiatric_emergency", "emergency_112"]
    sender: HsaId | None = Field(serialization_alias="from")
    """None: a yes in the form asked for the assessors."""
    to: Addressee | ToOutside
    at: datetime
    consent: Literal["given", "not_required_patient_safety"] | None
    """None back to a former holder, who needs none."""
    content: str | None
    assessed: bool = True
    accepted_at: datetime | None = None
    declined_at: datetime | None = None
    returned_at: datetime | None = None
    received_by: str | None = None
    reference: str | None = None
    outcome: Literal["accepted", "declined", "returned", "advice_only"] | None = None
    acked_at: datetime | None = None


class ShownAssessment(Frozen):
    """An assessment with everything it stands on; kept when retracted."""

    at: datetime
    by: HsaId
    level: Level
    step: str
    risk_factors: tuple[str, ...]
    protective_factors: tuple[str, ...]
    sources: tuple[str, ...]
    rationale: str
    reasonable_certainty: bool
    not_called_because: str | None
    retracted_at: datetime | None


class ShownVisit(Frozen):
    """The physical visit."""

    start: datetime
    profession: str
    unit: str
    contact_type: str
    state: Literal["booked", "attended", "missed", "cancelled"]


class ShownPromise(Frozen):
    """A planned contact."""

    at: datetime
    how: str
    done_at: datetime | None
    outcome: str | None


class ShownPlan(Frozen):
    """The individual plan."""

    watcher: HsaId
    contacts: tuple[ShownPromise, ...]
    review_at: datetime
    rationale: str


class ShownCall(Frozen):
    """A phone call."""

    at: datetime
    by: HsaId
    reached: bool
    note: str


class ShownNote(Frozen):
    """An internal note, or a reason that was given."""

    at: datetime
    by: HsaId | None
    about: str
    text: str


class Documented(Task):
    """A note as a task, with where it belongs and what it holds (table A13)."""

    record: str
    template: str
    keywords: tuple[str, ...]


class CaseView(CaseRow):
    """Everything about a case, for one reader: `allowed` is what that reader may decide now."""

    person: ShownPerson
    entry_channel: str
    area: str
    form: Form | None
    chat: tuple[ShownLine, ...]
    images: tuple[ShownImage, ...]
    guests: tuple[()] = ()
    relative: None = None
    other_open_contacts: tuple[dict[str, str], ...] = ()
    continues: str | None
    deadlines: tuple[Deadline, ...]
    alerts: tuple[Alert, ...]
    if_nobody_acts: tuple[Foreseen, ...]
    blocks_close: tuple[Block, ...]
    messages: tuple[ShownMessage, ...]
    documentation: tuple[Documented, ...]
    registration: None = None
    handovers: tuple[ShownHandover, ...]
    consents: tuple[dict[str, Any], ...]
    assessments: tuple[ShownAssessment, ...] = ()
    booking: ShownVisit | None = None
    plan: ShownPlan | None = None
    calls: tuple[ShownCall, ...]
    notes: tuple[ShownNote, ...]
    allowed: tuple[str, ...]
    close_token: str | None = None
    close_token_expires_at: datetime | None = None


def view(chat: Chat, by: Actor) -> CaseView:
    """The whole case for a reader who may open it."""
    closer = chat.holder is not None and (chat.holder.hsa_id == by.hsa_id or is_assessor(chat, by))
    dialogue = chat.state if isinstance(chat.state, CloseRequested) and closer else None
    line = row(chat)
    return CaseView(
        **{name: getattr(line, name) for name in CaseRow.model_fields},
        person=_person(chat),
        entry_channel=chat.submission.entry_channel,
        area=chat.submission.area,
        form=chat.submission.form,
        chat=tuple(
            ShownLine(sender=each.sender, by=each.by.hsa_id if each.by else None, at=each.at, text=each.text)
            for each in chat.lines
        ),
        images=tuple(
            ShownImage(image_id=image.image_id, media_type=image.media_type)
            for each in chat.lines
            for image in each.images
        ),
        continues=chat.continues,
        deadlines=deadlines(chat),
        alerts=chat.alerts,
        if_nobody_acts=if_nobody_acts(chat),
        blocks_close=blocks(chat),
        messages=tuple(
            ShownMessage(
                message_id=each.message_id,
                template=each.template,
                channel=each.channel,
                to_masked=line.masked_person,
                text=each.text,
                planned_at=each.at,
                sent_at=each.sent_at,
                status=each.status,
            )
            for each in chat.sent
        ),
        documentation=documentation(chat),
        handovers=tuple(shown_handover(each) for each in chat.handovers),
        consents=tuple(
            {
                "at": each.at,
                "by": each.by.hsa_id,
                "given": each.given,
                "wording": each.wording,
                "used_for": each.used_for,
            }
            for each in chat.consents
        ),
        calls=tuple(
            ShownCall(at=each.at, by=each.by.hsa_id, reached=each.reached, note=each.note) for each in chat.calls
        ),
        notes=tuple(
            ShownNote(at=each.at, by=each.by.hsa_id if each.by else None, about=each.about, text=each.text)
            for each in (*_observed(chat), *chat.remarks)
        ),
        allowed=allowed(chat, by),
        close_token=dialogue.token if dialogue else None,
        close_token_expires_at=dialogue.expires_at if dialogue else None,
    )


def _observed(chat: Chat) -> tuple[Remark, ...]:
    """What staff saw when they flagged."""
    return tuple(
        Remark(at=sign.at, by=sign.by, text=sign.observation, about="flag_suspicion")
        for sign in chat.signs
        if sign.observation is not None
    )


def _person(chat: Chat) -> ShownPerson:
    number, facts = chat.submission.person.personnummer, chat.person
    known = facts if isinstance(facts, PersonFacts) else None
    return ShownPerson(
        personnummer=number,
        age=number.age_on(local_date(chat.opened_at)),
        name=known.name if known else None,
        protected=known.protected if known else None,
    )


def shown_handover(each: Handover) -> ShownHandover:
    """A handover between colleagues, as it is shown."""
    outcome: Literal["accepted", "declined", "returned"] | None = None
    if each.accepted_at:
        outcome = "accepted"
    elif each.declined_at:
        outcome = "declined"
    elif each.returned_at:
        outcome = "returned"
    return ShownHandover(
        handover_id=each.handover_id,
        kind=each.kind,
        sender=each.sender.hsa_id if each.sender else None,
        to=each.to,
        at=each.at,
        consent=None if each.consent == "not_required_former_holder" else each.consent,
        content=each.content,
        accepted_at=each.accepted_at,
        declined_at=each.declined_at,
        returned_at=each.returned_at,
        received_by=each.accepted_by.hsa_id if each.accepted_by else None,
        outcome=outcome,
        acked_at=each.accepted_at,
    )


def documentation(chat: Chat) -> tuple[Documented, ...]:
    """Every note of the chat, those done too (R83-R86)."""
    open_tasks = {task.task_id: task for task in owed(chat)}
    return tuple(_documented(note, open_tasks.get(note.task_id)) for note in chat.notes)


def _documented(note: Note, task: Task | None) -> Documented:
    return Documented(
        task_id=note.task_id,
        kind=Kind.DOC_NOTE,
        title="Dokumentera anamnes och bedömning" if note.first else "Dokumentera din egen bedömning",
        rule="R83" if note.first else "R84",
        owner=ToPerson(hsa_id=note.documenter),
        opened_at=note.opened_at,
        due_at=note.due_at,
        escalation=task.escalation if task else 0,
        next_rung=task.next_rung if task else None,
        done_at=note.done_at,
        outcome=note.outcome,
        record="Cosmic, Distansbesök - skriftlig",
        template=note.template or "Besöksanteckning",
        keywords=("Anamnes-Aktuellt", "Bedömning") if note.first else ("Bedömning",),
    )
