"""The supervisor with real, tiny processes."""

import asyncio
import contextlib
import io
import os
import re
import signal
import socket
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from starter.supervise import Backoff, Child, supervise

WITHIN_S = 8.0
QUICK = Backoff(first_s=0.01, most_s=0.02)

SERVE = "import os, time; print('pid', os.getpid()); time.sleep(60)"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + SERVE
ROOT = Path(__file__).parents[2]


def child(
    name: str,
    script: str = SERVE,
    *needs: str,
    ready: Callable[[], Awaitable[bool]] | None = None,
    stop_within_s: float = 10.0,
    ready_within_s: float = 10.0,
) -> Child:
    argv = (sys.executable, "-S", "-c", script)
    return Child(name, argv, ready=ready, depends_on=needs, ready_within_s=ready_within_s, stop_within_s=stop_within_s)


class House:
    """A supervisor at work in this process."""

    def __init__(self, *children: Child, on_ready: Callable[[], Awaitable[None]] | None = None) -> None:
        self._log = io.StringIO()
        self.task = asyncio.create_task(supervise(children, on_ready=on_ready, log=self._log, backoff=QUICK))

    @property
    def text(self) -> str:
        return re.sub(r" +\| (\d\d:\d\d:\d\d )?", " | ", self._log.getvalue())

    async def until(self, pattern: str, times: int = 1) -> re.Match[str]:
        """Waits until the log has the pattern so many times; gives the last."""
        deadline = time.monotonic() + WITHIN_S
        while time.monotonic() < deadline:
            if len(found := list(re.finditer(pattern, self.text, re.MULTILINE))) >= times:
                return found[-1]
            assert not self.task.done(), f"ended without {pattern!r}:\n{self.text}"
            await asyncio.sleep(0.01)
        raise AssertionError(f"no {pattern!r} in:\n{self.text}")

    async def pid(self, name: str, life: int = 1) -> int:
        return int((await self.until(rf"^{name} \| pid (\d+)$", life))[1])

    async def code(self) -> int:
        return await asyncio.wait_for(self.task, WITHIN_S)

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        os.kill(os.getpid(), number)
        return await self.code()

    def in_order(self, *pieces: str) -> bool:
        places = [self.text.find(piece) for piece in pieces]
        return -1 not in places and places == sorted(places)


@contextlib.asynccontextmanager
async def running(*children: Child, on_ready: Callable[[], Awaitable[None]] | None = None) -> AsyncIterator[House]:
    house = House(*children, on_ready=on_ready)
    try:
        yield house
    finally:
        house.task.cancel()
        with contextlib.suppress(asyncio.CancelledError, ValueError):
            await house.task


