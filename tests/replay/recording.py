"""Histories of the stories, as files: what the replay tests replay, and what `make histories` records anew."""

import asyncio
import json
import re
from dataclasses import dataclass
from pathlib import Path

from temporalio.client import Client, WorkflowHistory
from temporalio.service import RPCError, RPCStatusCode

from routine.suicide_risk.start import pathway_id

FOLDER = Path(__file__).parent / "histories"
BOUND_S = 10.0


@dataclass(frozen=True)
class Recorded:
    """One workflow's history and the story it comes from. `offset_s` is house time minus workflow time."""

    story: str
    workflow_id: str
    run_id: str
    history: WorkflowHistory

    @property
    def workflow(self) -> str:
        """The name of its workflow."""
        return self.history.events[0].workflow_execution_started_event_attributes.workflow_type.name


async def record(client: Client, story: str, contact_ids: list[str], folder: Path) -> None:
    """Fetch and keep the histories of a story's contacts, each with its pathway's beside it if it has one."""
    for number, contact_id in enumerate(contact_ids, 1):
        await _keep(client, story, contact_id, folder / f"{story}-{number}.json")
        try:
            await _keep(client, story, pathway_id(contact_id), folder / f"{story}-{number}-pathway.json")
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise


async def _keep(client: Client, story: str, workflow_id: str, path: Path) -> None:
    """The replayer needs the ids beside the history (findings H7)."""
    handle = client.get_workflow_handle(workflow_id)
    async with asyncio.timeout(BOUND_S):
        while True:
            description = await handle.describe()
            # A row stands before the engine has been told of what it shows (ADR 0013).
            if not description.raw_description.HasField("pending_workflow_task"):
                break
            await asyncio.sleep(0.02)
    kept = {
        "story": story,
        "workflow_id": workflow_id,
        "run_id": description.run_id,
        "history": json.loads((await handle.fetch_history()).to_json()),
    }
    _write(path, kept)


def _write(path: Path, kept: dict[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(kept, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def slug(test_name: str) -> str:
    """A story's name as a file name."""
    return re.sub(r"[^a-z0-9]+", "-", test_name.removeprefix("test_").lower()).strip("-")


def recorded() -> list[Recorded]:
    """Every recorded history, by file name."""
    return [_read(path) for path in sorted(FOLDER.glob("*.json"))]


def _read(path: Path) -> Recorded:
    kept = json.loads(path.read_text(encoding="utf-8"))
    history = WorkflowHistory.from_json(kept["workflow_id"], kept["history"])
    return Recorded(path.stem, kept["workflow_id"], kept["run_id"], history)
