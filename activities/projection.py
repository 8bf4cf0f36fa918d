"""The read model's row, written by a local activity each time a case changes."""

from temporalio import activity

from routine.record import ChatRow, Row
from store.projection import Projection


class ProjectionActivities:
    """Writes what the workflow says to the read model."""

    def __init__(self, projection: Projection) -> None:
        self._projection = projection

    @activity.defn
    async def project_pathway(self, row: Row) -> None:
        """Keep the pathway's row; harmless when repeated."""
        await self._projection.keep_pathway(row)

    @activity.defn
    async def project(self, row: ChatRow) -> None:
        """Keep the row; harmless when repeated."""
        await self._projection.keep(row)
