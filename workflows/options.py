"""How long each kind of activity may take and how often it is tried: one table, so that nothing retries for ever."""

from datetime import timedelta
from typing import TypedDict

from temporalio.common import RetryPolicy


class LocalOptions(TypedDict):
    """Options of a local activity."""

    start_to_close_timeout: timedelta
    retry_policy: RetryPolicy


class Options(LocalOptions):
    """Options of an ordinary activity."""

    schedule_to_close_timeout: timedelta


PROJECTION: LocalOptions = {
    "start_to_close_timeout": timedelta(seconds=2),
    "retry_policy": RetryPolicy(maximum_attempts=1),
}
"""Our own row: quick or not at all; the projector tries again, so that a locked store never holds a decision's task."""

LOOKUP: Options = {
    "start_to_close_timeout": timedelta(seconds=5),
    "schedule_to_close_timeout": timedelta(seconds=60),
    "retry_policy": RetryPolicy(initial_interval=timedelta(seconds=1), maximum_attempts=4),
}
"""A question to a register. A dead worker's attempt is tried again when its five seconds are over."""

PATHWAY: Options = {
    "start_to_close_timeout": timedelta(seconds=5),
    "schedule_to_close_timeout": timedelta(days=365),
    "retry_policy": RetryPolicy(
        initial_interval=timedelta(seconds=1), backoff_coefficient=1.5, maximum_interval=timedelta(seconds=30)
    ),
}
"""Starting a suicide-risk pathway is never given up: the gate is shut meanwhile, and the watchman tells (R59).

A dead worker's attempt is tried again when its five seconds are over (findings B).
"""

UNTIL_BEGUN = timedelta(seconds=4)
"""How long whoever asks is kept waiting for the pathway to begin; it goes on being begun after that."""

SENDING: Options = {
    "start_to_close_timeout": timedelta(seconds=15),
    "schedule_to_close_timeout": timedelta(minutes=2),
    "retry_policy": RetryPolicy(initial_interval=timedelta(seconds=1), maximum_attempts=4),
}
"""Something that leaves the house. What surely did not leave is tried again; what may have is for a person."""
