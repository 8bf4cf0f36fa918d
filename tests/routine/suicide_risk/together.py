"""A contact and its pathway told as one story: all mail between them arrives at once, as it does in a house at rest."""

from collections.abc import Iterable, Mapping
from random import Random

from routine.actors import Actor, Addressee, ToPerson
from routine.chat.case import Alert, CloseRequested
from routine.chat.decisions import AnyDecision as OfChat
from routine.chat.events import PatientMessage
from routine.hours import local
from routine.refusals import Refusal
from routine.suicide_risk import meeting
from routine.suicide_risk.decide import AnyDecision as OfPathway
from routine.suicide_risk.owed import owed
from routine.suicide_risk.pathway import Pathway
from routine.tasks import Kind, Task
from routine.unit import Unit
from tests.routine.suicide_risk.pair import Pair
from tests.routine.world import VC_T, Step, at, chat

AT_ONCE = Random(0)
"""Nothing is ever under way, so that no chance is taken."""


def sent_in(submitted: str, of: Unit = VC_T, **fields: object) -> Pair:
    """The contact that such a submission begins, and its pathway if it wants one."""
    case = chat(submitted, of=of, **fields)  # type: ignore[arg-type]
    pair = Pair(case, at(submitted))
    pair.become(case.model_copy())
    pair.settle(AT_ONCE)
    return pair


def flagged(submitted: str, by: Actor, when: str, of: Unit = VC_T, **fields: object) -> Pair:
    """A contact on which somebody has flagged a suspicion."""
    flag = {"type": "flag_suspicion", "observation": "Skriver att allt är meningslöst."}
    return play(sent_in(submitted, of=of, **fields), [(when, by, flag)])


def later(pair: Pair, when: str) -> Pair:
    """The two as the clock alone has made them by then."""
    pair.pass_to(at(when), AT_ONCE)
    pair.settle(AT_ONCE)
    return pair


def attempt(pair: Pair, when: str, by: Actor, body: Mapping[str, object]) -> Refusal | None:
    """What becomes of one decision, sent to whom it belongs as the API does it."""
    later(pair, when)
    if body == {"type": "confirm_close"}:
        assert isinstance(pair.chat.state, CloseRequested)
        body = {**body, "token": pair.chat.state.token}
    decision = meeting.TYPES[str(body["type"])].model_validate(body)
    case, pathway = pair.met()
    answer: Refusal | None = None
    match meeting.owner(decision, case, pathway, by):
        case "chat" if not isinstance(decision, OfChat):
            return meeting.without_pathway(case, type(decision), by)
        case "chat":
            assert isinstance(decision, OfChat)
            answer = pair.on_chat(decision, by, lambda _: None)
        case "open":
            assert isinstance(decision, OfChat)
            answer = pair.on_chat(decision, by, lambda _: None)
            pair.settle(AT_ONCE)
            if answer is None:
                assert isinstance(decision, OfPathway)
                answer = pair.on_pathway(decision, by, lambda _: None)
        case "pathway":
            assert isinstance(decision, OfPathway)
            answer = pair.on_pathway(decision, by, lambda _: None)
    pair.settle(AT_ONCE)
    return answer


def play(pair: Pair, steps: Iterable[Step]) -> Pair:
    """The two after the steps, none of which is refused."""
    for when, by, body in steps:
        if by is None:
            later(pair, when).hear(PatientMessage(type="patient_message", **body))
            pair.settle(AT_ONCE)
            continue
        answer = attempt(pair, when, by, body)
        assert answer is None, (when, body, answer)
    return pair


def refused(pair: Pair, when: str, by: Actor, body: Mapping[str, object]) -> str:
    """The code of the refusal that the decision must meet."""
    answer = attempt(pair, when, by, body)
    assert isinstance(answer, Refusal), (when, body, "was accepted")
    assert answer.detail.endswith(".")
    return answer.code


def the(pair: Pair) -> Pathway:
    """Its pathway."""
    assert pair.pathway is not None
    return pair.pathway


def kinds(pair: Pair) -> set[Kind]:
    """What the pathway owes."""
    return {each.kind for each in owed(the(pair))}


def task(pair: Pair, kind: Kind) -> Task:
    """The pathway's task of the kind."""
    return next(each for each in owed(the(pair)) if each.kind is kind)


def short(to: Addressee) -> str:
    """An addressee as the tables name it."""
    return to.hsa_id.split("-")[1] if isinstance(to, ToPerson) else to.role.value


def told(alerts: Iterable[Alert]) -> list[tuple[str, str]]:
    """When, and who."""
    return [(f"{local(each.at):%m-%d %H:%M}", short(each.to)) for each in alerts]


def climbed(pair: Pair, kind: Kind, until: str) -> list[tuple[str, str]]:
    """Who is told of the task, and when, if nobody acts."""
    owes = task(pair, kind)
    return told(each for each in the(later(pair, until)).alerts if each.task_id == owes.task_id)


def ladder(text: str) -> list[tuple[str, str]]:
    """`11-23 09:15 N1, 11-23 09:30 unit_manager` as it is told."""
    return [(f"{day} {clock}", who) for day, clock, who in (step.split() for step in text.split(", "))]
