"""The image, as far as it can be tried without building it: its recipe, and that what it holds is enough."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import sys
import worker, watch, api, deploy.health
ours = {path for module in list(sys.modules.values()) if (path := getattr(module, "__file__", None))}
print("\\n".join(sorted(path for path in ours if path.startswith(sys.argv[1]) and "/.venv/" not in path)))
"""


@pytest.fixture
def recipe(repository: Path) -> list[str]:
    """The lines of the Dockerfile."""
    return (repository / "deploy" / "Dockerfile").read_text(encoding="utf-8").splitlines()


def copied(recipe: list[str]) -> list[str]:
    """What the last stage takes from the checkout."""
    last = max(number for number, line in enumerate(recipe) if line.startswith("FROM"))
    lines = [line.split()[1:-1] for line in recipe[last:] if line.startswith("COPY") and "--from" not in line]
    return [source for line in lines for source in line]


def test_the_recipe(recipe: list[str], repository: Path) -> None:
    """Debian's slim Python, uv as in the Makefile, exactly what is locked, no root, no cache left."""
    text = "\n".join(recipe)
    assert set(re.findall(r"^FROM (\S+)", text, re.M)) == {"python:3.11-slim-bookworm"}
    version = re.search(r"^UV_VERSION := (\S+)", (repository / "Makefile").read_text(encoding="utf-8"), re.M)
    assert version
    assert f"uv=={version[1]}\n" in text
    assert "uv sync --locked --no-dev" in text
    assert text.count("--no-cache") == 2
    assert [line for line in recipe if line.startswith("USER")] == ["USER vaka"]
    assert not re.search(r"secret|password|token", text, re.I)


def test_the_builder_sees_no_more_than_the_image_holds(recipe: list[str], repository: Path) -> None:
    """Secrets, data and histories are not sent to it."""
    ignored = (repository / "deploy" / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    seen = {line[1:] for line in ignored if line.startswith("!")}
    assert ignored[1] == "*"
    assert seen == {"pyproject.toml", "uv.lock", *copied(recipe)}


def test_what_it_holds_is_enough(recipe: list[str], repository: Path, tmp_path: Path) -> None:
    """Every process starts from it, and nothing of ours is found elsewhere."""
    for source in copied(recipe):
        if (repository / source).is_dir():
            shutil.copytree(
                repository / source, tmp_path / source, ignore=shutil.ignore_patterns("__pycache__", "demo")
            )
        else:
            (tmp_path / source).parent.mkdir(exist_ok=True)
            shutil.copy(repository / source, tmp_path / source)
    command = [sys.executable, "-c", PROGRAM, str(repository)]
    started = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=240, check=False)
    assert started.returncode == 0, started.stderr
    assert started.stdout.split() == []
