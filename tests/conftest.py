"""The house for tests: a real Temporal server with time skipping, a real worker, the API, the demo world."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import hypothesis
import pytest
from temporalio.testing import WorkflowEnvironment

from api import asks
from config.settings import Settings
from gateways.people import HttpPeopleRegister
from starter.api.app import create_app
from starter.engine import Program, find_engine
from starter.house import House, open_house
from tests.replay.recording import record, slug
from tests.story import Story
from tests.world_server import control, world_url
from worker import carrying
from workflows.plugin import connect

__all__ = ["control", "world_url"]

# A machine that does something else at the same time has not found a counterexample.
hypothesis.settings.register_profile(
    "house",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.data_too_large],
)
hypothesis.settings.load_profile("house")


@pytest.fixture(scope="session")
def engine_binary() -> str:
    """The embedded Temporal server."""
    engine = find_engine(Settings(temporal_address=None))
    assert isinstance(engine, Program)
    return str(engine.path)


@pytest.fixture(scope="session")
async def temporal(engine_binary: str) -> AsyncIterator[WorkflowEnvironment]:
    """A Temporal server of this test process's own."""
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=engine_binary, dev_server_log_level="error"
    ) as environment:
        yield environment


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory, temporal: WorkflowEnvironment, world_url: str) -> Settings:
    """Settings of the test's house."""
    address = temporal.client.service_client.config.target_host
    mail = httpx.get(f"{world_url}/control/mail/server").json()
    return Settings(
        smtp_host=mail["host"],
        smtp_port=mail["port"],
        data_dir=tmp_path_factory.mktemp("house"),
        temporal_address=address,
        world_port=int(world_url.rpartition(":")[2]),
        task_queue=f"vaka-{os.getpid()}",
    )


@pytest.fixture(scope="session")
async def house(settings: Settings) -> AsyncIterator[House]:
    """The house, carried by a running worker."""
    register = HttpPeopleRegister(settings.register_address)
    opened = await open_house(settings, lookup=asks(register))
    carrier = await connect(settings.engine_address, settings.temporal_namespace, identity="test-worker", lazy=False)
    async with (
        carrying(carrier, settings, opened.projection, opened.outbox),
    ):
        yield opened
    await opened.close()
    await register.aclose()


@pytest.fixture
async def story(house: House, request: pytest.FixtureRequest) -> AsyncIterator[Story]:
    """A story told through the HTTP API, with moved time."""
    transport = httpx.ASGITransport(app=create_app(house))
    async with Story(transport) as told:
        yield told
    if folder := os.environ.get("VAKA_RECORD_HISTORIES"):
        cases = sorted(await house.projection.all_cases(), key=lambda case: case.chat.opened_at)
        await record(house.client, slug(request.node.name), [case.contact_id for case in cases], Path(folder))


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the checkout."""
    return Path(__file__).resolve().parent.parent
