"""What a rule found is recalled for the very same value, and for no other."""

from routine.chat.elapse import next_due, strike
from routine.chat.owed import waits
from routine.recalled import MOST, recalled
from tests.routine.world import chat


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
