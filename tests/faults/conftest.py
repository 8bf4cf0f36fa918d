"""A failing crash test shows the logs of the processes it killed."""

from collections.abc import Generator

import pytest

from starter.engine import Program
from tests.faults import processes


@pytest.fixture(scope="session")
def program(engine_binary: str) -> Program:
    """The Temporal server as a command."""
    from pathlib import Path

    return Program(Path(engine_binary), "1.32")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """The ends of the logs, below the error."""
    report = yield
    if report.failed:
        for house in processes.running:
            report.sections.extend(house.sections())
    return report
