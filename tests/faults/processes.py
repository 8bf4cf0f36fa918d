"""The house as real processes that a test may kill: engine, demo world, worker, API, watchman, each on a free port."""

import asyncio
import os
import re
import signal
import socket
import sqlite3
import subprocess
import time
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import httpx
from temporalio.client import Client

from config.settings import ROOT, Settings
from starter.engine import Program
from starter.run import children
from starter.supervise import Child
from workflows.plugin import connect

EVERYBODY: Final = ("engine", "world", "worker", "api", "watch")
READY_WITHIN_S: Final = 90.0
GOES_ON_WITHIN_S: Final = 10.0
"""How soon after the restart a case must go on (the promise of the crash tests)."""
TAIL: Final = 150
ANSI: Final = re.compile(r"\x1b\[[0-9;]*m")

running: list["Processes"] = []
"""Those whose logs a failing test shows."""


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on, all different."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


async def until(what: str, seen: Callable[[], Awaitable[Any]], within_s: float = 30.0, every_s: float = 0.05) -> Any:
    """Ask again and again until the answer is true, and give it; its being away counts as no."""
    began = time.monotonic()
    last: Any = None
    while time.monotonic() - began < within_s:
        try:
            if last := await seen():
                return last
        except (httpx.HTTPError, sqlite3.OperationalError) as error:
            last = repr(error)
        await asyncio.sleep(every_s)
    raise AssertionError(f"not within {within_s:g} s: {what}; last seen: {last}")


