"""None or low: does it feel safe enough to go on online (R62, T4, T5)?"""

from datetime import datetime

from routine.actors import Actor, member
from routine.chat.case import Remark
from routine.gate import Post
from routine.refusals import Refusal, conflict
from routine.suicide_risk.decisions import OfferAlternative, RecordSafeOnline
from routine.suicide_risk.elapse import settle
from routine.suicide_risk.pathway import Exit, LowAsk, Pathway, Released


def may_ask(pathway: Pathway) -> Refusal | None:
    """Only of a risk that was assessed as none or low."""
    if isinstance(pathway.state, LowAsk):
        return None
    return conflict("WRONG_STATE", "R62", "Frågan ställs när risken är bedömd som ingen eller låg.", ("assess",))


def ask(pathway: Pathway, by: Actor, now: datetime) -> Pathway:
    """M13 is put to the patient in the chat."""
    state = pathway.state
    assert isinstance(state, LowAsk)
    post = Post(post_id=f"p{len(pathway.posts) + 1}", template="M13", at=now, by=member(by))
    asked = state.model_copy(update={"asked_at": now})
    return settle(pathway.model_copy(update={"state": asked, "posts": (*pathway.posts, post)}))


def record(pathway: Pathway, decision: RecordSafeOnline, by: Actor, now: datetime) -> Pathway:
    """The answer: yes lets the care go on online, no asks for something else (T4, T5)."""
    state = pathway.state
    assert isinstance(state, LowAsk)
    about = f"record_safe_online: {decision.answer}" + (f" ({decision.via})" if decision.via else "")
    remark = Remark(at=now, by=member(by), text=decision.reason or "", about=about)
    pathway = pathway.model_copy(update={"remarks": (*pathway.remarks, remark)})
    if decision.answer == "no":
        return settle(pathway.model_copy(update={"state": state.model_copy(update={"unsafe": True, "offered": None})}))
    return _released(pathway, now, "safe_online")


def may_offer(pathway: Pathway) -> Refusal | None:
    """Only once the patient has said that it does not feel safe."""
    state = pathway.state
    if isinstance(state, LowAsk) and state.unsafe:
        return None
    return may_ask(pathway) or conflict(
        "WRONG_STATE", "R62", "Fråga först om det känns tryggt att fortsätta online.", ("record_safe_online",)
    )


def offer(pathway: Pathway, decision: OfferAlternative, by: Actor, now: datetime) -> Pathway:
    """Phone or a visit; once the patient has answered the chat may close (T5)."""
    state = pathway.state
    assert isinstance(state, LowAsk)
    about = f"offer_alternative: {decision.kind}" + (f" ({decision.answer})" if decision.answer else "")
    remark = Remark(at=now, by=member(by), text="", about=about)
    pathway = pathway.model_copy(update={"remarks": (*pathway.remarks, remark)})
    if decision.answer is None:
        return settle(pathway.model_copy(update={"state": state.model_copy(update={"offered": decision.kind})}))
    return _released(pathway, now, "offer_answered")


def _released(pathway: Pathway, now: datetime, way: Exit) -> Pathway:
    return settle(pathway.model_copy(update={"state": Released(since=now, way=way)}))
