"""Taking the patient on: the assessors are asked, one of them accepts, and who handed over goes on till then (R59)."""

from datetime import datetime

from routine.actors import ASSESSORS, Actor, Addressee, Member, Role, ToPerson, ToRole, holds, member, reaches
from routine.chat.decisions import DeclineHandover, HandOver
from routine.gate import Taken
from routine.handover import Handover
from routine.refusals import Refusal, conflict, invalid
from routine.suicide_risk.elapse import alerted, settle
from routine.suicide_risk.owed import ASSESSOR
from routine.suicide_risk.pathway import Assessing, Dismissed, Pathway, Wanted, open_errands
from routine.tasks import EACH_ASSESSOR


def wanted(pathway: Pathway, opened_at: datetime, sender: Member | None) -> Pathway:
    """The assessors are asked, from the instant on."""
    ident = f"s{len(pathway.handovers) + 1}"
    pathway = pathway.model_copy(
        update={"wanted": Wanted(handover_id=ident, opened_at=opened_at, to=ASSESSOR, sender=sender), "taken": None}
    )
    return _with_row(pathway, ident, sender, ASSESSOR, opened_at, None)


def _with_row(
    pathway: Pathway, ident: str, sender: Member | None, to: Addressee, at: datetime, content: str | None
) -> Pathway:
    accept_by = pathway.unit.hours.add_minutes(at, pathway.unit.policy.suicide_accept)
    row = Handover(
        handover_id=ident,
        sender=sender,
        to=to,
        at=at,
        consent="not_required_patient_safety",
        content=content,
        accept_by=accept_by,
        returns_at=None,
    )
    return pathway.model_copy(update={"handovers": (*pathway.handovers, row)})


def _marked(pathway: Pathway, how: dict[str, object]) -> Pathway:
    """The row of the handover that is waited for, as it has now become."""
    assert pathway.wanted is not None
    ident = pathway.wanted.handover_id
    rows = tuple(row.model_copy(update=how) if row.handover_id == ident else row for row in pathway.handovers)
    return pathway.model_copy(update={"handovers": rows})


def accept(pathway: Pathway, by: Member, at: datetime) -> Pathway:
    """An assessor takes the patient on. Who handed over takes part from now on."""
    how: dict[str, object] = {"taken": Taken(at=at, by=by)}
    if pathway.wanted is not None:
        pathway = _marked(pathway, {"accepted_at": at, "accepted_by": by})
        assert pathway.wanted is not None
        how |= {"wanted": None, "sender": pathway.wanted.sender or pathway.sender}
    elif pathway.assessor is not None and pathway.assessor.hsa_id != by.hsa_id:
        how["sender"] = pathway.assessor
    if isinstance(pathway.state, Assessing):
        how["state"] = pathway.state.model_copy(update={"since": at})
    return settle(_calls_done(pathway, at).model_copy(update=how))


def _calls_done(pathway: Pathway, at: datetime) -> Pathway:
    ids = {each.task_id for each in open_errands(pathway)}
    done = {"done_at": at, "outcome": "accepted"}
    errands = tuple(each.model_copy(update=done) if each.task_id in ids else each for each in pathway.errands)
    return pathway.model_copy(update={"errands": errands})


def may_accept(pathway: Pathway, by: Actor) -> Refusal | None:
    """The assessors are asked, and one does not accept from oneself."""
    if pathway.wanted is None:
        return conflict("WRONG_STATE", "R59", "Ingen överlämning väntar på svar i ärendet.")
    if pathway.assessor is not None and pathway.assessor.hsa_id == by.hsa_id:
        return conflict("WRONG_STATE", "R59", "Du har redan tagit emot patienten.")
    return None


def may_decline(pathway: Pathway, by: Actor) -> Refusal | None:
    """Only who was named can say no; a suspicion that goes to all assessors waits until one of them accepts."""
    if refused := may_accept(pathway, by):
        return refused
    assert pathway.wanted is not None
    if isinstance(pathway.wanted.to, ToPerson):
        return None
    return conflict("WRONG_STATE", "R59", "Det här gäller alla läkare och psykologer. Ta emot patienten i stället.")


