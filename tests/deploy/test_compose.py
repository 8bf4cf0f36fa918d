"""The production topology as it is written: valid, pinned, without secrets, each part watched and waited for."""

import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy.engine import make_url

from config.settings import DEMO_SECRETS, SECRETS_DIR, Settings
from tests.deploy.compose import COMPOSE, FILE, JOBS, OURS, SERVICES, environment, example, required

SECRET = re.compile(r"PASSWORD|PWD|SECRET|CREDENTIAL|PRIVATE")
VERSION = re.compile(r"^[a-z]+(/[a-z-]+)?:\d+\.\d+(\.\d+)?(-[a-z]+)?$")
OURS_PINNED = re.compile(r"^vaka:\$\{VAKA_VERSION:-\d+\.\d+\.\d+\}$")
RUNNING = sorted(SERVICES.keys() - JOBS)


def test_it_is_a_compose_file() -> None:
    """By the schema of the Compose Specification, as check-jsonschema ships it."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(FILE)]
    checked = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_who_is_there() -> None:
    """Everything production needs, and nothing else."""
    assert {*SERVICES} == {"postgresql", "schema", "temporal", "namespace", "ui", *OURS}
    assert {"schema", "namespace"} == JOBS


@pytest.mark.parametrize("name", SERVICES)
def test_images_are_pinned(name: str) -> None:
    """To a version; and never the deprecated one that sets itself up."""
    image = SERVICES[name]["image"]
    assert (OURS_PINNED if name in OURS else VERSION).match(image), image
    assert "auto-setup" not in image


def test_temporal_is_the_release_we_test_with(repository: Path) -> None:
    """Server, schema and page as in `tools/temporal/go.mod`; PostgreSQL 16."""
    modules = (repository / "tools" / "temporal" / "go.mod").read_text(encoding="utf-8")
    server = re.search(r"go\.temporal\.io/server v(\S+)", modules)
    page = re.search(r"temporalio/ui-server/v2 v(\S+)", modules)
    assert server
    assert page
    assert SERVICES["temporal"]["image"] == f"temporalio/server:{server[1]}"
    assert SERVICES["schema"]["image"] == SERVICES["namespace"]["image"] == f"temporalio/admin-tools:{server[1]}"
    assert SERVICES["ui"]["image"] == f"temporalio/ui:{page[1]}"
    assert SERVICES["postgresql"]["image"].startswith("postgres:16.")


@pytest.mark.parametrize("name", RUNNING)
def test_who_runs_on_is_watched_and_started_again(name: str) -> None:
    """A check with bounds, and a restart whatever happened."""
    service = SERVICES[name]
    assert service["restart"] == "unless-stopped"
    assert {"test", "interval", "timeout", "retries", "start_period"} <= service["healthcheck"].keys()
    assert service["healthcheck"]["test"][0] == "CMD"


@pytest.mark.parametrize("name", sorted(JOBS))
def test_a_job_is_tried_again_and_given_up(name: str) -> None:
    """It ends; when it fails it is repeated so many times, and then those that need it do not start."""
    assert re.fullmatch(r"on-failure:\d+", SERVICES[name]["restart"])
    assert "healthcheck" not in SERVICES[name]


def test_everybody_waits_for_what_they_need() -> None:
    """Not only for its start: until it is well, or done. Nobody waits in a circle."""
    needs: dict[str, set[str]] = {}
    for name, service in SERVICES.items():
        needs[name] = set(service.get("depends_on", {}))
        for needed, how in service.get("depends_on", {}).items():
            done = "service_completed_successfully" if needed in JOBS else "service_healthy"
            assert how["condition"] == done, (name, needed)
    for name in OURS:
        assert needs[name] == {"postgresql", "namespace"}
    while needs:
        free = {name for name, needed in needs.items() if not needed}
        assert free, f"a circle: {needs}"
        needs = {name: needed - free for name, needed in needs.items() if name not in free}


@pytest.mark.parametrize("name", SERVICES)
def test_no_secret_stands_in_an_environment(name: str) -> None:
    """Only the place of its file does; a database's URL holds no password."""
    fields = {f"VAKA_{field.upper()}" for field in _secret_fields()}
    for key, value in environment(name, example()).items():
        if SECRET.search(key) or key in fields:
            assert key.endswith(("_FILE", "_DIR")), key
            assert value.startswith("/run/secrets"), key
        if "://" in value:
            assert make_url(value).password is None


def test_secrets_are_files_nobody_commits(repository: Path) -> None:
    """Declared ones are used, used ones are declared, and git does not see them."""
    used = {secret for service in SERVICES.values() for secret in service.get("secrets", [])}
    assert used == set(COMPOSE["secrets"])
    for name, declared in COMPOSE["secrets"].items():
        assert declared == {"file": f"./deploy/secrets/{name}"}
        ignored = ["git", "-C", str(repository), "check-ignore", "--quiet", f"deploy/secrets/{name}"]
        assert subprocess.run(ignored, timeout=10, check=False).returncode == 0
    for name in OURS:
        assert set(SERVICES[name]["secrets"]) == {f"vaka_{field}" for field in _secret_fields()}


