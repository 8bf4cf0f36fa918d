"""An instant comes back to the microsecond, whatever the database and the time zone."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, insert, select

from routine.hours import TIMEZONE
from store.database import Instant
from tests.store.conftest import Place

INSTANTS = [
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(2026, 11, 23, 9, 12, 0, 123456, tzinfo=UTC),
    datetime(2026, 11, 23, 9, 12, 0, 123457, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
]
instants = MetaData()
table = Table("instants", instants, Column("id", Integer, primary_key=True), Column("at", Instant))


@pytest.fixture
async def kept(place: Place) -> Place:
    """A database with a table of instants."""
    async with place.engine("instants").begin() as db:
        await db.run_sync(instants.create_all)
    return place


async def test_there_and_back(kept: Place) -> None:
    """Every instant as it was, in order, none as none."""
    async with kept.engine("instants").begin() as db:
        await db.execute(insert(table), [{"at": each} for each in reversed(INSTANTS)])
        assert (await db.scalars(select(table.c.at).order_by(table.c.at))).all() == INSTANTS
        await db.execute(insert(table), [{"at": None}])
        assert (await db.scalars(select(table.c.at).where(table.c.at.is_(None)))).all() == [None]


@pytest.mark.parametrize("fold", [0, 1])
async def test_any_zone_is_the_same_instant(kept: Place, fold: int) -> None:
    """Also in the hour that comes twice; what comes back is UTC."""
    local = datetime(2026, 10, 25, 2, 30, 0, 1, tzinfo=TIMEZONE, fold=fold)
    odd = local.astimezone(timezone(timedelta(hours=5, minutes=45)))
    async with kept.engine("instants").begin() as db:
        await db.execute(insert(table), [{"at": local}, {"at": odd}])
        found = (await db.scalars(select(table.c.at))).all()
        assert found == [local.astimezone(UTC)] * 2
        assert [each.tzinfo for each in found if each] == [UTC] * 2
        assert (await db.scalars(select(table.c.id).where(table.c.at == odd))).all() == [1, 2]


async def test_half_open(kept: Place) -> None:
    """The databases compare as Python does."""
    async with kept.engine("instants").begin() as db:
        await db.execute(insert(table), [{"at": each} for each in INSTANTS])
        for instant in INSTANTS:
            found = (await db.scalars(select(table.c.at).where(table.c.at <= instant).order_by(table.c.at))).all()
            assert found == [each for each in INSTANTS if each <= instant]