def alive(pid: int) -> bool:
    """Whether the process runs; one that only waits to be reaped does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


async def vanished(pid: int) -> bool:
    """Whether the process goes away in time."""
    deadline = time.monotonic() + WITHIN_S
    while time.monotonic() < deadline:
        if not alive(pid):
            return True
        await asyncio.sleep(0.01)
    return False


# Start and stop


async def test_each_child_starts_when_what_it_needs_is_ready_and_stops_before_it(tmp_path: Path) -> None:
    flag = tmp_path / "open"

    async def is_open() -> bool:
        return flag.exists()

    engine = child("engine", f"import time; time.sleep(0.2); open({str(flag)!r}, 'w'); " + SERVE, ready=is_open)
    async with running(child("api", SERVE, "worker", "engine"), child("worker", SERVE, "engine"), engine) as house:
        await house.until("everything is ready")
        await house.pid("api")
        assert house.in_order("engine ready after", "worker started", "api started", "everything is ready")
        assert await house.stop() == 0
        assert house.in_order("SIGTERM: stopping", "api stopped (SIGTERM)", "worker stopped", "engine stopped")


async def test_a_child_may_stop_in_its_own_way() -> None:
    polite = "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(0)); " + SERVE
    async with running(child("api", polite)) as house:
        await house.pid("api")
        assert await house.stop(signal.SIGINT) == 0
        assert "api stopped (exit code 0)" in house.text


async def test_a_stubborn_child_is_killed() -> None:
    async with running(child("api", STUBBORN, stop_within_s=0.2)) as house:
        pid = await house.pid("api")
        assert await house.stop() == 0
        assert house.in_order("api did not stop within 0.2 s, killing it", "api stopped (SIGKILL)")
        assert await vanished(pid)


async def test_a_second_ctrl_c_kills_at_once() -> None:
    async with running(child("api", STUBBORN), child("worker", STUBBORN)) as house:
        pids = [await house.pid("api"), await house.pid("worker")]
        os.kill(os.getpid(), signal.SIGINT)
        await house.until("SIGINT: stopping")
        assert await house.stop(signal.SIGINT) == 0
        assert "SIGINT again: killing everything" in house.text
        assert all([await vanished(pid) for pid in pids])


async def test_ctrl_c_in_a_terminal_reaches_the_supervisor_only() -> None:
    async with running(child("api", "import os; print('group', os.getpgrp()); " + SERVE)) as house:
        assert int((await house.until(r"group (\d+)"))[1]) == await house.pid("api") != os.getpgrp()


async def test_a_cancelled_supervisor_leaves_nobody_behind() -> None:
    async with running(child("api")) as house:
        pid = await house.pid("api")
        house.task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await house.code()
        assert await vanished(pid)


async def test_a_killed_supervisor_leaves_nobody_behind() -> None:
    script = f"""
