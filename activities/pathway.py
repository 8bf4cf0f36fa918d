"""Begins a contact's suicide-risk pathway: once, however often it is asked for."""

from datetime import UTC, datetime, timedelta

from temporalio import activity
from temporalio.client import WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from routine.suicide_risk.start import PathwayStart, pathway_id

SKEW = timedelta(seconds=1)
"""A case's clock is never behind the wall's, and a smaller lead is none: production inputs stay clean (findings H2)."""
TASK_TIMEOUT = timedelta(seconds=5)
PATIENCE = timedelta(seconds=4)


class PathwayActivities:
    """Starts pathways."""

    @activity.defn
    async def start_pathway(self, start: PathwayStart) -> None:
        """Return once the pathway's row is on the worklist. One that runs, or has ended, is there already.

        The pathway takes up the contact's clock, which the demo may have moved: a workflow begins by the wall's.
        """
        skew = activity.info().started_time - datetime.now(UTC)
        # Time is only skipped forward: a negative one is this worker's own delay under load.
        offset_s = start.offset_s + (skew.total_seconds() if skew >= SKEW else 0)
        operation: WithStartWorkflowOperation[object, object] = WithStartWorkflowOperation(
            "SuicideRiskPathway",
            start.model_copy(update={"offset_s": offset_s}),
            id=pathway_id(start.contact_id),
            task_queue=activity.info().task_queue,
            task_timeout=TASK_TIMEOUT,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            static_summary=f"Suicidriskväg i {start.unit.code}",
        )
        try:
            await activity.client().execute_update_with_start_workflow(
                "shown", start_workflow_operation=operation, id="shown", rpc_timeout=PATIENCE
            )
        except WorkflowAlreadyStartedError:
            activity.logger.info("pathway.there_already")
