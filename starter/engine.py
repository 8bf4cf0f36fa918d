"""Finds the Temporal server the house runs on, and builds it if there is none: `python -m starter.engine`."""

import contextlib
import fcntl
import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from config.settings import ROOT, Settings

__all__ = ["Engine", "EngineError", "Program", "Running", "find_engine"]

SOURCE: Final = ROOT / "tools" / "temporal"
OLDEST_SERVER: Final = (1, 32)  # the first whose workflows have clocks of their own, which the demo clock moves
OLDEST_TOOLCHAIN_SWITCH: Final = (1, 21)  # from here on Go fetches by itself the version that go.mod asks for
TICK_S: Final = 15.0
USUAL_GO: Final = "/usr/local/go/bin/go"  # where Go's own installer puts it, often without a word in PATH

# Our own build has these as defaults. They are named all the same, so that a `temporal` of another make behaves alike.
DEMO_FLAGS: Final = (
    *("--dynamic-config-value", "frontend.WorkflowTimeSkippingEnabled=true"),
    *("--dynamic-config-value", 'history.timerProcessorMaxTimeShift="10ms"'),
    *("--dynamic-config-value", "history.timerProcessorMaxPollRPS=2000"),
    *("--sqlite-pragma", "journal_mode=wal"),
    *("--sqlite-pragma", "synchronous=full"),
)

Say = Callable[[str], None]


class EngineError(Exception):
    """There is no server and none can be made. The text is one line that names what is missing."""


@dataclass(frozen=True)
class Running:
    """A server somebody else keeps running."""

    address: str

    def __str__(self) -> str:
        return self.address


@dataclass(frozen=True)
class Program:
    """A server to start: it understands `server start-dev`."""

    path: Path
    server: str

    def __str__(self) -> str:
        return str(self.path)

    def command(
        self,
        *,
        port: int,
        ui_port: int | None,
        file: Path,
        ip: str = "127.0.0.1",
        namespace: str = "default",
        log_level: str = "warn",
        search_attributes: Mapping[str, str] | None = None,
    ) -> tuple[str, ...]:
        """The command that runs the server on a database file, made if missing. `ui_port` None is: no web UI."""
        ui = ("--headless",) if ui_port is None else ("--ui-port", str(ui_port))
        attributes = [("--search-attribute", f"{name}={kind}") for name, kind in (search_attributes or {}).items()]
        return (
            *(str(self.path), "server", "start-dev"),
            *("--ip", ip, "--port", str(port), *ui),
            *("--namespace", namespace, "--db-filename", str(file), "--log-level", log_level),
            *(part for pair in attributes for part in pair),
            *DEMO_FLAGS,
        )


Engine = Running | Program


