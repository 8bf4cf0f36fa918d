"""The two workflows that carry a contact: which is whose by its id, which of them run, what each says of itself."""

from datetime import UTC, datetime, timedelta

from temporalio.client import Client, WorkflowExecutionStatus, WorkflowQueryFailedError
from temporalio.service import RPCError, RPCStatusCode

from routine.record import PathwayRecord, Record
from routine.suicide_risk.start import pathway_id
from store.projection import Projection

TYPES = ("ChatContact", "SuicideRiskPathway")
PATHWAY = pathway_id("")
AnyRecord = Record | PathwayRecord


def is_pathway(workflow_id: str) -> bool:
    """Whether it is a contact's suicide-risk pathway, not the contact's own workflow."""
    return workflow_id.startswith(PATHWAY)


def contact_of(workflow_id: str) -> str:
    """The contact that the workflow carries."""
    return workflow_id.removeprefix(PATHWAY)


async def running(client: Client, patience: timedelta) -> set[str]:
    """The ids of all that run, as far as visibility knows by now. Raises RPCError, RuntimeError."""
    types = ", ".join(f'"{each}"' for each in TYPES)
    query = f'WorkflowType IN ({types}) AND ExecutionStatus = "Running"'
    return {each.id async for each in client.list_workflows(query, rpc_timeout=patience)}


async def is_running(client: Client, workflow_id: str, patience: timedelta) -> bool:
    """Whether it runs, by the engine's own word. Raises RPCError."""
    try:
        described = await client.get_workflow_handle(workflow_id).describe(rpc_timeout=patience)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return False
        raise
    return described.status is WorkflowExecutionStatus.RUNNING


async def record_of(client: Client, workflow_id: str, patience: timedelta) -> AnyRecord | None:
    """The case as its workflow says it is; None if it does not answer."""
    kind: type[AnyRecord] = PathwayRecord if is_pathway(workflow_id) else Record
    handle = client.get_workflow_handle(workflow_id)
    try:
        found: AnyRecord = await handle.query("record", result_type=kind, rpc_timeout=patience)
    except (RPCError, WorkflowQueryFailedError):
        return None
    return found


async def house_offset(client: Client, workflow_id: str, record: AnyRecord, patience: timedelta) -> float:
    """House time minus wall time, in seconds, by a case's own clock: it may have been moved since it began."""
    raw = (await client.get_workflow_handle(workflow_id).describe(rpc_timeout=patience)).raw_description
    extended = raw.workflow_extended_info
    if not extended.HasField("time_skipping_info"):
        return record.offset_s
    skipped = extended.time_skipping_info.current_time.ToDatetime(tzinfo=UTC) - datetime.now(UTC)
    return record.offset_s + skipped.total_seconds()


async def write(projection: Projection, record: AnyRecord) -> None:
    """Write the row of whichever of the two it is."""
    if isinstance(record, PathwayRecord):
        await projection.write_pathway(record)
    else:
        await projection.write(record)


async def has_row(projection: Projection, workflow_id: str) -> bool:
    """Whether the read model has its row, ended or not."""
    return any(each.workflow_id == workflow_id for each in await projection.carried(contact_of(workflow_id)))
