"""The watchman: trusts nobody, looks for what no workflow can tell of itself, and tells a human.

A contact has two workflows, its own and its suicide-risk pathway's; he knows both, and that they must agree on the
gate. He repairs nothing but a lost row of the read model.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from routine.suicide_risk import meeting
from routine.suicide_risk.start import pathway_id
from starter.alarm import Alarm
from starter.carriers import contact_of, has_row, house_offset, is_pathway, is_running, record_of, running, write
from starter.findings import EVERYBODY, Found, What, of
from starter.promise import unmoved
from store.journal import Journal
from store.projection import NEW_EPOCH, Carried, Projection, Stored

log = structlog.get_logger(__name__)

CLOSER_LOOKS = 25
"""How many workflows a round looks at one by one, beside those that are suspect: a round must stay cheap."""
AGREE_WITHIN = timedelta(seconds=15)
"""How long a word between a contact and its pathway, or a pathway's beginning, may be under way."""
FAILING = 2
"""Attempts at one workflow task that may fail before it counts: a worker that is restarted costs one."""


@dataclass
class Watchman:
    """Goes round by round; `patience` is how long an engine may take to answer one question."""

    client: Client
    projection: Projection
    journal: Journal
    alarms: Sequence[Alarm] = ()
    patience: timedelta = timedelta(seconds=5)
    agree_within: timedelta = AGREE_WITHIN
    _turn: int = field(default=0)
    _since: dict[tuple[str, str], float] = field(default_factory=dict)

    async def round(self) -> Found:
        """Look at everything once, keep what is seen, say what is new."""
        house = await self.projection.house()
        now = datetime.now(UTC) + timedelta(seconds=house.offset_s)
        cases = {case.contact_id: case for case in await self.projection.open_cases()}
        rows = {each.workflow_id: each for each in await self.projection.carried()}
        late = [each.workflow_id for each in rows.values() if unmoved(each.wake_at, now)]
        found: Found = {(contact_of(each), of(What.NOT_MOVED, pathway=is_pathway(each))) for each in late}
        found |= self._lasting(What.GATE_DISAGREES, [each for each, case in cases.items() if _disagrees(case)])
        try:
            alive = await running(self.client, self.patience)
            found |= await self._rows(rows, alive)
            found |= self._missing(cases, alive)
            found |= await self._tasks(self._closer(rows, found))
        except (RPCError, RuntimeError) as error:  # a client that has never connected raises a RuntimeError
            found.add((EVERYBODY, What.ENGINE_AWAY))
            log.warning("watch.engine_away", status=error.status.name if isinstance(error, RPCError) else "UNREACHED")
        for new in await self.journal.watched(found, datetime.now(UTC)):
            log.error("promise.broken", contact_id=new.contact_id, what=new.what)
        for alarm in self.alarms:
            await alarm.tell(found)
        return found

    def _lasting(self, what: What, contact_ids: Iterable[str]) -> Found:
        """Those of whom it has been so for longer than the bound: what is under way is no fault."""
        now, before = time.monotonic(), self._since
        seen = {(each, what.value): before.get((each, what.value), now) for each in contact_ids}
        self._since = {key: at for key, at in before.items() if key[1] != what} | seen
        return {key for key, at in seen.items() if now - at >= self.agree_within.total_seconds()}

    def _missing(self, cases: Mapping[str, Stored], alive: set[str]) -> Found:
        """Suspicions without a pathway: the gate is shut, and nobody climbs the assessors' ladder."""
        wanting = [
            contact_id
            for contact_id, case in cases.items()
            if case.pathway is None
            and (case.chat.wants_pathway or case.chat.pathway_begun)
            and pathway_id(contact_id) not in alive
        ]
        return self._lasting(What.PATHWAY_MISSING, wanting)

    async def _rows(self, rows: Mapping[str, Carried], alive: set[str]) -> Found:
        """Workflows without a row, which are repaired, and rows without a workflow, which nobody carries."""
        found: Found = set()
        for workflow_id in alive - rows.keys():
            if await is_running(self.client, workflow_id, self.patience) and not await self._rebuilt(workflow_id):
                found.add((contact_of(workflow_id), of(What.WITHOUT_ROW, pathway=is_pathway(workflow_id))))
        for workflow_id in rows.keys() - alive:
            # Visibility lags, and the row may have ended since it was read.
            if not await is_running(self.client, workflow_id, self.patience) and await self._is_open(workflow_id):
                found.add((contact_of(workflow_id), of(What.WITHOUT_WORKFLOW, pathway=is_pathway(workflow_id))))
        for contact_id in {contact_of(each) for each in rows if is_pathway(each)} - rows.keys() - alive:
            # A pathway alone: its contact is on no worklist, and nothing is left to write its row from.
            if not await has_row(self.projection, contact_id):
                found.add((contact_id, What.WITHOUT_ROW))
        return found

    async def _is_open(self, workflow_id: str) -> bool:
        return any(each.workflow_id == workflow_id for each in await self.projection.carried())

    async def _rebuilt(self, workflow_id: str) -> bool:
        """Write the lost row anew from what its workflow says."""
        record = await record_of(self.client, workflow_id, self.patience)
        if record is None:
            return False
        offset_s = await house_offset(self.client, workflow_id, record, self.patience)
        await self.projection.take_up(record.epoch, offset_s)
        house = await self.projection.house()
        if record.epoch != house.epoch and house.epoch != NEW_EPOCH:
            # Begun while the demo was being reset: that house is gone, and nobody waits in it.
            log.warning("watch.of_an_older_house", contact_id=contact_of(workflow_id))
            return True
        await write(self.projection, record)
        if not await has_row(self.projection, workflow_id):
            return False
        log.warning("watch.row_rebuilt", contact_id=contact_of(workflow_id), pathway=is_pathway(workflow_id))
        return True

    def _closer(self, rows: Mapping[str, Carried], suspect: Found) -> list[str]:
        """Both workflows of each suspect contact, and each round some of the others in turn."""
        rest = sorted(rows)
        start = self._turn % len(rest) if rest else 0
        self._turn += CLOSER_LOOKS
        some = (rest[start:] + rest[:start])[:CLOSER_LOOKS]
        both = [each for contact_id, _ in sorted(suspect) for each in (contact_id, pathway_id(contact_id))]
        return list(dict.fromkeys([*both, *some]))

    async def _tasks(self, workflow_ids: list[str]) -> Found:
        """Cases whose workflow task fails again and again: they hear nothing until the code is mended (findings D)."""
        found: Found = set()
        for workflow_id in workflow_ids:
            try:
                described = await self.client.get_workflow_handle(workflow_id).describe(rpc_timeout=self.patience)
            except RPCError as error:
                if error.status is RPCStatusCode.NOT_FOUND:
                    continue
                raise
            raw = described.raw_description
            if raw.HasField("pending_workflow_task") and raw.pending_workflow_task.attempt > FAILING:
                found.add((contact_of(workflow_id), of(What.TASK_FAILING, pathway=is_pathway(workflow_id))))
        return found


def _disagrees(case: Stored) -> bool:
    """Whether contact and pathway have not heard each other's newest word, or one has ended without the other."""
    if case.pathway is None:
        return False
    left_alone = case.chat.ended and case.pathway.open
    return left_alone or not meeting.have_met(case.chat, case.pathway.pathway)