def to_stderr(line: str) -> None:
    """The usual place for progress: stdout is for the answer."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def find_engine(settings: Settings | None = None, *, source: Path = SOURCE, say: Say = to_stderr) -> Engine:
    """The running server the settings name, else a new enough `temporal` on PATH, else our own, built if need be.

    Raises EngineError. Building takes minutes and tells how it goes.
    """
    settings = settings or Settings()
    if settings.temporal_address:
        return Running(settings.temporal_address)
    return _on_path(say) or _cached(source) or _build(source, say)


def _on_path(say: Say) -> Program | None:
    found = shutil.which("temporal")
    if found is None:
        return None
    server = _embedded_server(found)
    if server is None:
        say(f"engine: {found} does not say which server it embeds, so it is not used")
        return None
    if _numbers(server) < OLDEST_SERVER:
        wanted = ".".join(map(str, OLDEST_SERVER))
        say(f"engine: {found} embeds server {server}, older than {wanted}, so it is not used")
        return None
    return Program(Path(found).resolve(), server)


def _embedded_server(program: str) -> str | None:
    """The server's version. The CLI's own, in the same line, is another."""
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        answer = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=10, check=True).stdout
        if match := re.search(r"\bserver v?(\d+\.\d+[\w.+-]*)", answer, re.IGNORECASE):
            return match.group(1)
    return None


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def _server_of(source: Path) -> str:
    match = re.search(r"go\.temporal\.io/server v(\S+)", (source / "go.mod").read_text())
    if match is None:
        raise EngineError(f"{source / 'go.mod'} names no version of go.temporal.io/server")
    return match.group(1)


def _home(source: Path) -> Path:
    """Where the build of these sources belongs: outside the checkout, so that a fresh clone finds it again."""
    digest = hashlib.sha256(f"{platform.system()} {platform.machine()}".encode())
    for file in sorted([*source.glob("*.go"), source / "go.mod", source / "go.sum"]):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "vaka" / "temporal" / f"{_server_of(source)}-{digest.hexdigest()[:12]}"


def _cached(source: Path) -> Program | None:
    path = _home(source) / "vaka-temporal"
    return Program(path, _server_of(source)) if os.access(path, os.X_OK) else None


def _build(source: Path, say: Say) -> Program:
    go = _go(source)
    home = _home(source)
    try:
        home.mkdir(parents=True, exist_ok=True)
        with _alone(home / "lock", say):
            if program := _cached(source):  # built by the one we waited for
                return program
            for left in home.glob("building-*"):
                left.unlink()
            begun = home / f"building-{os.getpid()}"
            try:
                _compile(go, source, begun, say)
                begun.replace(home / "vaka-temporal")
            finally:
                begun.unlink(missing_ok=True)
    except OSError as error:
        raise EngineError(f"cannot build the Temporal server in {home}: {error}") from error
    return Program(home / "vaka-temporal", _server_of(source))


def _go(source: Path) -> str:
    """The Go command. Raises EngineError if there is none or it is too old to fetch a newer one."""
    wanted = re.search(r"^go (\S+)", (source / "go.mod").read_text(), re.MULTILINE)
    version = wanted.group(1) if wanted else "1.26"
    go = shutil.which("go") or shutil.which(USUAL_GO)
    if go is None:
        raise EngineError(
            f"Go is missing: install Go {version} or newer (https://go.dev/dl) to build the Temporal server, put a "
            "`temporal` with server 1.32 on PATH, or name a running server in TEMPORAL_ADDRESS"
        )
    try:
        # Outside the module: inside, an old Go refuses to say anything but that go.mod is too new for it.
        found = subprocess.run([go, "version"], capture_output=True, text=True, timeout=60, check=True, cwd="/").stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise EngineError(f"{go} does not work: {error}") from error
    match = re.search(r"\bgo(\d+\.\d+[\w.]*)", found)
    if match and _numbers(match.group(1)) < OLDEST_TOOLCHAIN_SWITCH:
        raise EngineError(f"Go {version} or newer is missing: {go} is {match.group(1)} (https://go.dev/dl)")
    return go


@contextlib.contextmanager
def _alone(lock: Path, say: Say) -> Iterator[None]:
    """Waits for another build of the same sources to end. The system drops the lock of a builder that is killed."""
    with lock.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("engine: another process is building the Temporal server, waiting for it")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _compile(go: str, source: Path, into: Path, say: Say) -> None:
    say(f"engine: building the Temporal server {_server_of(source)}, once; about 4 minutes on two idle cores")
    began = time.monotonic()
    fetch = _Step("modules fetched", "go: downloading", None, began, say)
    fetch.run([go, "list", "-mod=readonly", "-deps", "."], source)
    make = _Step("packages compiled", "", fetch.lines_out, began, say)
    strip = "-ldflags=-s -w"
    make.run([go, "build", "-mod=readonly", "-buildvcs=false", "-trimpath", "-v", strip, "-o", str(into), "."], source)
    say(f"engine: built in {_clock(time.monotonic() - began)}")


class _Step:
    """One run of Go, which tells every now and then how far it is."""

    def __init__(self, what: str, prefix: str, total: int | None, began: float, say: Say) -> None:
        self.lines_out = 0
        self._what = what
        self._prefix = prefix
        self._total = total
        self._began = began
        self._say = say
        self._count = 0
        self._last: list[str] = []

    def run(self, command: Sequence[str], source: Path) -> None:
        """Raises EngineError with what Go said last, if it fails."""
        # Without cgo no C compiler is needed; SQLite is a Go translation. A workspace around us is none of ours.
        environment = os.environ | {"CGO_ENABLED": "0", "GOWORK": "off"}
        with subprocess.Popen(
            command, cwd=source, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as go:
            readers = [threading.Thread(target=read, args=(go,)) for read in (self._out, self._err)]
            for reader in readers:
                reader.start()
            try:
                while True:
                    try:
                        go.wait(TICK_S)
                        break
                    except subprocess.TimeoutExpired:
                        self._say(f"engine: {_clock(time.monotonic() - self._began)}, {self._progress()}")
            except BaseException:
                go.kill()
                raise
            finally:
                for reader in readers:
                    reader.join()
        if go.returncode != 0:
            raise EngineError(f"building the Temporal server failed: {' | '.join(self._last) or go.returncode}")

    def _out(self, go: subprocess.Popen[str]) -> None:
        assert go.stdout
        for _ in go.stdout:
            self.lines_out += 1

    def _err(self, go: subprocess.Popen[str]) -> None:
        assert go.stderr
        for line in go.stderr:
            self._last = [*self._last, line.strip()][-3:]
            self._count += line.startswith(self._prefix)

    def _progress(self) -> str:
        # Packages Go has compiled for something else before are in the total but never counted: hence "of at most".
        return f"{self._count}{f' of at most {self._total}' if self._total else ''} {self._what}"


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60} min {int(seconds) % 60:02d} s"


def main() -> int:
    """Prints the path of the server, or the address of the running one."""
    try:
        engine = find_engine()
    except EngineError as error:
        to_stderr(f"engine: {error}")
        return 1
    except KeyboardInterrupt:
        to_stderr("engine: stopped; what is compiled so far is kept")
        return 130
    sys.stdout.write(f"{engine}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
