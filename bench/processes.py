"""The house as real processes on free ports, for as long as a measurement lasts."""

import asyncio
import os
import socket
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from temporalio.service import RPCError

from config.settings import ROOT, Settings
from starter.engine import Program, find_engine
from workflows.plugin import connect

BOUND_S = 60.0


def free_port() -> int:
    """A port nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@dataclass
class House:
    """The running processes and their settings."""

    settings: Settings
    env: dict[str, str]
    processes: dict[str, asyncio.subprocess.Process] = field(default_factory=dict)

    async def start(self, name: str, *argv: str) -> None:
        """Start one; its output goes to a file beside its data."""
        log = (self.settings.data_dir / f"{name}.log").open("wb")
        self.processes[name] = await asyncio.create_subprocess_exec(
            *argv, env={**os.environ, **self.env}, stdout=log, stderr=log
        )

    def cpu_s(self, name: str) -> float:
        """CPU seconds the process has used."""
        fields = Path(f"/proc/{self.processes[name].pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def rss_mib(self, name: str) -> float:
        """Resident memory of the process in MiB."""
        status = Path(f"/proc/{self.processes[name].pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024

    @property
    def api(self) -> str:
        """The API's address."""
        return f"http://{self.settings.host}:{self.settings.api_port}"


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[House]:
    """Engine, world, worker and API, ready."""
    env = {
        "VAKA_DATA_DIR": str(folder),
        **{f"VAKA_{name}": str(free_port()) for name in ("API_PORT", "TEMPORAL_PORT", "WORLD_PORT", "WORLD_SMTP_PORT")},
    }
    ports = {name.removeprefix("VAKA_").lower(): int(value) for name, value in env.items() if name.endswith("PORT")}
    settings = Settings(data_dir=folder, temporal_address=None, **ports)  # type: ignore[arg-type]
    engine = find_engine(settings)
    assert isinstance(engine, Program)
    house = House(settings, env)
    database = folder / "temporal.db"
    command = engine.command(port=settings.temporal_port, ui_port=None, file=database, log_level="error")
    try:
        await house.start("engine", *command)
        await house.start("world", sys.executable, "-m", "world")
        await _until(lambda: _serving(settings))
        await house.start("worker", sys.executable, str(ROOT / "worker.py"))
        await house.start("api", sys.executable, str(ROOT / "api.py"))
        await _until(lambda: _answering(f"{house.api}/health/ready"))
        yield house
    finally:
        for process in reversed(house.processes.values()):
            if process.returncode is None:
                process.terminate()
                await process.wait()


async def _until(ready: Callable[[], Awaitable[bool]]) -> None:
    deadline = time.monotonic() + BOUND_S
    while not await ready():
        if time.monotonic() > deadline:
            raise TimeoutError("the house did not become ready")
        await asyncio.sleep(0.1)


async def _serving(settings: Settings) -> bool:
    client = await connect(settings.engine_address, "default", identity="bench")
    try:
        await client.count_workflows("")
    except (RPCError, RuntimeError):
        return False
    return True


async def _answering(url: str) -> bool:
    try:
        async with httpx.AsyncClient(timeout=2) as http:
            return (await http.get(url)).is_success
    except httpx.HTTPError:
        return False
