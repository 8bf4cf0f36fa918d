"""What a rule found is recalled for the very same value, and for no other."""

import copy
import pickle

import pytest

from routine.chat.elapse import next_due, strike
from routine.chat.owed import waits
from routine.recalled import MOST, QUESTIONS, Recalling, answered, recalled
from routine.roster import Roster
from tests.routine.world import N1, VC_T, at, chat


def test_only_the_very_same_value() -> None:
    """An equal one is asked about anew; after many others the first is too."""
    asked: list[list[int]] = []

    @recalled
    def total(value: list[int]) -> int:
        asked.append(value)
        return sum(value)

    one, other = [1, 2], [1, 2]
    assert [total(one), total(one), total(other)] == [3, 3, 3]
    assert len(asked) == 2
    for number in range(2 * MOST):
        assert total([number]) == number
    assert total(one) == 3


def test_what_is_unchanged_is_carried_over() -> None:
    """If the rule was asked of what was before; else it is asked of the value itself."""
    asked: list[list[int]] = []

    @recalled
    def total(value: list[int]) -> int:
        asked.append(value)
        return sum(value)

    before, value = [1, 2], [3]
    assert total.unchanged(before, value) is value
    assert [total(value), total(before)] == [3, 3]
    assert total(total.unchanged(before, [4])) == 3
    assert len(asked) == 2


def test_a_climbed_ladder_owes_what_a_case_read_back_owes() -> None:
    """What is carried over along a ladder is what would be found."""
    case = chat("2026-11-23 09:12")
    for _ in range(12):
        due = next_due(case)
        assert due is not None
        case = strike(case, due)
        assert waits(case) == waits(case.model_copy())


ASKED: list[tuple[int, int]] = []


class Sum(Recalling):
    """Adds up."""

    first: int

    @answered
    def plus(self, second: int) -> int:
        """The two together."""
        ASKED.append((self.first, second))
        if second < 0:
            raise ValueError("less")
        return self.first + second


def test_an_answer_is_recalled_for_as_long_as_it_is_asked_for() -> None:
    """Each value its own; a refusal is none, and of many questions the oldest is forgotten."""
    ASKED.clear()
    one, ten = Sum(first=1), Sum(first=10)
    assert [one.plus(2), one.plus(2), ten.plus(2)] == [3, 3, 12]
    assert ASKED == [(1, 2), (10, 2)]
    for _ in range(2):
        with pytest.raises(ValueError, match="less"):
            one.plus(-1)
    for second in range(3, QUESTIONS + 3):
        assert one.plus(second) == second + 1
    ASKED.clear()
    assert one.plus(2) == 3
    assert ASKED == [(1, 2)]


@pytest.mark.parametrize("deep", [True, False])
def test_a_changed_copy_answers_for_itself(deep: bool) -> None:
    """What the value itself recalled stays; clones are the same value."""
    one = Sum(first=1)
    assert one.plus(2) == 3
    assert one.model_copy(update={"first": 5}, deep=deep).plus(2) == 7
    assert one.plus(2) == 3
    for clone in (copy.copy(one), copy.deepcopy(one), pickle.loads(pickle.dumps(one)), one.model_copy(deep=deep)):
        assert (clone, hash(clone), clone.plus(2)) == (one, hash(one), 3)


def test_r42_a_unit_with_another_roster_forgets_who_was_on_duty() -> None:
    morning = at("2026-11-24 09:00")
    assert VC_T.on_duty(N1.hsa_id, morning)
    assert VC_T.responsible(morning) is not None
    nobody = VC_T.model_copy(update={"roster": Roster()})
    assert not nobody.on_duty(N1.hsa_id, morning)
    assert nobody.responsible(morning) is None
    assert nobody.next_change(N1.hsa_id, morning) is None
    assert VC_T.next_change(N1.hsa_id, morning) == at("2026-11-24 17:00")
