"""A worker that is killed in the act of beginning a pathway: `python -m tests.faults.dying_worker before|after`."""

import asyncio
import os
import signal
import sys

from temporalio import activity

import worker
from activities.pathway import PathwayActivities
from routine.suicide_risk.start import PathwayStart


class Dying(PathwayActivities):
    """Ends the process before the pathway is begun, or when it has begun and nobody has been told."""

    @activity.defn
    async def start_pathway(self, start: PathwayStart) -> None:
        """Never returns."""
        if sys.argv[1] == "after":
            await super().start_pathway(start)
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    setattr(worker, "PathwayActivities", Dying)  # noqa: B010 a module's own names are not for others to set
    asyncio.run(worker.main())
