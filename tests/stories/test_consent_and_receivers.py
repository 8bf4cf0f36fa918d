"""Handing over, and what stops it: consent, who may receive, who may answer, who may take back (R53, R83)."""

from tests.stories.conftest import No
from tests.story import P2, Story

ASKED = {"given": True, "wording": "Får en läkare läsa ditt ärende?"}
TO_PHYSICIANS = {"role": "physician"}


def person(short: str) -> dict[str, str]:
    """Somebody as an addressee."""
    return {"hsa_id": f"SE0000000000-{short}"}


async def held(story: Story) -> str:
    """A chat in N1's hands, on a Tuesday at ten."""
    await story.begins("2026-11-24", "10:00")
    contact = await story.comes_in(P2, triaged=True, priority=3)
    await story.decide("N1", contact, "pick")
    return contact


async def test_consent_is_the_holders_to_note(story: Story, no: No) -> None:
    """R53: who asked, when, with which words; a colleague notes nothing, and nothing is asked from the queue."""
    await story.begins("2026-11-24", "10:00")
    contact = await story.comes_in(P2)
    assert await no("N1", contact, "record_consent", **ASKED) == (403, "NOT_HOLDER")
    await story.decide("N1", contact, "pick")
    assert await no("N2", contact, "record_consent", **ASKED) == (403, "NOT_ADDRESSED")
    assert await no("N1", contact, "record_consent", given=True) == (422, "MISSING_FIELD")
    assert await no("N1", contact, "record_consent", given="ja", wording="?") == (422, "INVALID")
    noted = await story.decide("N1", contact, "record_consent", **ASKED)
    assert (noted["consents"][-1]["given"], noted["consents"][-1]["wording"]) == (True, ASKED["wording"])


async def test_who_can_receive(story: Story, no: No) -> None:
    """R45, R53: a licensed role or a licensed person of the unit, and not oneself; a no uses up no consent."""
    contact = await held(story)
    await story.decide("N1", contact, "record_consent", **ASKED)
    assert await no("N1", contact, "handover") == (422, "MISSING_FIELD")
    for role in ("cashier", "receptionist", "unit_manager", "auditor", "channel"):
        assert await no("N1", contact, "handover", to={"role": role}) == (422, "INVALID")
    assert await no("N1", contact, "handover", to=person("K1")) == (422, "WRONG_PROFESSION")
    assert await no("N1", contact, "handover", to=person("N9")) == (422, "OTHER_UNIT")
    assert await no("N1", contact, "handover", to=person("NOBODY")) == (422, "OTHER_UNIT")
    assert await no("N1", contact, "handover", to=person("N1")) == (409, "WRONG_STATE")
    assert await no("N2", contact, "handover", to=TO_PHYSICIANS) == (403, "NOT_ADDRESSED")
    assert (await story.decide("N1", contact, "handover", to=TO_PHYSICIANS))["state"] == "handover_pending"
    assert await no("N1", contact, "handover", to=TO_PHYSICIANS) == (409, "WRONG_STATE")
    assert await no("N1", contact, "request_close") == (409, "WRONG_STATE")
    assert await no("N1", contact, "keep_for_slot", note="Inga tider.") == (409, "WRONG_STATE")


async def test_back_to_who_had_it_needs_no_consent(story: Story, no: No) -> None:
    """R53: consent covers the handover it was given for; only a former holder needs none."""
    contact = await held(story)
    await story.decide("N1", contact, "record_consent", **ASKED)
    await story.decide("N1", contact, "handover", to=person("D1"))
    await story.decide("D1", contact, "accept_handover")
    assert await no("D1", contact, "handover", to=person("N2")) == (409, "CONSENT_REQUIRED")
    back = await story.decide("D1", contact, "handover", to=person("N1"))
    assert back["handovers"][-1]["consent"] is None
    assert (await story.decide("N1", contact, "accept_handover"))["holder"] == "SE0000000000-N1"


async def test_who_may_answer(story: Story, no: No) -> None:
    """R53: whom it was addressed to, and nobody else; a no has its reason, and answers only what waits."""
    contact = await held(story)
    assert await no("N2", contact, "decline_handover", reason="Hinner inte.") == (403, "NOT_ADDRESSED")
    assert await no("N1", contact, "accept_handover") == (409, "WRONG_STATE")
    await story.decide("N1", contact, "record_consent", **ASKED)
    await story.decide("N1", contact, "handover", to=TO_PHYSICIANS, note="Hosta nio dagar.")
    for decision, fields in (("accept_handover", {}), ("decline_handover", {"reason": "Hinner inte."})):
        assert await no("N2", contact, decision, **fields) == (403, "NOT_ADDRESSED")
        assert await no("Y1", contact, decision, **fields) == (403, "NOT_ADDRESSED")
        assert await no("K1", contact, decision, **fields) == (403, "FORBIDDEN_ROLE")
    assert await no("D1", contact, "decline_handover") == (422, "MISSING_FIELD")
    assert await no("D1", contact, "message", text="Hej.") == (403, "NOT_HOLDER")
    await story.decide("D1", contact, "accept_handover")
    assert await no("D2", contact, "accept_handover") == (403, "NOT_ADDRESSED")
    assert await no("D1", contact, "decline_handover", reason="Ångrar mig.") == (409, "WRONG_STATE")


async def test_what_has_been_accepted_is_not_taken_back(story: Story, no: No) -> None:
    """R53: the sender takes back what waits, once; not what a colleague sent, nor what was accepted."""
    contact = await held(story)
    assert await no("N1", contact, "recall_handover") == (409, "WRONG_STATE")
    await story.decide("N1", contact, "record_consent", **ASKED)
    await story.decide("N1", contact, "handover", to=TO_PHYSICIANS)
    assert await no("N2", contact, "recall_handover") == (403, "NOT_ADDRESSED")
    assert await no("D1", contact, "recall_handover") == (403, "NOT_HOLDER")
    assert (await story.decide("N1", contact, "recall_handover"))["state"] == "in_progress"
    assert await no("N1", contact, "recall_handover") == (409, "WRONG_STATE")
    await story.decide("N1", contact, "record_consent", **ASKED)
    await story.decide("N1", contact, "handover", to=TO_PHYSICIANS)
    await story.decide("D1", contact, "accept_handover")
    assert await no("N1", contact, "recall_handover") == (403, "NOT_HOLDER")
