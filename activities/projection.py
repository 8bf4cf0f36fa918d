"""The read model's rows: at once while a case changes, or as a local activity where that failed (ADR 0013)."""

from collections.abc import Coroutine
from typing import Any

from temporalio import activity

from routine.record import ChatRow, Row
from store.projection import Projection


class ProjectionActivities:
    """Writes what the workflow says to the read model."""

    def __init__(self, projection: Projection) -> None:
        self._projection = projection

    def keep(self, row: Row) -> Coroutine[Any, Any, None]:
        """Keeps the row of whichever of the two it is; harmless when repeated."""
        return self._projection.keep(row) if isinstance(row, ChatRow) else self._projection.keep_pathway(row)

    @activity.defn
    async def project_pathway(self, row: Row) -> None:
        """Keep the pathway's row; harmless when repeated."""
        await self._projection.keep_pathway(row)

    @activity.defn
    async def project(self, row: ChatRow) -> None:
        """Keep the row; harmless when repeated."""
        await self._projection.keep(row)