import asyncio, sys
from starter.supervise import Child, supervise
asyncio.run(supervise([Child("api", [sys.executable, "-c", {STUBBORN!r}])]))
"""
    supervisor = await asyncio.create_subprocess_exec(sys.executable, "-c", script, stdout=PIPE, cwd=ROOT)
    assert supervisor.stdout is not None
    async with asyncio.timeout(WITHIN_S):
        pid = int((await supervisor.stdout.readuntil(b"pid ") and await supervisor.stdout.readline()).decode())
        supervisor.kill()
        assert await vanished(pid)
        await supervisor.wait()


# Deaths


async def test_a_child_that_is_killed_is_named_and_restarted() -> None:
    async with running(child("engine"), child("api", SERVE, "engine")) as house:
        first, api = await house.pid("engine"), await house.pid("api")
        os.kill(first, signal.SIGKILL)
        await house.until(r"engine died \(SIGKILL\), restarting in 0.01 s")
        assert await house.pid("engine", life=2) != first
        assert alive(api)


async def test_what_a_dead_child_had_started_ends_with_it() -> None:
    fork = "import os, time; inner = os.fork() or time.sleep(60); print('inner', inner); " + SERVE
    async with running(child("api", fork)) as house:
        inner = int((await house.until(r"inner (\d+)"))[1])
        os.kill(await house.pid("api"), signal.SIGKILL)
        await house.until("api died")
        assert await vanished(inner)


async def test_a_child_that_keeps_dying_stops_the_house() -> None:
    async with running(child("api"), child("worker", "import sys; sys.exit('no master key')")) as house:
        assert await house.code() == 1
        assert house.text.count("worker | no master key") == 6
        assert house.text.count("worker died (exit code 1), restarting in 0.0") == 5
        assert house.in_order("worker died (exit code 1), 6 times within 60 s; stopping everything", "api stopped")


def test_the_pause_doubles_up_to_a_limit() -> None:
    assert [Backoff().pause_s(deaths) for deaths in range(1, 7)] == [0.5, 1, 2, 4, 8, 10]


# Readiness


async def test_what_follows_readiness_happens_once() -> None:
    calls = []

    async def greet() -> None:
        calls.append("hello")

    async with running(child("api"), on_ready=greet) as house:
        os.kill(await house.pid("api"), signal.SIGKILL)
        await house.until("api started", times=2)
        assert await house.stop() == 0
    assert calls == ["hello"]


async def test_a_failure_after_readiness_is_one_line_and_stops_nothing() -> None:
    async def greet() -> None:
        raise RuntimeError("no browser\nhere")

    async with running(child("api"), on_ready=greet) as house:
        await house.until("everything runs, but the step after it failed: RuntimeError: no browser here$")
        assert "Traceback" not in house.text
        assert await house.stop() == 0


async def test_a_child_that_never_gets_ready_stops_the_house() -> None:
    async def refuse() -> bool:
        raise ConnectionRefusedError

    async with running(child("api", ready=refuse, ready_within_s=0.2), child("pages", SERVE, "api")) as house:
        assert await house.code() == 1
        assert "api was not ready within 0.2 s (ConnectionRefusedError); stopping everything" in house.text
        assert "pages" not in house.text.replace("pages |", "")


async def test_a_slow_recovery_stops_nothing() -> None:
    answers = iter([True])

    async def once() -> bool:
        return next(answers, False)

    async with running(child("api", ready=once, ready_within_s=0.2)) as house:
        os.kill(await house.pid("api"), signal.SIGKILL)
        await house.until(r"api was not ready within 0.2 s, watching on")
        assert await house.stop() == 0


# Obstacles before the start


async def test_a_taken_port_is_one_line_that_says_what_to_do(capfd: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        api = Child("api", [sys.executable, "-c", SERVE], port=port, port_setting="VAKA_API_PORT")
        async with running(api, child("worker")) as house:
            assert await house.code() == 1
    assert house.text == f"vaka | port {port} for api is taken; choose another with VAKA_API_PORT=<port>\n"
    assert capfd.readouterr() == ("", "")


async def test_one_port_for_two_children_is_an_obstacle() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    engine = Child("engine", [sys.executable], more_ports={"VAKA_TEMPORAL_UI_PORT": port})
    async with running(engine, Child("api", [sys.executable], port=port)) as house:
        assert await house.code() == 1
    assert house.text == f"vaka | port {port} is wanted by both engine and api\n"


async def test_a_missing_program_is_one_line() -> None:
    async with running(Child("engine", ["temporal-that-is-not-here", "start"]), child("api")) as house:
        assert await house.code() == 1
    assert house.text == "vaka | engine cannot start: the program temporal-that-is-not-here was not found\n"


@pytest.mark.parametrize(
    ("children", "trouble"),
    [
        ([child("a"), child("a")], "the same name"),
        ([child("a", SERVE, "b")], "a depends on an unknown child: b"),
        ([child("a", SERVE, "b"), child("b", SERVE, "a")], "depend on each other: "),
    ],
)
async def test_children_that_cannot_be_put_in_order_are_a_mistake_of_ours(children: list[Child], trouble: str) -> None:
    with pytest.raises(ValueError, match=trouble):
        await supervise(children, log=io.StringIO())


# What children print


async def test_both_outputs_come_through_to_the_last_word() -> None:
    script = "import os; os.write(1, 'å\\n'.encode()); os.write(2, b'oops\\r\\nlast'); os.write(2, b' word')"
    async with running(child("api", script), child("worker")) as house:
        await house.until("api died", times=1)
        assert house.in_order("api | å\n", "api | oops\n", "api | last word\n", "api died (exit code 0)")


async def test_a_line_without_end_is_passed_on_in_pieces() -> None:
    async with running(child("api", "import os\nwhile True: os.write(1, b'x' * 65536)")) as house:
        await house.until(r"^api \| x{1048576,1200000}$")
        assert await house.stop() == 0


async def test_a_childs_environment_is_ours_and_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAKA_OURS", "1")
    script = "import os; print(os.environ['VAKA_OURS'], os.environ['VAKA_ITS']); " + SERVE
    api = Child("api", [sys.executable, "-c", script], env={"VAKA_ITS": "2"})
    async with running(api) as house:
        await house.until(r"^api \| 1 2$")
