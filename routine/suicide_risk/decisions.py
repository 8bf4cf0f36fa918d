"""What staff may decide on the suicide-risk pathway, as they send it (the suicide part of `api.md`)."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, model_validator

from routine.actors import HsaId
from routine.frozen import Frozen, Misfit
from routine.gate import Level
from routine.intake import Text
from routine.on_call import Target
from routine.words import Optional, Short

Step = Literal[
    "none",
    "nedstamdhet",
    "dodstankar",
    "dodsonskan",
    "suicidtankar",
    "suicidonskan",
    "suicidforsok",
    "suicidplaner",
    "suicidforberedelser",
    "suicidavsikt",
    "not_assessable",
]
"""A place on Suicidstegen (B1)."""
Source = Literal["anamnesrapport", "cosmic", "chat", "phone", "video", "physical"]
CONTACT_SOURCES = ("chat", "phone", "video", "physical")
Route = Literal["book", "plan", "same_day", "psychiatric_emergency", "on_call", "emergency_112"]
Factors = Annotated[tuple[Short, ...], Field(max_length=50)]


class FlagSuspicion(Frozen):
    """Anybody on the staff suspects a suicide risk (R59)."""

    type: Literal["flag_suspicion"]
    observation: Text


class RecordAsked(Frozen):
    """That the question was put, and nothing came of it, or why it was not put (R58)."""

    type: Literal["record_asked"]
    outcome: Literal["asked_none", "not_asked"]
    reason: Optional = None
    note: Text

    @model_validator(mode="after")
    def says_why(self) -> "RecordAsked":
        """Not asking needs a reason."""
        if self.outcome == "not_asked" and not self.reason:
            raise Misfit("reason", "why it was not asked", missing=True)
        return self


class Call112(Frozen):
    """Somebody has called 112 (R73). With who received it and a reference the handover is acknowledged."""

    type: Literal["call_112"]
    location: Optional = None
    expression: Optional = None
    received_by: Short | None = None
    reference: Short | None = None


class Assess(Frozen):
    """The composite assessment (samlad suicidriskbedömning, R60, R61): entered by an assessor, never computed."""

    type: Literal["assess"]
    level: Level
    step: Step
    risk_factors: Factors
    protective_factors: Factors
    factors_unknown: bool = False
    sources: Annotated[tuple[Source, ...], Field(min_length=1)]
    rationale: Text
    reasonable_certainty: bool = False
    not_called_because: Optional = None

    @model_validator(mode="after")
    def whole(self) -> "Assess":
        """Both factor lists are mapped, or said to be unknown; without contact or when acute a step may be missing."""
        if not self.factors_unknown:
            for field in ("risk_factors", "protective_factors"):
                if not getattr(self, field):
                    raise Misfit(field, "at least one, or factors_unknown", missing=True)
        met = any(source in CONTACT_SOURCES for source in self.sources)
        if self.step == "not_assessable" and met and self.level != "acute":
            raise Misfit("step", "can be assessed where there was contact")
        if self.reasonable_certainty and self.level not in ("none", "low"):
            raise Misfit("reasonable_certainty", "only of a low risk")
        return self


class RetractAssessment(Frozen):
    """The latest assessment no longer holds."""

    type: Literal["retract_assessment"]
    rationale: Text


class DismissFlag(Frozen):
    """There was no suspicion after all."""

    type: Literal["dismiss_flag"]
    reason: Literal["wrong_contact", "misclick", "not_about_patient"]
    rationale: Text


class AskSafeOnline(Frozen):
    """Ask the patient whether it feels safe enough to go on online (M13, R62)."""

    type: Literal["ask_safe_online"]


class RecordSafeOnline(Frozen):
    """What the patient answered (R62)."""

    type: Literal["record_safe_online"]
    answer: Literal["yes", "no", "not_applicable"]
    via: Literal["chat", "phone"] | None = None
    reason: Optional = None

    @model_validator(mode="after")
    def says_why(self) -> "RecordSafeOnline":
        """A question that does not apply needs a reason."""
        if self.answer == "not_applicable" and not self.reason:
            raise Misfit("reason", "why it does not apply", missing=True)
        return self


class OfferAlternative(Frozen):
    """A phone call or a visit instead of online care, and the patient's answer once it is there (R62)."""

    type: Literal["offer_alternative"]
    kind: Literal["phone", "physical"]
    answer: Literal["accepted", "declined"] | None = None