def test_secrets_are_made_once(secrets: Path, repository: Path) -> None:
    """Each of its own, long, never changed; the folder is its owner's alone, the files are for the containers."""
    script = ["sh", str(repository / "deploy" / "secrets.sh"), str(secrets)]
    made = {file.name: file.read_text(encoding="utf-8") for file in secrets.iterdir()}
    assert set(made) == set(COMPOSE["secrets"])
    assert len(set(made.values())) == len(made)
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o700
    for name in made.keys() - {"vaka_sms_password"}:
        assert re.fullmatch(r"[0-9a-f]{64}", made[name])
        assert stat.S_IMODE((secrets / name).stat().st_mode) == 0o444
    assert subprocess.run(script, timeout=10, check=False, capture_output=True).returncode == 0
    assert {file.name: file.read_text(encoding="utf-8") for file in secrets.iterdir()} == made
    (secrets / "vaka_sms_password").unlink()
    missing = subprocess.run(script, timeout=10, check=False, capture_output=True, text=True)
    assert missing.returncode == 1
    assert "vaka_sms_password" in missing.stderr


@pytest.mark.parametrize("name", OURS)
def test_every_setting_exists(name: str) -> None:
    """A name misspelt would be ignored in silence."""
    known = {f"VAKA_{field.upper()}" for field in Settings.model_fields} | {SECRETS_DIR}
    ours = {key for key in environment(name, example()) if key.startswith("VAKA_")}
    assert ours
    assert ours <= known


@pytest.mark.parametrize("name", OURS)
def test_the_settings_of_production(name: str, secrets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the process reads them: nothing of the demo is left, and the passwords are in their places."""
    for key, value in environment(name, example()).items():
        monkeypatch.setenv(key, value)
    monkeypatch.setenv(SECRETS_DIR, str(secrets))
    settings = Settings()
    password = (secrets / "vaka_database_password").read_text(encoding="utf-8")
    assert settings.profile == "production"
    assert settings.projection_database == f"postgresql+asyncpg://vaka:{password}@postgresql:5432/vaka_projection"
    assert settings.journal_database == f"postgresql+asyncpg://vaka:{password}@postgresql:5432/vaka_journal"
    assert settings.engine_address == "temporal:7233"
    assert settings.sms_password.get_secret_value() == "chosen by the gateway"
    for field, demo in DEMO_SECRETS.items():
        assert getattr(settings, field).get_secret_value() != demo
    world = (str(settings.world_port), "127.0.0.1", "localhost", "vaka.demo")
    theirs = (settings.register_address, settings.sms_address, settings.callback_address, settings.smtp_server[0])
    for address in (*theirs, settings.smtp_from, settings.token_issuer):
        assert not any(each in address for each in world), address


def test_what_must_be_told_is_in_the_example() -> None:
    """Whoever copies it has no variable left to find out."""
    assert required() <= set(example())


def test_only_this_machine_is_listened_to() -> None:
    """What stands before the API and the engine's page is the hospital's own; databases are not published at all."""
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert set(published) == {"api", "ui"}
    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports)
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    for name in SERVICES.keys() - {*OURS, "ui"}:
        assert SERVICES[name]["networks"] == ["inside"]


def test_the_engine_of_production(repository: Path) -> None:
    """Its number of shards is for good, its time is real time, and its page changes nothing."""
    found: dict[str, Any] = SERVICES["temporal"]["environment"]
    assert (found["DB"], found["NUM_HISTORY_SHARDS"]) == ("postgres12", "512")
    dynamic = (repository / "deploy" / "temporal" / "dynamic-config.yaml").read_text(encoding="utf-8")
    assert "frontend.WorkflowTimeSkippingEnabled:\n  - value: false\n" in dynamic
    assert "timerProcessor" not in dynamic
    assert SERVICES["ui"]["environment"]["TEMPORAL_DISABLE_WRITE_ACTIONS"] == "true"


def test_what_is_mounted_is_there(repository: Path) -> None:
    """A path that is not there would be made, as an empty folder."""
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            if isinstance(volume, dict) and not volume["source"].startswith("${"):
                assert (repository / volume["source"]).is_dir()
                assert volume["read_only"]
        for part in service.get("command", []):
            if part.startswith("/deploy/"):
                assert (repository / "deploy" / "temporal" / part.removeprefix("/deploy/")).is_file()


@pytest.mark.parametrize("script", sorted(str(path) for path in Path(__file__).parents[2].glob("deploy/**/*.sh")))
def test_scripts_are_plain_shell(script: str) -> None:
    """The images have no bash; a script that fails stops there."""
    assert subprocess.run(["sh", "-n", script], timeout=10, check=False).returncode == 0
    text = Path(script).read_text(encoding="utf-8")
    assert text.startswith("#!/bin/sh\n")
    assert "\nset -eu\n" in text


def _secret_fields() -> set[str]:
    return {name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)}


def test_secret_fields_are_found() -> None:
    """The tests above look at something."""
    assert {"id_secret", "database_password"} <= _secret_fields()
    assert isinstance(Settings().id_secret, SecretStr)
