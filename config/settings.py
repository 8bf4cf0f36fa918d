"""Every setting of every process, from the environment, in one typed object."""

from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, SecretStr, computed_field
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Settings of the house. Environment names are `VAKA_` plus the field name; Temporal's address keeps its own name.

    Secrets may also be files: a file `VAKA_ID_SECRET` in the folder `VAKA_SECRETS_DIR` names (docker, kubernetes).
    """

    model_config = SettingsConfigDict(env_prefix="VAKA_", frozen=True, extra="ignore")

    profile: Literal["demo", "production"] = "demo"
    data_dir: Path = ROOT / "var"
    config_dir: Path = ROOT / "config" / "demo"

    host: str = "127.0.0.1"
    api_port: int = 8080
    temporal_port: int = 7233
    temporal_ui_port: int = 8233
    world_port: int = 8090

    temporal_address: str | None = Field(
        default=None, validation_alias=AliasChoices("VAKA_TEMPORAL_ADDRESS", "temporal_address")
    )
    temporal_namespace: str = "default"
    task_queue: str = "vaka"
    engine_timeout_s: float = 10.0
    watch_every_s: float = 5.0

    projection_url: str | None = None
    journal_url: str | None = None
    register_url: str | None = None

    id_secret: SecretStr = SecretStr("demo-id-secret")
    token_issuer: str = "https://idp.vaka.demo"
    token_audience: str = "vaka"
    jwks_file: Path | None = None

    log_level: str = "INFO"
    log_format: Literal["console", "json"] = "console"

    @computed_field  # type: ignore[prop-decorator]
    @cached_property
    def engine_address(self) -> str:
        """Host and port of the Temporal frontend: `VAKA_TEMPORAL_ADDRESS`, else the embedded server's port."""
        return self.temporal_address or f"{self.host}:{self.temporal_port}"

    @property
    def projection_database(self) -> str:
        """SQLAlchemy URL of the read model, written by the worker."""
        return self.projection_url or f"sqlite+aiosqlite:///{self.data_dir / 'projection.db'}"

    @property
    def journal_database(self) -> str:
        """SQLAlchemy URL of idempotency keys and access log, written by the API; its own file, so neither waits."""
        return self.journal_url or f"sqlite+aiosqlite:///{self.data_dir / 'journal.db'}"

    @property
    def world_address(self) -> str:
        """Base URL of the demo world."""
        return f"http://{self.host}:{self.world_port}"

    @property
    def register_address(self) -> str:
        """Base URL of the population register; the demo world's by default."""
        return self.register_url or f"{self.world_address}/register"