class ChooseRoute(Frozen):
    """The way on that an assessor has chosen; the software never chooses (R67, T10)."""

    type: Literal["choose_route"]
    route: Route
    rationale: Text


class BookPhysical(Frozen):
    """The physical visit has been booked (R63)."""

    type: Literal["book_physical"]
    start: AwareDatetime
    profession: Short
    unit: Short
    contact_type: Literal["physical", "video"]


class DeclineBooking(Frozen):
    """The patient opposes a visit (T6)."""

    type: Literal["decline_booking"]


class Promised(Frozen):
    """A contact that the plan promises."""

    at: AwareDatetime
    how: Short


class SetPlan(Frozen):
    """The individual plan (R67): who watches, when we are in touch, what the patient knows, when it is reviewed."""

    type: Literal["set_plan"]
    watcher: HsaId
    watcher_confirmed: bool = False
    contacts: Annotated[tuple[Promised, ...], Field(min_length=1, max_length=50)]
    safety_information: bool
    review_at: AwareDatetime
    rationale: Text


class CompletePlanContact(Frozen):
    """A promised contact was kept; `at` is the planned instant."""

    type: Literal["complete_plan_contact"]
    at: AwareDatetime
    outcome: Text


class Extend(Frozen):
    """Keep the chat as it is for as long as that is judged safe (R69)."""

    type: Literal["extend"]
    until: AwareDatetime
    rationale: Text


class HandoverOnCall(Frozen):
    """Hand the patient over to who is on call, or to another that resolves (R72)."""

    type: Literal["handover_on_call"]
    target: Target = "on_call"
    content: Text
    not_called_because: Optional = None


class RecordAck(Frozen):
    """Who received the handover, under which reference, and what they said (R74)."""

    type: Literal["record_ack"]
    received_by: Short
    reference: Short
    outcome: Literal["accepted", "advice_only", "declined"] = "accepted"
    handover_id: Short | None = None


class Attended(Frozen):
    """The physical visit has happened (R65)."""

    type: Literal["attended"]


class Missed(Frozen):
    """The patient did not come."""

    type: Literal["missed"]


class ResolveElsewhere(Frozen):
    """The patient was seen elsewhere, admitted, or has died."""

    type: Literal["resolve_elsewhere"]
    outcome: Literal["seen_elsewhere", "admitted", "deceased", "other"]
    source: Short
    rationale: Text


class RecordGuardianNote(Frozen):
    """What was considered about a minor's guardians; they are never told automatically."""

    type: Literal["record_guardian_note"]
    informed: Literal["yes", "no"]
    rationale: Text
    child_protection_considered: bool


class CloseLastResort(Frozen):
    """The last resort for who refuses all care despite an elevated risk (R75)."""

    type: Literal["close_last_resort"]
    rationale: Text
    safety_information: bool = False


Own = (
    Call112
    | Assess
    | RetractAssessment
    | DismissFlag
    | AskSafeOnline
    | RecordSafeOnline
    | OfferAlternative
    | ChooseRoute
    | BookPhysical
    | DeclineBooking
    | SetPlan
    | CompletePlanContact
    | Extend
    | HandoverOnCall
    | RecordAck
    | Attended
    | Missed
    | ResolveElsewhere
    | RecordGuardianNote
    | CloseLastResort
)
"""Decisions that only a pathway carries out. A contact without one opens it for the first two."""


def same_instant(one: datetime, other: datetime) -> bool:
    """Whether two instants mean the same planned second, whatever offset they were written in."""
    return abs((one - other).total_seconds()) < 1
