"""What the suicide-risk stories share: assessments as an assessor writes them, the first steps, what is looked at."""

from datetime import datetime, timedelta
from typing import Any

from starter.desk import Refused
from tests.story import P3, Story, clock_of, stockholm

Body = dict[str, Any]
LOW: Body = {
    "level": "low",
    "step": "dodstankar",
    "risk_factors": ["sömnlöshet"],
    "protective_factors": ["familj"],
    "sources": ["anamnesrapport", "chat"],
    "rationale": "Inga planer, söker hjälp.",
}
MODERATE: Body = LOW | {"level": "moderate", "step": "suicidtankar", "rationale": "Tankar, inga planer."}
HIGH: Body = LOW | {"level": "high", "step": "suicidplaner", "rationale": "Planer, ensam hemma."}
ACUTE: Body = LOW | {"level": "acute", "step": "suicidavsikt", "rationale": "Säger att det ska ske nu."}
UNMET: Body = MODERATE | {"step": "not_assessable", "sources": ["anamnesrapport"], "rationale": "Minst måttlig."}
"""At least moderate, of a patient whom nobody has reached (R72)."""
CERTAIN: Body = LOW | {"reasonable_certainty": True, "sources": ["anamnesrapport", "cosmic"]}
"""Low with reasonable certainty, of a patient whom nobody has reached (R71)."""
FORM: Body = {"report": "Nedstämd sedan en månad.", "answers": [], "suicide_sign": True}
SEEN = "Skriver att livet inte är värt att leva."
OUT: Body = {"content": "Minst måttlig risk, svarar inte på chatt eller telefon."}
MANAGER = {"role": "unit_manager"}
EACH_ASSESSOR = [{"role": "physician"}, {"role": "psychologist"}]


def hsa(who: str) -> str:
    """The full id of a fixture person."""
    return f"SE0000000000-{who}"


def to(who: str) -> dict[str, str]:
    """A fixture person as an addressee."""
    return {"hsa_id": hsa(who)}


def instant(day: str, clock: str) -> str:
    """An instant as it is sent."""
    return stockholm(day, clock).isoformat()


def minute(at: str | None) -> str:
    """`2026-12-07 10:15` of an instant the API answered: what follows from a decision keeps the decision's second."""
    return clock_of(at)[:16]


def task(view: Body, kind: str) -> Body:
    """The task of a kind."""
    found = [each for each in view["tasks"] if each["kind"] == kind]
    assert len(found) == 1, [each["kind"] for each in view["tasks"]]
    return found[0]  # type: ignore[no-any-return]


def kinds(view: Body) -> list[str]:
    """The kinds of what is owed."""
    return sorted(each["kind"] for each in view["tasks"])


def lasts(owed: Body) -> timedelta:
    """From the opening of a task to when it is due, exactly."""
    return datetime.fromisoformat(owed["due_at"]) - datetime.fromisoformat(owed["opened_at"])


def told(view: Body, clock: str, kind: str = "") -> list[dict[str, str]]:
    """Who was told in that minute, each once; of tasks of one kind, or of everything."""
    rows = [each for each in view["alerts"] if minute(each["at"]).endswith(clock)]
    found = [each["to"] for each in rows if (each["task_id"] or "").startswith(kind)]
    return [each for place, each in enumerate(found) if each not in found[:place]]


def deadline(view: Body, name: str) -> Body:
    """The latest deadline of a name."""
    return [each for each in view["deadlines"] if each["name"] == name][-1]  # type: ignore[no-any-return]


def codes(view: Body) -> list[str]:
    """What stops closing, the first to be told first."""
    return [each["code"] for each in view["blocks_close"]]


def sent(view: Body) -> list[str]:
    """All messages; screens and M16 are not counted (scenarios.md)."""
    return [each["template"] for each in view["messages"] if each["channel"] != "screen" and each["template"] != "M16"]


def written(view: Body) -> list[tuple[str, str]]:
    """Who documents what."""
    return sorted((each["owner"]["hsa_id"][-2:], each["kind"]) for each in view["documentation"])


async def suspicion(
    story: Story, day: str, clock: str, person: str = P3, config: Body | None = None, **fields: Any
) -> str:
    """A chat that N1 holds and has flagged."""
    await story.begins(day, clock, config)
    contact = await story.comes_in(person, triaged=True, priority=3, **fields)
    await story.decide("N1", contact, "pick")
    await story.decide("N1", contact, "flag_suspicion", observation=SEEN)
    return contact


async def accepted(story: Story, day: str, clock: str, person: str = P3, who: str = "Y1", **fields: Any) -> str:
    """A chat that an assessor has accepted from N1, and in which she has not yet written."""
    contact = await suspicion(story, day, clock, person, **fields)
    await story.decide("N1", contact, "handover", to=to(who))
    await story.decide(who, contact, "accept_handover")
    return contact


async def assessed(
    story: Story, day: str, clock: str, body: Body, person: str = P3, who: str = "Y1", **fields: Any
) -> str:
    """A chat whose patient has answered an assessor, who has judged the risk."""
    contact = await accepted(story, day, clock, person, who, **fields)
    await story.decide(who, contact, "message", text="Berätta mer.")
    await story.report(contact, "patient_message", text="Det är tungt.")
    await story.decide(who, contact, "assess", **body)
    return contact


async def problem(story: Story, who: str, contact: str, decision: str, **fields: Any) -> Body:
    """The problem details of a refusal, its alternatives among them."""
    try:
        await story.decide(who, contact, decision, **fields)
    except Refused as refused:
        return refused.problem
    raise AssertionError(f"{decision} by {who} was not refused")


async def denied(story: Story, who: str, contact: str) -> tuple[int, str]:
    """Somebody may not open the case; answers status and code."""
    try:
        await story.view(contact, who)
    except Refused as refused:
        return refused.status, refused.problem["code"]
    raise AssertionError(f"{who} opened the case")


async def phoned(story: Story, contact: str, who: str, *clocks: str) -> Body:
    """Calls that reach nobody."""
    view: Body = {}
    for clock in clocks:
        await story.at(clock)
        view = await story.decide(who, contact, "log_call", reached=False, note="Inget svar.")
    return view


async def no_sms_tells(story: Story, contact: str) -> None:
    """R76, B4: nothing that leaves by SMS or e-mail says anything about health, risk or suicide."""
    outbox = await story.call("GET", "/demo/outbox", params={"contact_id": contact})
    for each in outbox:
        if each["channel"] in ("sms", "email"):
            assert not any(word in each["text"].lower() for word in ("själv", "suicid", "risk", "vård ", "112", "liv"))
