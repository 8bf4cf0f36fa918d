"""Whether the patient can be reached: who has spoken last, and how often she was phoned in vain (R68, R70)."""

from datetime import datetime

from routine.gate import Spoken
from routine.suicide_risk.pathway import Assessment, Pathway
from routine.tasks import latest_today


def spoken_at(pathway: Pathway) -> datetime | None:
    """When the patient was last heard: a word after what was sent in, a call that reached her, a visit she opposed."""
    reached = [call.at for call in pathway.contact.calls if call.reached]
    instants = (pathway.contact.last_patient_at, pathway.declined_booking_at, *reached)
    return max((at for at in instants if at is not None), default=None)


def never_answered(pathway: Pathway) -> bool:
    """Whether the patient has not been heard since what was sent in (R68)."""
    return spoken_at(pathway) is None


def silent_from(pathway: Pathway) -> datetime | None:
    """Since when an answer is waited for; None while the patient does not have the word.

    Never answered: since the first staff message or call. Else since the last staff message.
    """
    contact = pathway.contact
    if never_answered(pathway):
        return contact.first_staff_at
    return contact.last_staff_at if contact.asked_at is not None else None


def silence_due(pathway: Pathway) -> datetime | None:
    """When the silence has lasted as long as the policy allows; None while the patient does not have the word.

    Never answered: at the latest that day's closing −30, or the next opening if that has passed.
    """
    since = silent_from(pathway)
    if since is None:
        return None
    hours, policy = pathway.unit.hours, pathway.unit.policy
    if never_answered(pathway):
        return min(hours.add_minutes(since, policy.never_answered), latest_today(pathway.unit, since))
    return hours.add_minutes(since, policy.silence)


def unreached(pathway: Pathway) -> bool:
    """Whether the silence has lasted too long, or she was phoned in vain since she was last heard (T11)."""
    due_at = silence_due(pathway)
    return bool(tries(pathway)) or (due_at is not None and due_at <= pathway.as_of)


def out_of_touch(pathway: Pathway) -> bool:
    """Whether the patient has not been heard at all, or not since she was asked or phoned (T11, T12)."""
    return never_answered(pathway) or pathway.contact.asked_at is not None or bool(tries(pathway))


def tries(pathway: Pathway) -> tuple[Spoken, ...]:
    """The calls since the patient was last heard, none of which reached her."""
    heard = spoken_at(pathway)
    return tuple(call for call in pathway.contact.calls if not call.reached and (heard is None or call.at > heard))


def tried(pathway: Pathway, because: str | None) -> bool:
    """Whether enough has been done to reach her: the calls of the policy, or a stated reason (T12, T13)."""
    return bool(because) or len(tries(pathway)) >= pathway.unit.policy.calls_min


def tried_for(pathway: Pathway, assessment: Assessment) -> bool:
    """Whether enough has been done, counting the reason the assessment gives."""
    return tried(pathway, assessment.not_called_because)
