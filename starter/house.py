"""What everything that starts, signals or reads a workflow shares: the stores, the engine, the units, the clock."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from temporalio.client import Client

from config.process_name import process_name
from config.settings import Settings
from config.units import Units, load_units
from routine.intake import Standing
from routine.people import PersonId
from routine.unit import Unit
from starter.ids import keyed
from store.database import connect as database
from store.journal import Journal
from store.migrate import migrate
from store.outbox import Outbox
from store.projection import Projection
from workflows.plugin import connect

Lookup = Callable[[PersonId], Awaitable[Standing | None]]
"""Asks the population register about somebody; None where it cannot be asked."""


async def nobody_asked(_number: PersonId) -> Standing | None:
    """The register of a process that asks none: everybody is unknown."""
    return None


@dataclass
class House:
    """The parts, put together by a composition root. `overrides` are the demo's changes of table A15, by unit."""

    settings: Settings
    units: Units
    projection: Projection
    journal: Journal
    client: Client
    outbox: Outbox
    lookup: Lookup = nobody_asked
    overrides: dict[str, dict[str, object]] = field(default_factory=dict)

    async def now(self) -> datetime:
        """House time: the wall clock, and in the demo its offset."""
        return datetime.now(UTC) + timedelta(seconds=(await self.projection.house()).offset_s)

    def id(self, *parts: str) -> str:
        """A keyed hash of the parts."""
        return keyed(self.settings.id_secret.get_secret_value(), *parts)

    def unit(self, code: str, now: datetime) -> Unit | None:
        """The unit as it is configured now, or None."""
        return self.units.snapshot(code, now, self.overrides.get(code))

    async def close(self) -> None:
        """Let go of the stores."""
        for store in (self.projection, self.journal, self.outbox):
            await store.engine.dispose()


async def open_house(settings: Settings, *, tracing: bool = False, lookup: Lookup = nobody_asked) -> House:
    """The house as the settings describe it, its stores at this build's schema. Raises ConfigurationError."""
    units = load_units(settings.config_dir)
    readings = database(settings.projection_database, durable=False)
    writings = database(settings.journal_database, durable=True)
    departures = database(settings.departures_database, durable=True)
    await migrate(readings, "projection")
    await migrate(writings, "journal")
    await migrate(departures, "departures")
    identity = process_name("house")
    return House(
        settings=settings,
        units=units,
        projection=Projection(readings, settings.id_secret.get_secret_value()),
        journal=Journal(writings),
        client=await connect(settings.engine_address, settings.temporal_namespace, identity=identity, tracing=tracing),
        outbox=Outbox(departures),
        lookup=lookup,
    )
