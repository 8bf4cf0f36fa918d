"""Secrets from files, as docker and kubernetes hand them over."""

from pathlib import Path

import pytest
from pydantic import ValidationError
from pydantic_settings import SettingsError
from sqlalchemy.engine import make_url

from config.settings import DEMO_SECRETS, SECRETS_DIR, Settings


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of secrets that the environment names."""
    monkeypatch.setenv(SECRETS_DIR, str(tmp_path))
    return tmp_path


def put(folder: Path, name: str, text: str) -> None:
    """A secret in its file."""
    (folder / name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize("name", ["VAKA_ID_SECRET", "vaka_id_secret"])
def test_a_secret_is_a_file(folder: Path, name: str) -> None:
    """Whatever its letters; the end of its line is not part of it."""
    put(folder, name, "från en fil\n")
    assert Settings().id_secret.get_secret_value() == "från en fil"


def test_a_link_within_the_folder_is_followed(folder: Path) -> None:
    """Kubernetes mounts secrets that way."""
    (folder / "..data").mkdir()
    put(folder / "..data", "VAKA_ID_SECRET", "linked")
    (folder / "VAKA_ID_SECRET").symlink_to("..data/VAKA_ID_SECRET")
    assert Settings().id_secret.get_secret_value() == "linked"


def test_the_environment_goes_before_the_files(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And what is said in code before both."""
    put(folder, "VAKA_TASK_QUEUE", "filed")
    assert Settings().task_queue == "filed"
    monkeypatch.setenv("VAKA_TASK_QUEUE", "named")
    assert Settings().task_queue == "named"
    assert Settings(task_queue="said").task_queue == "said"


def test_a_folder_that_is_not_there_is_an_error(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In silence the demo's secrets would take the place of those that were meant."""
    monkeypatch.setenv(SECRETS_DIR, str(folder / "gone"))
    with pytest.raises(SettingsError, match="names no folder"):
        Settings()


def test_without_a_folder_there_are_no_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo needs none."""
    monkeypatch.delenv(SECRETS_DIR, raising=False)
    assert Settings().id_secret.get_secret_value() == DEMO_SECRETS["id_secret"]


def test_production_takes_no_secret_of_the_demo(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor an empty one; and the error tells no secret that was right."""
    monkeypatch.setenv("VAKA_PROFILE", "production")
    put(folder, "vaka_database_password", "hunter2")
    for left_out in DEMO_SECRETS:
        for name in DEMO_SECRETS:
            put(folder, f"vaka_{name}", "" if name == left_out else "hunter3")
        with pytest.raises(ValidationError, match=f"VAKA_{left_out.upper()}") as told:
            Settings()
        assert "hunter" not in str(told.value)


def test_the_database_s_password(folder: Path) -> None:
    """It is put into the URL, whatever its signs, unless the URL has one or names nobody."""
    put(folder, "vaka_database_password", "p@ss:w/ö rd%?#\n")
    url = "postgresql+asyncpg://vaka@store:5432/vaka_projection?ssl=require"
    settings = Settings(projection_url=url, journal_url="postgresql+asyncpg://vaka:own@store/vaka_journal")
    where = make_url(settings.projection_database)
    assert where.password == "p@ss:w/ö rd%?#"
    assert (where.username, where.host, where.port, where.database) == ("vaka", "store", 5432, "vaka_projection")
    assert where.query == {"ssl": "require"}
    assert settings.journal_database == "postgresql+asyncpg://vaka:own@store/vaka_journal"
    assert Settings().projection_database.startswith("sqlite")
    nobody = "postgresql+asyncpg://store/vaka_projection"
    assert Settings(projection_url=nobody).projection_database == nobody


def test_settings_shown_tell_no_secret(folder: Path) -> None:
    """A log line or a traceback may hold them."""
    put(folder, "vaka_database_password", "hunter2")
    put(folder, "vaka_id_secret", "hunter3")
    shown = Settings(projection_url="postgresql+asyncpg://vaka:hunter4@store/vaka_projection")
    assert "hunter" not in f"{shown!r} {shown}"
