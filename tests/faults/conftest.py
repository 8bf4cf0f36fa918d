"""The house of the fault tests, and the logs of its processes when a test fails."""

from collections.abc import AsyncIterator, Generator
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from api import asks
from config.settings import Settings
from gateways.people import HttpPeopleRegister
from starter.engine import Program
from starter.house import open_house
from tests.faults.carried import Carried
from tests.faults.processes import EVERYBODY, Processes, running


@pytest.fixture(scope="session")
def program(engine_binary: str) -> Program:
    """The Temporal server as a command."""
    return Program(Path(engine_binary), "1.32")


@pytest.fixture(scope="session")
async def everybody(tmp_path_factory: pytest.TempPathFactory, program: Program) -> AsyncIterator[Processes]:
    """One house for all fault tests: starting it takes longer than most of them."""
    env = {"VAKA_ENGINE_TIMEOUT_S": "3"}
    async with Processes(tmp_path_factory.mktemp("faults"), program, env) as started:
        yield started


@pytest.fixture
async def unwatched(everybody: Processes) -> Processes:
    """Everybody but the watchman is at work, whatever the test before has done to them."""
    await everybody.whole(*(name for name in EVERYBODY if name != "watch"))
    return everybody


@pytest.fixture
async def watched(everybody: Processes) -> Processes:
    """Everybody is at work, the watchman too."""
    await everybody.whole(*EVERYBODY)
    return everybody


@pytest.fixture
async def carried(
    settings: Settings, temporal: WorkflowEnvironment, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Carried]:
    """A house in this process, with a worker that can be taken away and a read model of its own."""
    del temporal  # the settings name it; it must outlive the house
    own = {"data_dir": tmp_path_factory.mktemp("carried"), "task_queue": f"{settings.task_queue}-carried"}
    register = HttpPeopleRegister(settings.register_address)
    house = await open_house(settings.model_copy(update={**own, "engine_timeout_s": 3.0}), lookup=asks(register))
    async with Carried(house) as there:
        yield there
    await house.close()
    await register.aclose()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """The ends of the logs, below the error."""
    report = yield
    if report.failed:
        for house in running:
            report.sections.extend(house.sections())
    return report
