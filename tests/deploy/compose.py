"""`docker-compose.yml` as data."""

import re
from typing import Any, Final

from ruamel.yaml import YAML

from config.settings import ROOT

FILE: Final = ROOT / "docker-compose.yml"
COMPOSE: Final[dict[str, Any]] = YAML(typ="safe").load(FILE.read_text(encoding="utf-8"))
SERVICES: Final[dict[str, dict[str, Any]]] = COMPOSE["services"]
OURS: Final = ("api", "worker", "watchman")
JOBS: Final = {
    name
    for service in SERVICES.values()
    for name, needed in service.get("depends_on", {}).items()
    if needed["condition"] == "service_completed_successfully"
}
"""Those that do one thing and end."""
_VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")


def required() -> set[str]:
    """The variables without which nothing is started."""
    text = FILE.read_text(encoding="utf-8")
    return {name for name, kind, _ in _VARIABLE.findall(text) if kind == "?"}


def example() -> dict[str, str]:
    """The example of what must be told."""
    lines = (ROOT / "deploy" / "production.env.example").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def environment(service: str, told: dict[str, str]) -> dict[str, str]:
    """What a service finds in its environment, when this is told."""

    def value(match: re.Match[str]) -> str:
        name, kind, default = match.groups()
        return told[name] if kind == "?" else told.get(name, default)

    found: dict[str, str] = SERVICES[service].get("environment", {})
    return {name: _VARIABLE.sub(value, text) for name, text in found.items()}
