"""A workflow that does nothing but wait."""

from datetime import timedelta

from temporalio import workflow


@workflow.defn
class Patient:
    """Waits for some days."""

    @workflow.run
    async def run(self, days: int) -> str:
        """Says how long it waited."""
        await workflow.sleep(timedelta(days=days), summary="patience")
        return f"waited {days} days"
