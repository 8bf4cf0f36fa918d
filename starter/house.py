"""What everything that starts, signals or reads a workflow shares: the stores, the engine, the units, the clock."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from temporalio.client import Client

from config.settings import Settings
from config.units import Units
from routine.unit import Unit
from starter.ids import keyed
from store.journal import Journal
from store.projection import Projection


@dataclass
class House:
    """The parts, put together by a composition root. `overrides` are the demo's changes of table A15, by unit."""

    settings: Settings
    units: Units
    projection: Projection
    journal: Journal
    client: Client
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
