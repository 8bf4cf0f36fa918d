"""The read model's row, written by a local activity each time a case changes."""

from temporalio import activity

from routine.record import Record
from store.projection import Projection


class ProjectionActivities:
    """Writes what the workflow says to the read model."""

    def __init__(self, projection: Projection) -> None:
        self._projection = projection

    @activity.defn
    async def project(self, record: Record) -> None:
        """Keep the record; harmless when repeated."""
        await self._projection.write(record)
