"""The fault tests run one after the other: two houses of five processes beside each other are slow, and no fault."""

import pytest

pytestmark = pytest.mark.xdist_group("faults")


def test_one_worker_runs_them_all(request: pytest.FixtureRequest) -> None:
    """xdist tells groups by the test's id; a pytest that gives it no such id (9.2) runs them beside each other."""
    if getattr(request.config.option, "loadgroup", False):
        assert request.node.nodeid.endswith("@faults")
