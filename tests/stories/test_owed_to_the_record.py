"""Tasks and notes: whose they are, how they are done, and how they are not (R10, R47, R83-R86)."""

from typing import Any

from tests.stories.conftest import No
from tests.story import P2, Story

WORDS = {"current": "Hosta sedan nio dagar.", "assessment": "Egenvård."}


def person(short: str) -> dict[str, str]:
    """Somebody as an addressee."""
    return {"hsa_id": f"SE0000000000-{short}"}


async def held(story: Story) -> str:
    """A chat in N1's hands, on a Tuesday at nine."""
    await story.begins("2026-11-24", "09:00")
    contact = await story.comes_in(P2)
    await story.decide("N1", contact, "pick")
    return contact


def task(view: dict[str, Any], kind: str) -> str:
    """The id of the task of this kind."""
    return str(next(each["task_id"] for each in view["tasks"] if each["kind"] == kind))


async def test_the_documenters_own_words(story: Story, no: No) -> None:
    """R83-R85: who documents first writes both parts; nobody writes it for her, and not twice."""
    contact = await held(story)
    assert await no("N1", contact, "attest_note", task_id="doc_note-1", **WORDS) == (409, "WRONG_STATE")
    note = task(await story.closes("N1", contact), "doc_note")
    assert await no("N2", contact, "attest_note", task_id=note, **WORDS) == (403, "NOT_HOLDER")
    assert await no("VCH", contact, "attest_note", task_id=note, **WORDS) == (403, "NOT_HOLDER")
    assert await no("REC1", contact, "attest_note", task_id=note, **WORDS) == (403, "FORBIDDEN_ROLE")
    assert await no("N1", contact, "attest_note", task_id=note, assessment="Egenvård.") == (422, "MISSING_FIELD")
    empty = {"current": "", "assessment": "Egenvård."}
    assert await no("N1", contact, "attest_note", task_id=note, **empty) == (422, "MISSING_FIELD")
    done = await story.decide("N1", contact, "attest_note", task_id=note, **WORDS)
    assert done["documentation"][0]["outcome"] == "attested"
    assert await no("N1", contact, "attest_note", task_id=note, **WORDS) == (409, "WRONG_STATE")
    assert await no("N1", contact, "waive_note", task_id=note, reason="administrative") == (409, "WRONG_STATE")


async def test_no_note_and_why(story: Story, no: No) -> None:
    """R83: one of two reasons, by who would have written it."""
    contact = await held(story)
    await story.decide("N1", contact, "message", text="Hej.")
    note = task(await story.closes("N1", contact), "doc_note")
    assert await no("N2", contact, "waive_note", task_id=note, reason="administrative") == (403, "NOT_HOLDER")
    assert await no("N1", contact, "waive_note", task_id=note) == (422, "MISSING_FIELD")
    assert await no("N1", contact, "waive_note", task_id=note, reason="no_time") == (422, "INVALID")
    assert await no("N1", contact, "waive_note", task_id="doc_note-9", reason="administrative") == (409, "WRONG_STATE")
    waived = await story.decide("N1", contact, "waive_note", task_id=note, reason="no_assessment_made")
    assert waived["documentation"][0]["outcome"] == "waived: no_assessment_made"


async def test_a_task_that_has_a_decision_of_its_own(story: Story, no: No) -> None:
    """R47: it is done by that decision; the one that has none is done with a word and a note, and the next is owed."""
    contact = await held(story)
    follow_up = task(await story.decide("N1", contact, "log_call", reached=True, note="Mår bättre."), "follow_up")
    words = {"outcome": "phoned", "note": "Ringer i morgon."}
    assert await no("N2", contact, "complete_task", task_id=follow_up, **words) == (403, "NOT_HOLDER")
    assert await no("N1", contact, "complete_task", task_id=follow_up, outcome="phoned") == (422, "MISSING_FIELD")
    assert await no("N1", contact, "complete_task", task_id="nothing", **words) == (409, "WRONG_STATE")
    await story.at("09:30")
    done = await story.decide("N1", contact, "complete_task", task_id=follow_up, **words)
    assert (done["notes"][-1]["about"], task(done, "follow_up") != follow_up) == ("follow_up: phoned", True)
    assert await no("N1", contact, "complete_task", task_id=follow_up, **words) == (409, "WRONG_STATE")
    await story.report(contact, "patient_message", text="Hej?")
    reply = task(await story.view(contact), "reply")
    assert await no("N1", contact, "complete_task", task_id=reply, **words) == (409, "WRONG_STATE")


async def test_a_task_given_to_somebody_else(story: Story, no: No) -> None:
    """R10, R45: by its owner or the manager, to somebody licensed of the unit, with a reason."""
    contact = await held(story)
    await story.report(contact, "patient_message", text="Hej?")
    reply = task(await story.view(contact), "reply")
    given: dict[str, Any] = {"task_id": reply, "to": person("N2"), "reason": "Går hem."}
    assert await no("N2", contact, "reassign_task", **given) == (403, "NOT_HOLDER")
    assert await no("REC1", contact, "reassign_task", **given) == (403, "FORBIDDEN_ROLE")
    assert await no("N1", contact, "reassign_task", task_id=reply, to=person("N2")) == (422, "MISSING_FIELD")
    for short, code in (("K1", "WRONG_PROFESSION"), ("N9", "OTHER_UNIT"), ("NOBODY", "OTHER_UNIT")):
        assert await no("N1", contact, "reassign_task", **{**given, "to": person(short)}) == (422, code)
    assert await no("N1", contact, "reassign_task", **{**given, "task_id": "nothing"}) == (409, "WRONG_STATE")
    done = await story.decide("N1", contact, "reassign_task", **given)
    assert next(each["owner"] for each in done["tasks"] if each["kind"] == "reply") == person("N2")
    assert (await story.view(contact, "N2"))["holder"] == "SE0000000000-N1"


async def test_a_note_goes_to_a_person_who_did_not_receive_the_case(story: Story, no: No) -> None:
    """R83: not to a role, and not to who took it on: that colleague writes an assessment of her own."""
    contact = await held(story)
    await story.decide("N1", contact, "record_consent", given=True, wording="Får en läkare läsa?")
    await story.decide("N1", contact, "handover", to=person("D1"))
    await story.decide("D1", contact, "accept_handover")
    note = task(await story.view(contact), "doc_note")
    given: dict[str, Any] = {"task_id": note, "reason": "Sjuk."}
    assert await no("VCH", contact, "reassign_task", **given, to={"role": "nurse"}) == (422, "INVALID")
    assert await no("VCH", contact, "reassign_task", **given, to=person("D1")) == (409, "WRONG_STATE")
    done = await story.decide("VCH", contact, "reassign_task", **given, to=person("N2"))
    assert [each["owner"] for each in done["documentation"]] == [person("N2")]