def decline(pathway: Pathway, decision: DeclineHandover, now: datetime) -> Pathway:
    """The named one says no: her sender is told, and all assessors are asked. The ladder goes on as it was."""
    assert pathway.wanted is not None
    pathway = _marked(pathway, {"declined_at": now, "decline_reason": decision.reason})
    assert pathway.wanted is not None
    sender = pathway.wanted.sender
    tell = (ToPerson(hsa_id=sender.hsa_id),) if sender else ()
    pathway = alerted(pathway, now, "Överlämningen togs inte emot", "R59", *tell, *EACH_ASSESSOR)
    if pathway.taken is not None:
        return settle(pathway.model_copy(update={"wanted": None}))
    return _widened(pathway, now)


def _widened(pathway: Pathway, at: datetime) -> Pathway:
    """All assessors are asked instead of the one who was; the ladder goes on as it was."""
    assert pathway.wanted is not None
    ident = f"s{len(pathway.handovers) + 1}"
    wider = pathway.wanted.model_copy(update={"to": ASSESSOR, "named": False, "handover_id": ident})
    return _with_row(pathway.model_copy(update={"wanted": wider}), ident, wider.sender, ASSESSOR, at, None)


def given_back(pathway: Pathway, at: datetime) -> Pathway:
    """Who assessed has let go of the patient: all assessors are asked, on the ladder that runs if one does (R59)."""
    if pathway.wanted is None:
        return wanted(pathway, at, None)
    return _widened(_marked(pathway, {"returned_at": at}), at).model_copy(update={"taken": None})


def may_hand_over(pathway: Pathway) -> Refusal | None:
    """While the pathway is open; after it the contact is handed over as any other."""
    if isinstance(pathway.state, Dismissed):
        return conflict("WRONG_STATE", "R59", "Ingen misstanke om självmordsrisk är flaggad.")
    return None


def hand_over(pathway: Pathway, decision: HandOver, by: Actor, now: datetime) -> Pathway | Refusal:
    """Name whom it goes to. No consent is asked for: patient safety, and the patient is told (R59, X2)."""
    if refused := _receiver(pathway, decision.to, by):
        return refused
    tell = EACH_ASSESSOR if decision.to == ASSESSOR else (decision.to,)
    if pathway.wanted is None:
        ident, opened_at = f"s{len(pathway.handovers) + 1}", now
        pathway = _with_row(pathway, ident, member(by), decision.to, now, decision.note)
    else:
        ident, opened_at = pathway.wanted.handover_id, pathway.wanted.opened_at
        pathway = _marked(pathway, {"sender": member(by), "to": decision.to, "content": decision.note, "at": now})
    named = Wanted(handover_id=ident, opened_at=opened_at, to=decision.to, sender=member(by), named=True)
    pathway = pathway.model_copy(update={"wanted": named})
    return alerted(pathway, now, "Misstänkt självmordsrisk: en patient lämnas över till dig", "R59", *tell)


def _receiver(pathway: Pathway, to: Addressee, by: Actor) -> Refusal | None:
    if isinstance(to, ToRole):
        fits = to.role in (*ASSESSORS, Role.ASSESSOR)
    elif to.hsa_id == by.hsa_id:
        return conflict("WRONG_STATE", "R59", "Du har redan ärendet själv.")
    else:
        staff = pathway.unit.member(to.hsa_id)
        if staff is None:
            return invalid("OTHER_UNIT", "R53", "Personen arbetar inte på enheten.", "to")
        fits = holds(staff.roles, Role.ASSESSOR)
    if fits:
        return None
    return invalid("WRONG_PROFESSION", "R59", "Vid misstänkt självmordsrisk tar en läkare eller psykolog emot.", "to")


def named(pathway: Pathway, by: Actor) -> bool:
    """Whether the actor may say no: only who was asked."""
    return pathway.wanted is None or reaches(pathway.wanted.to, by)


def addressed(pathway: Pathway, by: Actor) -> bool:
    """Whether the actor may take the patient on: any assessor may, whoever was named first."""
    return by.has(Role.ASSESSOR) or (pathway.wanted is not None and reaches(pathway.wanted.to, by))
