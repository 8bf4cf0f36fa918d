"""The demo world's real server, in this process on a port of its own, as every adapter's contract suite meets it."""

import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
import uvicorn

from world.app import create_app

READY_WITHIN_S = 10.0


@pytest.fixture(scope="session")
def world_url() -> Iterator[str]:
    """Base URL of the running world."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        # asyncio does this for the sockets it opens itself; without it every answer waits 40 ms for an ACK.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        config = uvicorn.Config(create_app(), log_level="warning", access_log=False, timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        # A thread and loop of its own, so that a hanging test cannot keep the world from answering.
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            _await_ready(url)
            yield url
        finally:
            server.should_exit = True
            thread.join(READY_WITHIN_S)


def _await_ready(url: str) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{url}/health", timeout=1).is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.02)
    pytest.fail("the world did not become ready")


@pytest.fixture
async def control(world_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """The world's control plane (`/control`), reset before the test."""
    async with httpx.AsyncClient(base_url=f"{world_url}/control", timeout=5) as client:
        (await client.post("/reset")).raise_for_status()
        yield client
