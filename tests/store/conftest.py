"""Both databases, each on SQLite and on PostgreSQL 15."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from store.database import connect
from store.journal import Journal
from store.migrate import migrate
from store.projection import Projection
from tests.store.postgresql import Server, postgresql

__all__ = ["postgresql"]
SECRET = "not the demo's"


class Place:
    """Somewhere to keep one test's databases."""

    def __init__(self, kind: str, new: Callable[[str], str]) -> None:
        """`new` makes an empty database by that name and tells its URL."""
        self.kind = kind
        self._new = new
        self._urls: dict[str, str] = {}
        self._open = AsyncExitStack()

    def url(self, name: str) -> str:
        """The database by that name; it is made when first asked for."""
        if name not in self._urls:
            self._urls[name] = self._new(name)
        return self._urls[name]

    def engine(self, name: str, patience_s: float = 10.0) -> AsyncEngine:
        """An engine of its own, as another process would have."""
        engine = connect(self.url(name), durable=name == "journal", patience_s=patience_s)
        self._open.push_async_callback(engine.dispose)
        return engine

    def projection(self, patience_s: float = 10.0) -> Projection:
        """The read model as another process sees it."""
        return Projection(self.engine("projection", patience_s), SECRET)

    def journal(self) -> Journal:
        """The journal as another process sees it."""
        return Journal(self.engine("journal"))

    async def close(self) -> None:
        """Close every engine."""
        await self._open.aclose()


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    """Which database the test runs on."""
    return str(request.param)


@pytest.fixture
def make(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Makes an empty database and tells its URL."""
    if kind == "sqlite":
        yield lambda name: f"sqlite+aiosqlite:///{tmp_path / name}.db"
        return
    server: Server = request.getfixturevalue("postgresql")
    yield lambda name: server.url(server.database(name))


@pytest.fixture
async def place(kind: str, make: Callable[[str], str]) -> AsyncIterator[Place]:
    """Where the test keeps its databases."""
    place = Place(kind, make)
    yield place
    await place.close()


@pytest.fixture
async def projection(place: Place) -> Projection:
    """An empty read model."""
    projection = place.projection()
    await migrate(projection.engine, "projection")
    return projection


@pytest.fixture
async def journal(place: Place) -> Journal:
    """An empty journal."""
    journal = place.journal()
    await migrate(journal.engine, "journal")
    return journal


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One server is enough, also when tests run in several processes."""
    folder = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(folder):
            item.add_marker(pytest.mark.xdist_group("postgresql"))
