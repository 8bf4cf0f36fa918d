"""The watchman: trusts nobody, looks for what no workflow can tell of itself, and tells a human.

He repairs nothing but a lost projection.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowQueryFailedError
from temporalio.service import RPCError, RPCStatusCode

from starter.promise import UNMOVED
from store.journal import Journal
from store.projection import Projection, Stored
from workflows.chat import ChatContact

log = structlog.get_logger(__name__)

EVERYBODY = "*"
"""Stands for the contact where a finding is about the house itself."""
CLOSER_LOOKS = 25
"""How many cases a round looks at one by one, beside those that are suspect: a round must stay cheap."""
Found = set[tuple[str, str]]


@dataclass
class Watchman:
    """Goes round by round; `patience` is how long an engine may take to answer one question."""

    client: Client
    projection: Projection
    journal: Journal
    patience: timedelta = timedelta(seconds=5)
    _turn: int = field(default=0)

    async def round(self) -> Found:
        """Look at everything once, keep what is seen, say what is new."""
        house = await self.projection.house()
        now = datetime.now(UTC) + timedelta(seconds=house.offset_s)
        cases = {case.contact_id: case for case in await self.projection.open_cases()}
        found = {(case.contact_id, "not_moved") for case in cases.values() if _unmoved(case, now)}
        try:
            running = await self._running()
            found |= await self._rows(cases, running)
            found |= await self._tasks(self._closer(cases, found))
        except (RPCError, RuntimeError) as error:  # a client that has never connected raises a RuntimeError
            found.add((EVERYBODY, "engine_away"))
            log.warning("watch.engine_away", status=error.status.name if isinstance(error, RPCError) else "UNREACHED")
        for new in await self.journal.watched(found, datetime.now(UTC)):
            log.error("promise.broken", contact_id=new.contact_id, what=new.what)
        return found

    async def _running(self) -> set[str]:
        query = 'WorkflowType="ChatContact" AND ExecutionStatus="Running"'
        return {each.id async for each in self.client.list_workflows(query, rpc_timeout=self.patience)}

    async def _rows(self, cases: dict[str, Stored], running: set[str]) -> Found:
        """Workflows without a row, which are repaired, and rows without a workflow, which nobody carries."""
        found: Found = set()
        for contact_id in running - cases.keys():
            if await self._is_running(contact_id) and not await self._rebuilt(contact_id):
                found.add((contact_id, "without_row"))
        for contact_id in cases.keys() - running:
            # Visibility lags, and the row may have ended since it was read.
            if not await self._is_running(contact_id) and (row := await self.projection.case(contact_id)) and row.open:
                found.add((contact_id, "without_workflow"))
        return found

    async def _is_running(self, contact_id: str) -> bool:
        try:
            described = await self.client.get_workflow_handle(contact_id).describe(rpc_timeout=self.patience)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return False
            raise
        return described.status is WorkflowExecutionStatus.RUNNING

    async def _rebuilt(self, contact_id: str) -> bool:
        """Write the lost row anew from what its workflow says."""
        handle = self.client.get_workflow_handle_for(ChatContact.run, contact_id)
        try:
            record = await handle.query(ChatContact.record, rpc_timeout=self.patience)
        except (RPCError, WorkflowQueryFailedError):
            return False
        await self.projection.take_up(record.epoch, record.offset_s)
        await self.projection.write(record)
        if await self.projection.case(contact_id) is None:
            return False
        log.warning("watch.row_rebuilt", contact_id=contact_id)
        return True

    def _closer(self, cases: dict[str, Stored], suspect: Found) -> list[str]:
        """The suspect cases, and each round some of the others in turn."""
        rest = sorted(cases)
        start = self._turn % len(rest) if rest else 0
        self._turn += CLOSER_LOOKS
        some = (rest[start:] + rest[:start])[:CLOSER_LOOKS]
        return list(dict.fromkeys([contact_id for contact_id, _ in suspect] + some))

    async def _tasks(self, contact_ids: list[str]) -> Found:
        """Cases whose workflow task fails again and again: they hear nothing until the code is mended (findings D)."""
        found: Found = set()
        for contact_id in contact_ids:
            try:
                described = await self.client.get_workflow_handle(contact_id).describe(rpc_timeout=self.patience)
            except RPCError as error:
                if error.status is RPCStatusCode.NOT_FOUND:
                    continue
                raise
            raw = described.raw_description
            if raw.HasField("pending_workflow_task") and raw.pending_workflow_task.attempt > 2:
                found.add((contact_id, "task_failing"))
        return found


def _unmoved(case: Stored, now: datetime) -> bool:
    return case.wake_at is not None and case.wake_at + UNMOVED < now
