"""Every setting of every process, from the environment, in one typed object."""

import os
from functools import cached_property
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import AliasChoices, Field, SecretStr, StringConstraints, computed_field, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
    SettingsError,
)
from sqlalchemy.engine import make_url

ROOT = Path(__file__).resolve().parent.parent
SECRETS_DIR = "VAKA_SECRETS_DIR"
DEMO_SECRETS: Final = {"id_secret": "demo-id-secret", "sms_password": "demo-sms-password", "callback_secret": "demo"}
"""Known to all the world, and refused in production."""
EMAIL: Final = r"^[A-Za-z0-9._%+\-]{1,64}@[A-Za-z0-9.\-]{1,253}$"
MOBILE: Final = r"^\+[1-9]\d{6,14}$"


class Settings(BaseSettings):
    """Settings of the house. Environment names are `VAKA_` plus the field name; Temporal's address keeps its own name.

    Secrets may also be files: a file `VAKA_ID_SECRET` (or in small letters) in the folder that `VAKA_SECRETS_DIR`
    names (docker, kubernetes). The environment goes before the files.
    """

    model_config = SettingsConfigDict(env_prefix="VAKA_", frozen=True, extra="ignore", hide_input_in_errors=True)

    profile: Literal["demo", "production"] = "demo"
    data_dir: Path = ROOT / "var"
    config_dir: Path = ROOT / "config" / "demo"

    host: str = "127.0.0.1"
    api_port: int = 8080
    temporal_port: int = 7233
    temporal_ui_port: int = 8233
    world_port: int = 8090
    world_smtp_port: int = 8025
    """Where the demo world takes mail."""

    temporal_address: str | None = Field(
        default=None, validation_alias=AliasChoices("VAKA_TEMPORAL_ADDRESS", "temporal_address")
    )
    temporal_namespace: str = "default"
    task_queue: str = "vaka"
    engine_timeout_s: float = 10.0
    watch_every_s: float = 5.0
    alarm_email: Annotated[str, StringConstraints(pattern=EMAIL)] | None = None
    alarm_mobile: Annotated[str, StringConstraints(pattern=MOBILE)] | None = None
    """Whom the watchman tells what he finds: somebody who can mend it, at any hour."""

    projection_url: str | None = Field(default=None, repr=False)
    journal_url: str | None = Field(default=None, repr=False)
    departures_url: str | None = Field(default=None, repr=False)
    database_password: SecretStr | None = None
    register_url: str | None = None

    sms_url: str | None = None
    sms_user: str = "demo"
    sms_password: SecretStr = SecretStr(DEMO_SECRETS["sms_password"])
    sms_sender: str = "Region"
    """Who an SMS is from: 3-11 letters and digits, or a number in E.164."""
    callback_base: str | None = None
    callback_secret: SecretStr = SecretStr(DEMO_SECRETS["callback_secret"])
    """The last part of the address that takes delivery reports: whoever knows it is the SMS gateway."""

    smtp_host: str | None = None
    smtp_port: int | None = None
    smtp_from: str = "vaka@vaka.demo"
    """Who a mail to staff is from."""

    id_secret: SecretStr = SecretStr(DEMO_SECRETS["id_secret"])
    token_issuer: str = "https://idp.vaka.demo"
    token_audience: str = "vaka"
    jwks_file: Path | None = None

    log_level: str = "INFO"
    log_format: Literal["console", "json"] = "console"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What the caller says, then the environment, then the secret files. Raises SettingsError for a folder gone."""
        folder = os.environ.get(SECRETS_DIR)
        if not folder:
            return init_settings, env_settings
        if not Path(folder).is_dir():
            raise SettingsError(f"{SECRETS_DIR} names no folder: {folder}")
        return init_settings, env_settings, SecretsSettingsSource(settings_cls, folder)

    @field_validator("alarm_email", "alarm_mobile", mode="before")
    @classmethod
    def _nobody(cls, value: object) -> object:
        """An empty one names nobody: docker hands over what is not set as empty."""
        return value or None

    @model_validator(mode="after")
    def _own_secrets(self) -> Self:
        """Whoever knows the demo's secrets can tell from an id whose it is, and speak as the SMS gateway."""
        if self.profile != "production":
            return self
        for name, demo in DEMO_SECRETS.items():
            if getattr(self, name).get_secret_value() in ("", demo):
                raise ValueError(f"production needs a secret of its own in VAKA_{name.upper()}")
        return self

    @computed_field  # type: ignore[prop-decorator]
    @cached_property
    def engine_address(self) -> str:
        """Host and port of the Temporal frontend: `VAKA_TEMPORAL_ADDRESS`, else the embedded server's port."""
        return self.temporal_address or f"{self.host}:{self.temporal_port}"

    @property
    def projection_database(self) -> str:
        """SQLAlchemy URL of the read model, written by the worker."""
        return self._signed_in(self.projection_url) or f"sqlite+aiosqlite:///{self.data_dir / 'projection.db'}"

    @property
    def journal_database(self) -> str:
        """SQLAlchemy URL of idempotency keys and access log, written by the API; its own file, so neither waits."""
        return self._signed_in(self.journal_url) or f"sqlite+aiosqlite:///{self.data_dir / 'journal.db'}"

    @property
    def departures_database(self) -> str:
        """SQLAlchemy URL of the outbox, written by the worker; never rebuilt, so not beside the read model."""
        return self._signed_in(self.departures_url) or f"sqlite+aiosqlite:///{self.data_dir / 'departures.db'}"

    def _signed_in(self, url: str | None) -> str | None:
        """The URL with the database's password, if it names a user and no password."""
        where = make_url(url) if url else None
        if where is None or self.database_password is None or not where.username or where.password is not None:
            return url
        signed_in = where.set(password=self.database_password.get_secret_value())
        return signed_in.render_as_string(hide_password=False)

    @property
    def world_address(self) -> str:
        """Base URL of the demo world."""
        return f"http://{self.host}:{self.world_port}"

    @property
    def register_address(self) -> str:
        """Base URL of the population register; the demo world's by default."""
        return self.register_url or f"{self.world_address}/register"

    @property
    def sms_address(self) -> str:
        """Base URL of the SMS gateway (46elks); the demo world's by default."""
        return self.sms_url or f"{self.world_address}/46elks/a1"

    @property
    def callback_address(self) -> str:
        """Base URL under which the SMS gateway reaches our API; the API's own address by default."""
        return self.callback_base or f"http://{self.host}:{self.api_port}"

    @property
    def smtp_server(self) -> tuple[str, int]:
        """Host and port of the mail server for staff alerts; the demo world's by default, else port 25."""
        if self.smtp_host is None:
            return self.host, self.smtp_port or self.world_smtp_port
        return self.smtp_host, self.smtp_port or 25
