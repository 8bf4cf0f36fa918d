"""The core is model-checked: a hundred thousand random steps through contact and pathway together (issue 5).

Their two signals come late, twice, out of order, and for a while not at all. What holds after every step is in
`invariants`, what table A10 allows in `ledger`; a failure prints its seed and the shortest trace that still fails.
"""

from typing import get_args

import pytest

from routine.gate import Block
from routine.suicide_risk import exits, meeting
from routine.suicide_risk.pathway import Exit, State
from tests.routine.suicide_risk.model import Met, run

STEPS = 5_000
SEEDS, TOGETHER = range(16), range(16, 20)
"""The last ones are run together, so that what they have met can be added up."""
STATES = {kind.__name__ for kind in get_args(get_args(State)[0])}
CODES = {each.code for each in vars(exits).values() if isinstance(each, Block)}


@pytest.mark.parametrize("seed", SEEDS)
def test_what_holds_after_every_step(seed: int) -> None:
    """Gate, owner, deadlines, tier and what was foretold, whoever did what in whichever order."""
    assert run(seed, STEPS).steps >= STEPS


def test_the_lives_meet_everything() -> None:
    """Every state, exit and block, and every decision accepted; nothing is checked that never happens."""
    met = Met()
    for seed in TOGETHER:
        met.add(run(seed, STEPS))
    assert met.steps >= STEPS * len(TOGETHER)
    assert set(met.states) == STATES
    assert set(met.exits) == set(get_args(Exit))
    assert set(met.blocks) == CODES
    assert set(meeting.TYPES) - set(met.accepted) == set()
    assert {"queued", "in_hand", "close_requested", "grace", "closed", "completed"} <= set(met.chats)
