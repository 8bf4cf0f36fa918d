"""Where the Temporal server comes from, and that the one we build does what the house needs of it."""

import asyncio
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.common import SearchAttributeKey
from temporalio.testing import TimeSkipper, WorkflowEnvironment
from temporalio.worker import Worker

from config.settings import Settings
from starter import engine
from starter.engine import EngineError, Program, Running, find_engine
from tests.engine.patient import Patient

ALONE = Settings(temporal_address=None)

Script = Callable[[str, str], Path]

GO = """
echo "$1" >> {log}
case "$1" in
    version) echo "go version {version} linux/amd64" ;;
    list) echo one; echo two ;;
    build) {build}
        while [ $# -gt 0 ]; do [ "$1" = -o ] && into="$2"; shift; done
        echo '#!/bin/sh' > "$into"; /bin/chmod +x "$into" ;;
esac
"""


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Script:
    """Puts programs on a PATH that has nothing else; caches go to a folder of the test's own."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(engine, "USUAL_GO", str(folder / "nowhere"))

    def put(name: str, text: str) -> Path:
        file = folder / name
        file.write_text(f"#!/bin/sh\n{text}\n")
        file.chmod(0o755)
        return file

    return put


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A module that looks like ours."""
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "go.mod").write_text("module x\n\ngo 1.26.8\n\nrequire go.temporal.io/server v1.32.1\n")
    (folder / "go.sum").write_text("")
    (folder / "main.go").write_text("package main\n")
    return folder


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """What the go of the test was asked for."""
    return tmp_path / "go.log"


@pytest.fixture
def go(script: Script, log: Path) -> Path:
    """A go that builds at once."""
    return script("go", GO.format(log=log, version="go1.26.8", build=":"))


def temporal(server: str) -> str:
    return f'echo "temporal version 1.9.9 (Server {server}, UI 2.54.1)"'


def test_running_server_is_preferred(script: Script) -> None:
    script("temporal", temporal("1.32.1"))
    assert find_engine(Settings(temporal_address="there:7233")) == Running("there:7233")


