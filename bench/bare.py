"""The bare engine: a minimal workflow, one update a decision through the SDK, no HTTP, no store, no rules."""

from datetime import timedelta

from temporalio import workflow

from workflows.messages import Signed

QUEUE = "bare"


@workflow.defn(name="Bare")
class Bare:
    """Counts notes until told to stop."""

    def __init__(self) -> None:
        self._count = 0

    @workflow.run
    async def run(self) -> int:
        """Wait a day, as a case waits for its next instant."""
        await workflow.wait_condition(
            lambda: self._count < 0, timeout=timedelta(days=1), timeout_summary="Väntar som ett ärende väntar"
        )
        return self._count

    @workflow.update
    async def note(self, signed: Signed) -> int:
        """One decision."""
        self._count += 1
        return self._count

    @note.validator
    def _may_note(self, signed: Signed) -> None:
        if not signed.by.hsa_id:
            raise ValueError("nobody")
