"""Writes the read model anew from what the open workflows say: `vaka rebuild`. It may run while the house does."""

from dataclasses import dataclass, field
from datetime import timedelta

from starter.carriers import (
    AnyRecord,
    contact_of,
    has_row,
    house_offset,
    is_pathway,
    is_running,
    record_of,
    running,
    write,
)
from starter.house import House

PATIENCE = timedelta(seconds=10)


@dataclass
class Rebuilt:
    """What came of it, by workflow ids."""

    written: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)
    """Run, and did not answer or could not be written: no worker, or a case whose workflow task fails."""
    carried_by_nobody: list[str] = field(default_factory=list)
    """Open rows that no workflow stands behind. They are left as they are: they are all there is of the patient."""

    @property
    def whole(self) -> bool:
        """Whether every row is as its workflow says."""
        return not self.silent and not self.carried_by_nobody


async def rebuild(house: House) -> Rebuilt:
    """Ask every open workflow, contacts before pathways. Raises RPCError or RuntimeError while the engine is away."""
    done = Rebuilt()
    alive = await running(house.client, PATIENCE)
    for workflow_id in sorted(alive, key=lambda each: (is_pathway(each), each)):
        (done.written if await _written(house, workflow_id) else done.silent).append(workflow_id)
    for each in await house.projection.carried():
        if each.workflow_id not in alive and not await is_running(house.client, each.workflow_id, PATIENCE):
            done.carried_by_nobody.append(each.workflow_id)
    return done


async def _written(house: House, workflow_id: str) -> bool:
    record = await record_of(house.client, workflow_id, PATIENCE)
    if record is None:
        return False
    await house.projection.take_up(record.epoch, await house_offset(house.client, workflow_id, record, PATIENCE))
    if await _is_behind(house, workflow_id, record):
        # Asked again, since the worker may have written between question and answer; then the row is from a life that
        # the engine has forgotten (a restored backup), and would refuse every newer word of the case's.
        again = await record_of(house.client, workflow_id, PATIENCE)
        if again is None:
            return False
        record = again
        if await _is_behind(house, workflow_id, record):
            await house.projection.forget(contact_of(workflow_id), pathway=is_pathway(workflow_id))
    await write(house.projection, record)
    return await has_row(house.projection, workflow_id)


async def _is_behind(house: House, workflow_id: str, record: AnyRecord) -> bool:
    """Whether the row is of a later version than the workflow itself."""
    rows = await house.projection.carried(record.contact_id)
    return any(
        row.workflow_id == workflow_id and row.run_id == record.run_id and row.version > record.version for row in rows
    )