class Processes:
    """The processes of one house. They share a data folder, and everything in it outlives them."""

    def __init__(self, folder: Path, program: Program, env: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        engine, world, smtp, api = free_ports(4)
        self.settings = Settings(
            data_dir=folder / "data",
            temporal_address=f"127.0.0.1:{engine}",
            temporal_port=engine,
            world_port=world,
            world_smtp_port=smtp,
            api_port=api,
            watch_every_s=0.3,
        )
        ports = ("temporal_port", "world_port", "world_smtp_port", "api_port")
        names = ("data_dir", "temporal_address", *ports, "watch_every_s")
        own = {f"VAKA_{name.upper()}": str(getattr(self.settings, name)) for name in names}
        self.env = {**os.environ, "PYTHONUNBUFFERED": "1", **own, **(env or {})}
        self._program = program
        self._children = {child.name: child for child in children(self.settings, program)}
        self._alive: dict[str, subprocess.Popen[bytes]] = {}
        self._read_from: dict[str, int] = {}
        self.instead: dict[str, tuple[str, ...]] = {}
        """Commands to start in place of a process's own."""
        self.http = httpx.AsyncClient(base_url=f"http://127.0.0.1:{api}", timeout=30)
        self._tokens: dict[str, str] = {}

    async def __aenter__(self) -> Self:
        self.settings.data_dir.mkdir(parents=True, exist_ok=True)
        running.append(self)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name in list(self._alive):
            self.kill9(name)
        await self.http.aclose()
        running.remove(self)

    # The processes

    def start(self, *names: str) -> None:
        """Start them, without waiting."""
        for name in names:
            assert name not in self._alive, f"{name} runs already"
            with self.log_of(name).open("ab") as log:
                self._read_from[name] = log.tell()
                self._alive[name] = subprocess.Popen(
                    self._command(name), env=self.env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=ROOT
                )

    def _command(self, name: str) -> tuple[str, ...]:
        if name == "engine":
            port, file = self.settings.temporal_port, self.settings.data_dir / "temporal.db"
            return self._program.command(port=port, ui_port=None, file=file, log_level="error")
        return self.instead.get(name) or tuple(self._child(name).argv)

    async def ready(self, *names: str, within_s: float = READY_WITHIN_S) -> None:
        """Wait until each is ready by its own word."""
        for name in names:
            await until(f"{name} ready", self._watched(name, self._probe(name)), within_s)

    def _probe(self, name: str) -> Callable[[], Awaitable[bool]]:
        """Its own word. The engine still counts a killed worker among those that ask it, so that one is read."""
        if (ready := self._child(name).ready) is not None and name != "worker":
            return ready

        async def started() -> bool:
            with self.log_of(name).open("rb") as log:
                log.seek(self._read_from[name])
                return f"{name}.started".encode() in log.read()

        return started

    def _watched(self, name: str, probe: Callable[[], Awaitable[bool]]) -> Callable[[], Awaitable[bool]]:
        async def ready() -> bool:
            status = self._alive[name].poll()
            assert status is None, f"{name} ended with {status}:\n{self.tail(name)}"
            return await probe()

        return ready

    def _child(self, name: str) -> Child:
        return self._children[name]

    async def up(self, *names: str) -> None:
        """Start them all at once, as after a power cut, and wait until every one is ready."""
        self.start(*names)
        await self.ready(*names)

    async def whole(self, *names: str) -> None:
        """Whoever of these is not running is started; the others are stopped."""
        for name in [name for name in self._alive if name not in names]:
            await self.stop(name)
        await self.up(*(name for name in names if not self.runs(name)))

    def kill9(self, *names: str) -> None:
        """Kill them, as power does."""
        for name in names:
            self._alive[name].kill()
        for name in names:
            self._alive.pop(name).wait(10)

    async def stop(self, name: str, number: signal.Signals = signal.SIGTERM, within_s: float = 25.0) -> int:
        """Ask it to stop; its exit code."""
        process = self._alive.pop(name)
        process.send_signal(number)
        return await asyncio.to_thread(process.wait, within_s)

    async def died(self, name: str) -> None:
        """Wait until it has ended by itself."""
        await asyncio.to_thread(self._alive.pop(name).wait, GOES_ON_WITHIN_S)

    def pid(self, name: str) -> int:
        """Its process id."""
        return self._alive[name].pid

    def runs(self, name: str) -> bool:
        """Whether it is alive."""
        return name in self._alive and self._alive[name].poll() is None

    def log_of(self, name: str) -> Path:
        """Where it writes."""
        return self.folder / f"{name}.log"

    def tail(self, name: str) -> str:
        """The last it wrote."""
        if not self.log_of(name).exists():
            return ""
        return ANSI.sub("", "\n".join(self.log_of(name).read_text(errors="replace").splitlines()[-TAIL:]))

    def sections(self) -> Iterator[tuple[str, str]]:
        """Every log's end, for a failing test's report."""
        for name in EVERYBODY:
            if text := self.tail(name):
                yield f"log of {name}", text

    async def engine(self) -> Client:
        """A client of the engine."""
        return await connect(
            self.settings.engine_address, self.settings.temporal_namespace, identity="test", lazy=False
        )

    # What a client does

    async def token(self, who: str) -> str:
        """A token of the demo; its key is kept in the data folder, so it outlives every crash."""
        if who not in self._tokens:
            answer = await self.http.post("/demo/login", json={"sub": who})
            self._tokens[who] = answer.json()["access_token"]
        return self._tokens[who]

    async def get(self, path: str, who: str = "VCH", **params: str) -> Any:
        """A read."""
        headers = {"Authorization": f"Bearer {await self.token(who)}"}
        answer = await self.http.get(path, headers=headers, params=params)
        assert answer.is_success, (path, answer.status_code, answer.text)
        return answer.json()

    async def post(self, path: str, who: str | None, body: dict[str, Any], key: str | None = None) -> httpx.Response:
        """One request, whatever comes of it."""
        headers = {"Idempotency-Key": key or str(uuid.uuid4())}
        if who is not None:
            headers["Authorization"] = f"Bearer {await self.token(who)}"
        return await self.http.post(path, headers=headers, json=body)

    async def begins(self, now: datetime) -> None:
        """An empty house at this time."""
        answer = await self.post("/demo/reset", None, {"now": now.isoformat()})
        assert answer.is_success, answer.text

    async def view(self, contact_id: str) -> dict[str, Any]:
        """The case as the manager sees it."""
        found: dict[str, Any] = await self.get(f"/contacts/{contact_id}")
        return found

    async def stuck(self) -> set[tuple[str, str]]:
        """What the promise calls stuck."""
        body = (await self.http.get("/health/promise")).json()
        return {(each["contact_id"], each["what"]) for each in body["stuck"]}


class Stubborn:
    """A client as `api.md` tells it to be: 503 and lost connections are repeated with the same Idempotency-Key."""

    def __init__(self, house: Processes, patience_s: float = 60.0) -> None:
        self._house = house
        self._patience_s = patience_s
        self.in_flight = 0
        self.answered = 0
        self.troubles: Counter[str] = Counter()
        """What was repeated, and why."""

    async def send(self, path: str, who: str, body: dict[str, Any]) -> httpx.Response:
        """Until there is an answer that is one."""
        key, began = str(uuid.uuid4()), time.monotonic()
        self.in_flight += 1
        try:
            while time.monotonic() - began < self._patience_s:
                try:
                    answer = await self._house.post(path, who, body, key)
                except httpx.HTTPError as error:
                    self.troubles[type(error).__name__] += 1
                else:
                    if answer.status_code != 503:
                        self.answered += 1
                        return answer
                    self.troubles["503"] += 1
                    assert answer.headers["retry-after"]
                await asyncio.sleep(0.3)
            raise AssertionError(f"no answer within {self._patience_s:g} s: {path} {body.get('type')} {self.troubles}")
        finally:
            self.in_flight -= 1

    async def submit(self, contact: dict[str, Any]) -> str:
        """A contact comes in; its id."""
        answer = await self.send("/contacts", "platform24", contact)
        assert answer.status_code == 201, (answer.status_code, answer.text)
        return str(answer.json()["contact_id"])

    async def decide(self, who: str, contact_id: str, decision: str, **fields: Any) -> dict[str, Any]:
        """A decision, accepted; the view."""
        answer = await self.send(f"/contacts/{contact_id}/decisions", who, {"type": decision, **fields})
        assert answer.status_code == 200, (decision, answer.status_code, answer.text)
        view: dict[str, Any] = answer.json()
        return view


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """Nobody else can write to the SQLite file meanwhile."""
    holder = sqlite3.connect(database, isolation_level=None)
    try:
        holder.execute("BEGIN EXCLUSIVE")
        yield
        holder.execute("ROLLBACK")
    finally:
        holder.close()
