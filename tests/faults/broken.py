"""A build that cannot carry its cases: every workflow task of a chat fails."""

from temporalio import workflow

from workflows.messages import ChatStart


@workflow.defn(name="ChatContact")
class BrokenChat:
    """What a bad deployment looks like."""

    @workflow.init
    def __init__(self, start: ChatStart) -> None:
        raise RuntimeError("a bad build")

    @workflow.run
    async def run(self, start: ChatStart) -> str:
        """Never reached."""
        return "never"
