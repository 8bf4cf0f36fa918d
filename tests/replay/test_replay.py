"""Every story's recorded history replays with this build's code, and a build that commands otherwise is caught."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio import workflow
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner

from routine.suicide_risk.start import PathwayStart
from tests.replay.recording import Recorded, recorded, slug
from workflows.chat import ChatContact
from workflows.messages import ChatStart
from workflows.plugin import house_plugin
from workflows.suicide_risk import SuicideRiskPathway

HISTORIES = recorded()
CASELESS = ("unknown-unit-and-stale-time", "wrong-callback-secret")
"""Stories in which no case begins."""
STORIES = Path(__file__).parents[1] / "stories"


def replayer(*workflows: type) -> Replayer:
    """The house's plugin, without sandbox and telemetry (`architecture.md`)."""
    return Replayer(workflows=workflows, plugins=[house_plugin()], workflow_runner=UnsandboxedWorkflowRunner())


@pytest.mark.parametrize("story", HISTORIES, ids=lambda each: each.story)
async def test_history_replays(story: Recorded) -> None:
    """The code of this build would have done the same, command for command."""
    ours = replayer(ChatContact, SuicideRiskPathway)
    result = await ours.replay_workflow(story.history, raise_on_replay_failure=False)
    assert result.replay_failure is None, f"{story.story}: {result.replay_failure}"


@pytest.mark.parametrize("workflow", ["ChatContact", "SuicideRiskPathway"])
async def test_history_replays_in_the_sandbox(workflow: str) -> None:
    """Also as the worker runs it."""
    sandboxed = Replayer(workflows=[ChatContact, SuicideRiskPathway], plugins=[house_plugin()])
    one = next(each for each in HISTORIES if each.workflow == workflow)
    result = await sandboxed.replay_workflow(one.history, raise_on_replay_failure=False)
    assert result.replay_failure is None


@workflow.defn(name="ChatContact")
class Changed(ChatContact):
    """A build that sleeps before it does anything."""

    @workflow.init
    def __init__(self, start: ChatStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: ChatStart) -> str:
        """One command too many."""
        await workflow.sleep(timedelta(minutes=5), summary="ändrat")
        return await super().run(start)


@workflow.defn(name="SuicideRiskPathway")
class ChangedPathway(SuicideRiskPathway):
    """The same of the pathway."""

    @workflow.init
    def __init__(self, start: PathwayStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: PathwayStart) -> str:
        """One command too many."""
        await workflow.sleep(timedelta(minutes=5), summary="ändrat")
        return await super().run(start)


@pytest.mark.parametrize("workflow", ["ChatContact", "SuicideRiskPathway"])
async def test_a_changed_build_is_caught(workflow: str) -> None:
    """The replay test can fail: another order of commands is nondeterminism."""
    one = next(each for each in HISTORIES if each.workflow == workflow)
    result = await replayer(Changed, ChangedPathway).replay_workflow(one.history, raise_on_replay_failure=False)
    assert "TMPRL1100" in str(result.replay_failure)


def test_every_story_is_recorded() -> None:
    """`make histories` has been run since a story was added."""
    sources = [path.read_text(encoding="utf-8") for path in STORIES.rglob("test_*.py")]
    told = [slug(name) for source in sources for name in re.findall(r"^async def (test_\w+)", source, re.MULTILINE)]
    assert told
    missing = [
        name for name in told if name not in CASELESS and not any(each.story.startswith(name) for each in HISTORIES)
    ]
    assert missing == [], "run `make histories`"
