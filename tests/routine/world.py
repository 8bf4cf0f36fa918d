"""The fixture world of `scenarios.md`: two units, their staff and rosters, and how a story is told to the core."""

from collections.abc import Iterable
from datetime import UTC, datetime, time
from typing import Any

from pydantic import TypeAdapter

from routine.actors import LICENSED, Actor, Role
from routine.chat.case import Chat, CloseRequested
from routine.chat.decide import decide
from routine.chat.decisions import AnyDecision, Decision
from routine.chat.elapse import elapse
from routine.chat.events import PatientMessage
from routine.chat.hear import hear, opened
from routine.hours import TIMEZONE, Interval, OpeningHours
from routine.intake import Standing, Submission, route
from routine.phrases import Phrase
from routine.red_days import closed_dates
from routine.refusals import Refusal
from routine.roster import Roster, Shift
from routine.unit import Policy, Staff, Unit

P1, P2, P5, P6 = "198804202383", "197909212396", "197701172392", "199001012385"
T17, UNBORN = "200906012380", "202601612381"
"""17 years old, and a samordningsnummer whose birth date is unknown or ahead."""
G1, CH9, CH12, CH13 = "198404152384", "201701012393", "201311242380", "201311232381"
"""A guardian and three children: 9, 12 (13 on 24 November 2026) and 13 (since 23 November 2026)."""

OFFICE = (Interval(open=time(8), close=time(17)),)
HOURS = OpeningHours(week=(*[OFFICE] * 5, (), ()), red_days=closed_dates(2026, 2027, as_if_free=True))
CLOSING = Phrase(
    name="Stängning",
    template="M5",
    text="Mottagningen stänger nu för dagen. Du kan skriva här när du vill, vi läser {tid}. "
    "Behöver du råd innan dess, ring 1177. Vid livsfara, ring 112.",
)


def hsa(short: str) -> str:
    """The full HSA-id of a short name."""
    return f"SE0000000000-{short}"


def actor(short: str, role: Role, unit: str = "VC-T") -> Actor:
    """Somebody signed in with one role."""
    return Actor(hsa_id=hsa(short), name=f"Test {short}", roles=(role,), unit=unit)


N1, N2 = actor("N1", Role.NURSE), actor("N2", Role.NURSE)
D1, D2 = actor("D1", Role.PHYSICIAN), actor("D2", Role.PHYSICIAN)
Y1 = actor("Y1", Role.PSYCHOLOGIST)
K1 = actor("K1", Role.CASHIER)
REC1 = actor("REC1", Role.RECEPTIONIST)
VCH = actor("VCH", Role.UNIT_MANAGER)
BJ1 = actor("BJ1", Role.ON_CALL)
AUD1 = actor("AUD1", Role.AUDITOR)
N9 = actor("N9", Role.NURSE, "MOT-T")
CHANNEL = actor("platform24", Role.CHANNEL)

WORDS = ("självmord*", "vill dö", "ta livet av mig")
PROTECTED = Standing(name="Test Sex", protected=True)
REACHED: dict[str, dict[str, str]] = {
    hsa("N1"): {"mobile": "+46701740690"},
    hsa("D1"): {"email": "d1@example.com"},
    hsa("VCH"): {"mobile": "+46701740691", "email": "vch@example.com"},
}
"""Who has asked to be told outside the house, and where."""

STAFF = (N1, N2, D1, D2, Y1, K1, REC1, VCH)
ROSTER = Roster(
    standard=(
        Shift(hsa_id=N1.hsa_id, responsible=True),
        *(Shift(hsa_id=each.hsa_id) for each in (N2, D1, D2, Y1, K1, REC1)),
    )
)


def unit(**update: Any) -> Unit:
    """VC-T, or with other hours, roster or policy."""
    staff = tuple(
        Staff(hsa_id=each.hsa_id, name=each.name, roles=each.roles, **REACHED.get(each.hsa_id, {})) for each in STAFF
    )
    plain = Unit(
        code="VC-T",
        name="Testets vårdcentral",
        unit_type="vardcentral",
        hours=HOURS,
        roster=ROSTER,
        staff=staff,
        phrases=(CLOSING,),
        policy_version="2025-03-24",
        screening_words=WORDS,
    )
    return plain.model_copy(update=update)


VC_T = unit()
LITERAL = unit(policy=Policy(grace="literal"))
MOT_T = unit(
    code="MOT-T",
    name="Testets mottagning",
    unit_type="other",
    roster=Roster(standard=(Shift(hsa_id=N9.hsa_id, responsible=True),)),
    staff=(Staff(hsa_id=N9.hsa_id, name=N9.name, roles=N9.roles),),
)


def at(text: str) -> datetime:
    """`2026-11-23 09:12` (or with seconds) on Stockholm's clock, as a UTC instant."""
    return datetime.fromisoformat(text).replace(tzinfo=TIMEZONE).astimezone(UTC)


def submission(**fields: Any) -> Submission:
    """A triaged chat from P1 with a form, or as `fields` say; `sign` is the form's yes."""
    sign = fields.pop("sign", False)
    body: dict[str, Any] = {
        "kind": "chat",
        "unit": "VC-T",
        "entry_channel": "1177.se",
        "auth_method": "bankid",
        "person": {"personnummer": P1},
        "triaged": True,
        "priority": 4,
        "area": "infection",
        "form": {"report": "Hosta i två veckor.", "suicide_sign": sign},
    }
    return Submission.model_validate(body | fields)


def chat(
    submitted: str, of: Unit = VC_T, *, standing: Standing | None = None, child: Standing | None = None, **fields: Any
) -> Chat:
    """The case that such a submission begins; `standing` is what the register says of the sender, `child` whose."""
    sent = submission(**fields)
    routed = route(sent, of, at(submitted), standing, child)
    assert routed.send_possible
    return opened("K-1", of, sent, routed, at(submitted), standing)


DECISIONS: TypeAdapter[AnyDecision] = TypeAdapter(Decision)


def decision(body: dict[str, Any]) -> AnyDecision:
    """A decision as the API reads it."""
    return DECISIONS.validate_python(body)


Step = tuple[str, Actor | None, dict[str, Any]]
"""When, who (None: the patient), and what; the patient's step holds her `text`."""


def attempt(case: Chat, when: str, by: Actor, body: dict[str, Any]) -> Chat | Refusal:
    """What becomes of one decision; a `confirm_close` without a token takes the one that is shown."""
    if body == {"type": "confirm_close"}:
        assert isinstance(case.state, CloseRequested)
        body = {**body, "token": case.state.token}
    return decide(case, decision(body), by, at(when))


def play(case: Chat, steps: Iterable[Step]) -> Chat:
    """The case after the steps, none of which is refused."""
    for when, by, body in steps:
        if by is None:
            case = hear(case, PatientMessage(type="patient_message", **body), at(when))
            continue
        after = attempt(case, when, by, body)
        assert isinstance(after, Chat), (when, body, after)
        case = after
    return case


def refused(case: Chat, when: str, by: Actor, body: dict[str, Any]) -> str:
    """The code of the refusal that the decision must meet."""
    answer = attempt(case, when, by, body)
    assert isinstance(answer, Refusal), (when, body, "was accepted")
    return answer.code


def later(case: Chat, when: str) -> Chat:
    """The case as the clock alone has made it by then."""
    return elapse(case, at(when))


def licensed(by: Actor) -> bool:
    """Whether the actor is licensed staff."""
    return by.has(*LICENSED)
