"""The read model is written anew from the open workflows: lost rows, rows of a life the engine has forgotten."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from routine.suicide_risk.start import pathway_id
from starter.findings import What
from starter.rebuild import rebuild
from store.tables import cases, pathways
from tests.faults.carried import Carried
from tests.faults.test_pathway import flagged, is_well, of_contact, tells

pytestmark = pytest.mark.xdist_group("faults")


async def test_lost_rows(carried: Carried) -> None:
    """Both rows are gone: both are as they were, contacts first."""
    contact = await flagged(carried)
    await is_well(carried.watchman())
    before = await carried.story.view(contact)
    for pathway in (False, True):
        await carried.house.projection.forget(contact, pathway=pathway)
    done = await rebuild(carried.house)
    assert (done.written, done.whole) == ([contact, pathway_id(contact)], True)
    assert {**await carried.story.view(contact), "as_of": None} == {**before, "as_of": None}


async def test_rows_of_a_life_that_was_forgotten(carried: Carried) -> None:
    """After a restored backup a row may be newer than its workflow, and would refuse its every word: it is replaced."""
    contact = await flagged(carried)
    await is_well(carried.watchman())
    async with carried.house.projection.engine.begin() as db:
        for table in (cases, pathways):
            await db.execute(update(table).values(version=999, wake_at=None))
    assert (await rebuild(carried.house)).whole
    found = {each.workflow_id: each for each in await carried.house.projection.carried()}
    assert all(each.version < 999 and each.wake_at is not None for each in found.values())
    view = await carried.story.decide("Y1", contact, "accept_handover")
    assert view["holder"] == "SE0000000000-Y1"


async def test_what_nobody_carries_is_left_and_named(carried: Carried) -> None:
    """The row of a dead workflow is all there is of the patient: it stays, and the command says so."""
    contact = await flagged(carried)
    await of_contact(carried, contact).terminate()
    done = await rebuild(carried.house)
    assert (done.written, done.carried_by_nobody, done.whole) == ([pathway_id(contact)], [contact], False)
    assert contact in [row["contact_id"] for row in await carried.story.worklist()]
    await tells(carried.watchman(), (contact, What.WITHOUT_WORKFLOW))


async def test_who_does_not_answer_keeps_the_row(carried: Carried, monkeypatch: pytest.MonkeyPatch) -> None:
    """No worker: nothing is taken from the worklist, and each that is silent is named."""
    monkeypatch.setattr("starter.rebuild.PATIENCE", timedelta(seconds=1))
    contact = await flagged(carried)
    before = await carried.story.view(contact)
    await carried.down()
    done = await rebuild(carried.house)
    assert (done.written, done.silent) == ([], [contact, pathway_id(contact)])
    assert (await carried.story.view(contact))["tasks"] == before["tasks"]
