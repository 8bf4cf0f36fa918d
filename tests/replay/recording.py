"""Histories of the stories, as files: what the replay tests replay, and what `make histories` records anew."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from temporalio.client import Client, WorkflowHistory

FOLDER = Path(__file__).parent / "histories"


@dataclass(frozen=True)
class Recorded:
    """One workflow's history and the story it comes from. `offset_s` is house time minus workflow time."""

    story: str
    workflow_id: str
    run_id: str
    history: WorkflowHistory


async def record(client: Client, story: str, workflow_ids: list[str], folder: Path) -> None:
    """Fetch and keep the histories of a story; the replayer needs the ids beside them (findings H7)."""
    for number, workflow_id in enumerate(workflow_ids, 1):
        handle = client.get_workflow_handle(workflow_id)
        description = await handle.describe()
        kept = {
            "story": story,
            "workflow_id": workflow_id,
            "run_id": description.run_id,
            "history": json.loads((await handle.fetch_history()).to_json()),
        }
        _write(folder / f"{story}-{number}.json", kept)


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
