"""The bare engine's worker, a process of its own: `python -m bench.bare_worker ADDRESS`."""

import asyncio
import sys

import uvloop
from temporalio.worker import Worker

from bench.bare import QUEUE, Bare
from config.memory import settle
from workflows.plugin import connect


async def main(address: str) -> None:
    """Carry the bare workflows until told to stop, with all that the house's worker has to be quick."""
    client = await connect(address, "default", identity="bare", lazy=False, sandbox=False)
    async with Worker(client, task_queue=QUEUE, workflows=[Bare], max_cached_workflows=2000):
        settle()
        await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1]))