@pytest.mark.parametrize("name", ["TEMPORAL_ADDRESS", "VAKA_TEMPORAL_ADDRESS"])
def test_address_comes_from_environment(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.delenv("TEMPORAL_ADDRESS", raising=False)
    monkeypatch.delenv("VAKA_TEMPORAL_ADDRESS", raising=False)
    monkeypatch.setenv(name, "there:7233")
    assert find_engine() == Running("there:7233")


def test_our_address_beats_the_common_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", "common:7233")
    monkeypatch.setenv("VAKA_TEMPORAL_ADDRESS", "ours:7233")
    assert find_engine() == Running("ours:7233")


@pytest.mark.parametrize("server", ["1.32.0", "1.32.1", "1.40.2", "2.0.0-152.1"])
def test_new_enough_cli_is_used(script: Script, source: Path, server: str) -> None:
    file = script("temporal", temporal(server))
    assert find_engine(ALONE, source=source) == Program(file, server)


@pytest.mark.parametrize("text", [temporal("1.31.2"), temporal("0.99.0"), 'echo "some other tool"', "exit 3"])
def test_other_cli_is_passed_over_and_said_so(script: Script, go: Path, source: Path, text: str) -> None:
    file = script("temporal", text)
    said: list[str] = []
    found = find_engine(ALONE, source=source, say=said.append)
    assert isinstance(found, Program)
    assert found.path.name == "vaka-temporal"
    assert str(file) in said[0]


@pytest.mark.usefixtures("go")
def test_build_is_kept_by_version_and_source(tmp_path: Path, source: Path, log: Path) -> None:
    first, second = find_engine(ALONE, source=source), find_engine(ALONE, source=source)
    assert first == second
    assert isinstance(first, Program)
    assert first.path.is_relative_to(tmp_path / "cache" / "vaka" / "temporal")
    assert first.path.parent.name.startswith("1.32.1-")
    assert log.read_text().split().count("build") == 1
    assert sorted(file.name for file in first.path.parent.iterdir()) == ["lock", "vaka-temporal"]
    (source / "go.sum").write_text("something else")
    assert find_engine(ALONE, source=source) != first
    assert log.read_text().split().count("build") == 2


def test_without_go_one_line_names_it(script: Script, source: Path) -> None:
    with pytest.raises(EngineError, match=r"^Go is missing: install Go 1\.26\.8 or newer .*TEMPORAL_ADDRESS$") as error:
        find_engine(ALONE, source=source)
    assert "\n" not in str(error.value)


def test_go_too_old_to_fetch_a_newer_is_named(script: Script, log: Path, source: Path) -> None:
    script("go", GO.format(log=log, version="go1.19.8", build=":"))
    with pytest.raises(EngineError, match=r"Go 1\.26\.8 or newer is missing: .* is 1\.19\.8"):
        find_engine(ALONE, source=source)


def test_failed_build_says_why_and_leaves_nothing(script: Script, tmp_path: Path, log: Path, source: Path) -> None:
    script("go", GO.format(log=log, version="go1.26.8", build="echo 'no space left' >&2; exit 1"))
    with pytest.raises(EngineError, match="no space left"):
        find_engine(ALONE, source=source)
    assert [file.name for file in (tmp_path / "cache").rglob("*") if file.is_file()] == ["lock"]


def test_progress_is_told(script: Script, log: Path, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heard = source / "heard"
    wait = f"echo some/package >&2; i=0; until [ -e {heard} ] || [ $i = 1000 ]; do /bin/sleep 0.01; i=$((i+1)); done"
    script("go", GO.format(log=log, version="go1.26.8", build=wait))
    monkeypatch.setattr(engine, "TICK_S", 0.02)

    said: list[str] = []

    def say(line: str) -> None:
        said.append(line)
        if "1 of at most 2 packages compiled" in line:
            heard.touch()

    find_engine(ALONE, source=source, say=say)
    assert heard.exists()
    assert said[0].startswith("engine: building the Temporal server 1.32.1")


def test_two_at_once_build_once(script: Script, log: Path, source: Path) -> None:
    goes_on = source / "goes-on"
    wait = f"i=0; until [ -e {goes_on} ] || [ $i = 1000 ]; do /bin/sleep 0.01; i=$((i+1)); done"
    script("go", GO.format(log=log, version="go1.26.8", build=wait))
    found: list[object] = []

    def say(line: str) -> None:
        if "another process is building" in line:
            goes_on.touch()

    both = [threading.Thread(target=lambda: found.append(find_engine(ALONE, source=source, say=say))) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join(timeout=30)
    assert goes_on.exists()
    assert len(found) == 2
    assert found[0] == found[1]
    assert log.read_text().split().count("build") == 1


def test_import_is_cheap() -> None:
    check = "import sys, starter.engine; sys.exit('temporalio' in sys.modules)"
    subprocess.run([sys.executable, "-c", check], check=True)


@pytest.fixture(scope="session")
def program() -> Program:
    """The real server, found as `make setup` finds it."""
    found = find_engine(ALONE)
    assert isinstance(found, Program)
    return found


async def test_time_is_skipped(program: Program) -> None:
    async with (
        await WorkflowEnvironment.start_time_skipping_v2(
            dev_server_existing_path=str(program.path),
            dev_server_log_level="error",
            search_attributes=[SearchAttributeKey.for_keyword("ContactState")],
        ) as environment,
        Worker(environment.client, task_queue="engine", workflows=[Patient]),
    ):
        handle = await environment.client.start_workflow(Patient.run, 30, id="patient", task_queue="engine")
        await environment.fast_forward(handle, timedelta(days=31))
        assert await asyncio.wait_for(handle.result(), 10) == "waited 30 days"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def serving(command: tuple[str, ...], port: int) -> AsyncIterator[tuple[asyncio.subprocess.Process, Client]]:
    """The server as a process of ours, and a client once it answers. Killed at the end if it still runs."""
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.DEVNULL)
    try:
        yield process, await asyncio.wait_for(connected(port), 20)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def connected(port: int) -> Client:
    while True:
        try:
            return await Client.connect(f"127.0.0.1:{port}")
        except RuntimeError:
            await asyncio.sleep(0.05)


async def test_open_workflow_survives_kill_of_the_server(program: Program, tmp_path: Path) -> None:
    file = tmp_path / "deeper" / "temporal.db"
    port = free_port()
    async with serving(program.command(port=port, ui_port=None, file=file), port) as (process, client):
        await TimeSkipper(client).client.start_workflow(Patient.run, 30, id="patient", task_queue="engine")
        process.kill()
        await process.wait()
    again = free_port()
    command = program.command(port=again, ui_port=None, file=file, search_attributes={"ContactState": "Keyword"})
    async with serving(command, again) as (process, client):
        handle = client.get_workflow_handle_for(Patient.run, "patient")
        assert (await handle.describe()).status is WorkflowExecutionStatus.RUNNING
        async with Worker(client, task_queue="engine", workflows=[Patient]):
            await TimeSkipper(client).fast_forward(handle, timedelta(days=31))
            assert await asyncio.wait_for(handle.result(), 10) == "waited 30 days"
        process.terminate()
        assert await asyncio.wait_for(process.wait(), 20) == 0


def refused(*command: str) -> str:
    """What the server says when it does not start: it is one line, and the exit code is 1."""
    ended = subprocess.run(command, capture_output=True, text=True, timeout=20)
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    return ended.stderr


async def test_what_is_taken_is_named(program: Program, tmp_path: Path) -> None:
    file = tmp_path / "temporal.db"
    port = free_port()
    command = program.command(port=port, ui_port=None, file=file)
    async with serving(command, port):
        assert f"127.0.0.1:{port} is taken" in await asyncio.to_thread(refused, *command)
        other = program.command(port=free_port(), ui_port=None, file=file)
        assert f"{file} is in use by another server" in await asyncio.to_thread(refused, *other)


def test_binary_names_its_server(program: Program) -> None:
    assert engine._embedded_server(str(program.path)) == program.server
