"""The house on PostgreSQL, as processes: one chat from its coming in to its closing, and what happens without it."""

import os
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.settings import SECRETS_DIR, Settings
from deploy import health
from starter.engine import Program
from tests.faults.processes import EVERYBODY, Processes, Stubborn, until
from tests.store.postgresql import Server
from tests.story import chat, stockholm

pytestmark = pytest.mark.xdist_group("postgresql")
DATABASES = ("vaka_projection", "vaka_journal", "vaka_departures")


@dataclass
class OnPostgreSql:
    """The house, its database server and its settings."""

    house: Processes
    server: Server
    settings: Settings

    def rows(self, database: str, sql: str) -> list[str]:
        """What a statement answers, row by row."""
        return self.server.psql(sql, database).splitlines()


@pytest.fixture
def roles(postgresql: Server, secrets: Path, repository: Path) -> None:
    """Accounts and databases, made by the script of the compose file."""
    where = {"PGHOST": "127.0.0.1", "PGPORT": str(postgresql.port), "POSTGRES_USER": postgresql.address()[-1]}
    subprocess.run(
        ["sh", repository / "deploy" / "postgresql" / "10-roles.sh"],
        env={**postgresql.environment, **where, "SECRETS": str(secrets)},
        check=True,
        timeout=30,
    )


@pytest.fixture
async def topology(
    roles: None, postgresql: Server, secrets: Path, engine_binary: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[OnPostgreSql]:
    """Passwords from files, and everybody at work: all start at once, and migrate at once."""
    urls = (f"postgresql+asyncpg://vaka@127.0.0.1:{postgresql.port}/{name}" for name in DATABASES)
    own = dict(zip(("VAKA_PROJECTION_URL", "VAKA_JOURNAL_URL", "VAKA_DEPARTURES_URL"), urls, strict=True))
    env = {**own, SECRETS_DIR: str(secrets), "VAKA_ENGINE_TIMEOUT_S": "5"}
    async with Processes(tmp_path / "house", Program(Path(engine_binary), "1.32"), env) as house:
        await house.up(*EVERYBODY)
        for name, value in house.env.items():
            if name not in os.environ or os.environ[name] != value:
                monkeypatch.setenv(name, value)
        yield OnPostgreSql(house, postgresql, Settings())


async def test_a_chat_on_postgresql(topology: OnPostgreSql) -> None:
    """Submitted, picked, answered, closed over HTTP; every row is in PostgreSQL, every part is well, and says so."""
    house, settings = topology.house, topology.settings
    await house.begins(stockholm("2026-11-23", "10:00"))
    client = Stubborn(house)
    contact = await client.submit(chat())
    assert (await client.decide("N1", contact, "pick"))["state"] == "in_progress"
    words = "Hostan går oftast över. \U0001f642"
    await client.decide("N1", contact, "message", text=words, expects_reply=False)
    token = (await client.decide("N1", contact, "request_close", grace="none"))["close_token"]
    assert (await client.decide("N1", contact, "confirm_close", token=token))["state"] == "closed"
    view = await house.view(contact)
    assert words in str(view)
    assert [each["kind"] for each in view["tasks"]] == ["doc_note"]

    assert topology.rows("vaka_projection", "SELECT contact_id, state FROM cases") == [f"{contact}|closed"]
    logged = topology.rows("vaka_journal", f"SELECT action FROM access_log WHERE contact_id = '{contact}' ORDER BY id")
    assert logged == ["submit", "pick", "message", "request_close", "confirm_close", "read"]
    assert topology.rows("vaka_journal", "SELECT count(*) FROM idempotency_keys WHERE status < 300") == ["5"]
    assert not list(settings.data_dir.glob("projection.db*")) + list(settings.data_dir.glob("journal.db*"))

    await health.api(settings)
    await health.worker(settings, house.pid("worker"))
    await until("the watchman's first round", lambda: _well(settings))
    await _they_tell_when_it_is_not_well(topology)
    await _without_postgresql(topology, client, contact)


async def _well(settings: Settings) -> bool:
    try:
        await health.watchman(settings)
    except health.Unwell:
        return False
    return True


async def _they_tell_when_it_is_not_well(topology: OnPostgreSql) -> None:
    """A worker that never asked, a watchman who fell asleep."""
    house, settings = topology.house, topology.settings
    with pytest.raises(health.Unwell, match="does not know it"):
        await health.worker(settings, 1)
    house.kill9("watch")
    long_ago = int((datetime.now(UTC) - health.LOOKED_WITHIN - timedelta(seconds=1)).timestamp() * 1e6)
    topology.rows("vaka_journal", f"UPDATE watch SET looked_at = {long_ago}")
    with pytest.raises(health.Unwell, match="last round"):
        await health.watchman(settings)
    await house.up("watch")
    await until("the watchman's next round", lambda: _well(settings))


async def _without_postgresql(topology: OnPostgreSql, client: Stubborn, contact: str) -> None:
    """Everybody says what is the matter and stays; when it is back all goes on, and nothing was lost."""
    house, settings = topology.house, topology.settings
    topology.server.stop()
    try:
        assert (await house.http.get("/health/live")).status_code == 200
        assert (await house.http.get("/health/ready")).status_code == 503
        read = await house.http.get(
            f"/contacts/{contact}", headers={"Authorization": f"Bearer {await house.token('N1')}"}
        )
        assert (read.status_code, read.json()["code"]) == (503, "ENGINE_UNAVAILABLE")
        assert read.headers["retry-after"]
        with pytest.raises(health.Unwell, match="answers 503"):
            await health.api(settings)
        with pytest.raises(health.Unwell, match="journal does not answer"):
            await health.watchman(settings)
        await until("the watchman says so", lambda: _logged(house, "watch", "watch.blind"))
    finally:
        topology.server.start()
    second = await client.submit(chat())
    assert (await client.decide("N1", second, "pick"))["state"] == "in_progress"
    await until("the watchman looks again", lambda: _well(settings))
    assert len(topology.rows("vaka_projection", "SELECT contact_id FROM cases")) == 2
    for name in EVERYBODY:
        assert house.runs(name), house.tail(name)


async def _logged(house: Processes, name: str, event: str) -> bool:
    return event in house.tail(name)
