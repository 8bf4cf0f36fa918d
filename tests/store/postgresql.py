"""A PostgreSQL server of the tests' own, in a folder that is thrown away: as unsafe as it is fast."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy.engine import URL

BIN: Final = Path("/usr/lib/postgresql/15/bin")
USER: Final = "tester"
PASSWORD: Final = "lösen ord@:/?#%"
"""With every character that a URL would trip over."""
MEMORY: Final = Path("/dev/shm")
READY_WITHIN_S: Final = 60.0
RECKLESS: Final = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off")
INITDB: Final = (
    *("--username", USER, "--auth-host", "scram-sha-256", "--auth-local", "reject"),
    *("--encoding", "UTF8", "--no-locale", "--no-sync"),
)


class Server:
    """A server process. It listens on one TCP port of this machine only."""

    def __init__(self, folder: Path) -> None:
        """Makes its data folder; it does not start yet."""
        self.folder = folder
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = int(probe.getsockname()[1])
        self._process: subprocess.Popen[bytes] | None = None
        self._named = 0
        password = folder / "password"
        password.write_text(PASSWORD, encoding="utf-8")
        if _unprivileged():
            for path in (folder, password):
                shutil.chown(path, **_unprivileged())
        made = self._run("initdb", *INITDB, "--pgdata", str(folder / "data"), "--pwfile", str(password))
        assert made.returncode == 0, made.stderr

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        settings = (*RECKLESS, "listen_addresses=127.0.0.1", f"port={self.port}", "unix_socket_directories=")
        options = [part for setting in settings for part in ("-c", setting)]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [BIN / "postgres", "-D", self.folder / "data", *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                **_account(),
            )
        deadline = time.monotonic() + READY_WITHIN_S
        while self._run("pg_isready", "--host", "127.0.0.1", "--port", str(self.port)).returncode:
            assert self._process.poll() is None, self._log()
            assert time.monotonic() < deadline, f"PostgreSQL not ready within {READY_WITHIN_S:g} s:\n{self._log()}"
            time.sleep(0.05)

    def stop(self, *, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it; its clients lose their connections. `SIGQUIT` is faster and loses what was written last."""
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def url(self, database: str, *, password: str | None = PASSWORD) -> str:
        """How the store reaches a database."""
        where = URL.create("postgresql+asyncpg", USER, password, "127.0.0.1", self.port, database)
        return where.render_as_string(hide_password=False)

    def database(self, name: str = "test") -> str:
        """The name of a new, empty database."""
        self._named += 1
        database = f"{name}_{self._named}"
        self.psql(f"CREATE DATABASE {database}")
        return database

    def psql(self, sql: str, database: str = "postgres") -> str:
        """What a statement answers, unadorned."""
        options = ("--no-psqlrc", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1", "--command", sql)
        answer = self._run("psql", *self.address(), *options, database)
        assert answer.returncode == 0, answer.stderr
        return answer.stdout.strip()

    def address(self) -> tuple[str, ...]:
        """Where it is and who we are, as options of PostgreSQL's programs; the password is in `environment`."""
        return ("--host", "127.0.0.1", "--port", str(self.port), "--username", USER)

    @property
    def environment(self) -> dict[str, str]:
        """The environment of PostgreSQL's programs."""
        return {"PGPASSWORD": PASSWORD, "PATH": f"{BIN}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [BIN / program, *arguments],
            env=self.environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            **_account(),
        )

    def _log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")[-4000:]


def _unprivileged() -> dict[str, Any]:
    """PostgreSQL does not run as root; empty when we are not root anyway."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name for entry in pwd.getpwall()}
    name = "postgres" if "postgres" in names else "nobody"
    return {"user": name, "group": pwd.getpwnam(name).pw_gid}


def _account() -> dict[str, Any]:
    account = _unprivileged()
    return {**account, "extra_groups": ()} if account else {}


def absent() -> str | None:
    """Why there can be no server here, or None."""
    missing = [name for name in ("initdb", "postgres", "psql", "pg_isready") if not (BIN / name).exists()]
    return f"PostgreSQL 15 is not installed ({BIN} lacks {', '.join(missing)})" if missing else None


@contextmanager
def running() -> Iterator[Server]:
    """A server, and nothing of it afterwards."""
    # Not below pytest's own folder: that one is closed to everybody but root.
    folder = Path(tempfile.mkdtemp(prefix="vaka-postgresql-", dir=MEMORY if MEMORY.is_dir() else None))
    try:
        server = Server(folder)
        try:
            server.start()
            yield server
        finally:
            server.stop(how=signal.SIGQUIT)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A running server, or a skip that says why there is none."""
    if (why := absent()) is not None:
        pytest.skip(why)
    with running() as server:
        yield server
