"""Identities (B7) and ages (R31). Only numbers from Skatteverket's published list stand here, and none is ever made up:
mutations are checked to be *invalid* before anything is asked of them."""

import copy
import json
import pickle
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from personnummer import personnummer  # type: ignore[import-untyped]
from pydantic import Field, TypeAdapter, ValidationError

from routine.frozen import Frozen
from routine.people import InvalidPersonnummer, PersonId, _birth_date

AGES = {
    "198804202383": 38,
    "197909212396": 47,
    "199601012389": 30,
    "200002292399": 26,
    "197701172392": 49,
    "199001012385": 36,
    "201701012393": 9,
    "201311242380": 12,
    "201311232381": 13,
    "200906012380": 17,
    "198404152384": 42,
    "198404152392": 42,
    "197909222387": 47,
    "200611242397": 19,
    "200611232380": 20,
    "194111299055": 84,
    "194111186377": 85,
}
"""The fixture persons with their ages on 2026-11-23."""

SAMORDNING = {
    "202601612381": date(2026, 1, 1),
    "191401682396": date(1914, 1, 8),
}
P1, P4, CH12, CH13 = (PersonId(n) for n in ("198804202383", "200002292399", "201311242380", "201311232381"))
TODAY = date(2026, 11, 23)

numbers = st.sampled_from(sorted(AGES | SAMORDNING))


class Patient(Frozen):
    """A model as the house writes them, to see a PersonId through pydantic."""

    person: PersonId
    notes: dict[PersonId, int] = Field(default_factory=dict)


@pytest.mark.parametrize(("number", "age"), AGES.items())
def test_b7_fixture_numbers_hold_and_tell_age_and_birth(number: str, age: int) -> None:
    person = PersonId(number)
    assert person == number
    assert not person.is_samordningsnummer
    assert person.age_on(TODAY) == age
    assert person.birth_date == date(int(number[:4]), int(number[4:6]), int(number[6:8]))


@pytest.mark.parametrize(("number", "born"), SAMORDNING.items())
def test_b7_a_samordningsnummer_has_sixty_added_to_its_day(number: str, born: date) -> None:
    person = PersonId(number)
    assert person.is_samordningsnummer
    assert person.birth_date == born


@pytest.mark.parametrize("number", sorted(AGES | SAMORDNING))
def test_b7_an_independent_library_agrees(number: str) -> None:
    theirs = personnummer.parse(number)
    ours = PersonId(number)
    assert theirs.get_date() == ours.birth_date
    assert theirs.is_coordination_number() == ours.is_samordningsnummer


@given(numbers, st.integers(1, 9))
def test_b7_any_other_check_digit_is_refused_by_us_and_by_the_library(number: str, shift: int) -> None:
    wrong = number[:-1] + str((int(number[-1]) + shift) % 10)
    assert not personnummer.valid(wrong)
    with pytest.raises(InvalidPersonnummer, match="kontrollsiffra"):
        PersonId(wrong)


@given(numbers, st.integers(2, 10), st.integers(1, 9))
def test_b7_one_mistyped_digit_never_passes(number: str, place: int, shift: int) -> None:
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]
    with pytest.raises(InvalidPersonnummer):
        PersonId(wrong)


def test_b7_a_misquoted_number_is_caught() -> None:
    """The facts once listed this as a samordningsnummer; its check digit says that a digit was copied wrongly."""
    assert not personnummer.valid("202601612393")
    with pytest.raises(InvalidPersonnummer, match="kontrollsiffra"):
        PersonId("202601612393")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "8804202383",
        "880420-2383",
        "880420+2383",
        "19880420-2383",
        " 198804202383",
        "198804202383\n",
        "1988042023830",
        "19880420238A",
        "١٩٨٨٠٤٢٠٢٣٨٣",
        "１９８８０４２０２３８３",
    ],
    ids=["empty", "short", "dash", "plus", "long dash", "blank", "newline", "13", "letter", "Arabic", "fullwidth"],
)
def test_b7_only_twelve_ascii_digits(text: str) -> None:
    with pytest.raises(InvalidPersonnummer, match="tolv siffror"):
        PersonId(text)


@pytest.mark.parametrize("birth", ["20261301", "20260230", "20250229", "20260000", "20260100", "20260132", "00000101"])
def test_b7_a_date_that_does_not_exist_is_refused(birth: str) -> None:
    with pytest.raises(InvalidPersonnummer, match="födelsedatum"):
        PersonId(birth + "0000")


@pytest.mark.parametrize("birth", ["20261361", "20260092", "20261360", "20260290", "20250289"])
def test_b7_what_a_samordningsnummer_does_tell_must_be_possible(birth: str) -> None:
    with pytest.raises(InvalidPersonnummer, match="födelsedatum"):
        PersonId(birth + "0000")


@pytest.mark.parametrize("birth", ["20260061", "20260091", "20260160", "20261260", "20260060"])
def test_b7_month_00_and_day_60_mean_that_the_birth_date_is_unknown(birth: str) -> None:
    """Asked of the eight digits of the date alone: a whole number would have to be made up."""
    assert _birth_date(birth) is None


def test_b7_unknown_birth_gives_no_age_so_that_a_human_decides() -> None:
    forged = "202600600000"
    with pytest.raises(InvalidPersonnummer, match="kontrollsiffra"):
        PersonId(forged)
    unknown = str.__new__(PersonId, forged)
    assert unknown.is_samordningsnummer
    assert unknown.birth_date is None
    assert unknown.age_on(date(2060, 1, 1)) is None
    assert unknown.age_at(datetime(2060, 1, 1, tzinfo=UTC)) is None


def test_b7_nobody_has_an_age_before_birth() -> None:
    assert CH13.age_on(date(2013, 11, 22)) is None
    assert CH13.age_on(date(2013, 11, 23)) == 0


@pytest.mark.parametrize(
    ("day", "age"),
    [
        (date(2026, 2, 28), 25),
        (date(2026, 3, 1), 26),
        (date(2028, 2, 28), 27),
        (date(2028, 2, 29), 28),
        (date(2028, 3, 1), 28),
    ],
)
def test_b7_a_leap_day_child_turns_on_the_first_of_march_between_leap_years(day: date, age: int) -> None:
    assert P4.age_on(day) == age


@pytest.mark.parametrize(
    ("instant", "age"),
    [
        (datetime(2026, 11, 23, 22, 59, 59, tzinfo=UTC), 12),
        (datetime(2026, 11, 23, 23, 0, 0, tzinfo=UTC), 13),
        (datetime(2026, 11, 24, 23, 0, 0, tzinfo=UTC), 13),
    ],
)
def test_r31_thirteen_from_midnight_of_the_birthday_in_stockholm(instant: datetime, age: int) -> None:
    assert CH12.age_at(instant) == age


def test_r31_summer_midnight_is_two_hours_before_utc() -> None:
    t17 = PersonId("200906012380")
    assert t17.age_at(datetime(2027, 5, 31, 21, 59, 59, tzinfo=UTC)) == 17
    assert t17.age_at(datetime(2027, 5, 31, 22, 0, 0, tzinfo=UTC)) == 18


def test_r31_an_age_needs_an_instant_with_an_offset() -> None:
    with pytest.raises(ValueError, match="UTC offset"):
        P1.age_at(datetime(2026, 11, 23))  # noqa: DTZ001 - naive on purpose


@given(numbers, st.dates(date(2026, 2, 1), date(2100, 1, 1)), st.integers(0, 1000))
def test_r31_age_never_falls(number: str, day: date, later: int) -> None:
    person = PersonId(number)
    first, second = person.age_on(day), person.age_on(day + timedelta(days=later))
    assert first is not None
    assert second is not None
    assert 0 <= first <= second


@given(numbers)
def test_b7_repr_and_mask_never_tell_the_last_four(number: str) -> None:
    person = PersonId(number)
    assert person.masked == f"{number[:8]}-****"
    for shown in (repr(person), repr(Patient(person=person, notes={person: 1})), f"{[person]}"):
        assert number not in shown
        assert person.masked in shown


@pytest.mark.parametrize("number", ["198804202384", "198813202383", "19880420-2383"])
def test_b7_no_message_repeats_the_number(number: str) -> None:
    with pytest.raises(InvalidPersonnummer) as refused:
        PersonId(number)
    assert number not in str(refused.value)
    assert refused.value.__cause__ is None
    with pytest.raises(ValidationError) as invalid:
        Patient.model_validate({"person": number})
    assert number not in str(invalid.value)
    assert str(refused.value) in str(invalid.value)


@given(numbers)
def test_b7_a_person_id_is_its_string(number: str) -> None:
    person = PersonId(number)
    assert (person, hash(person), str(person), f"{person}", json.dumps(person)) == (
        number,
        hash(number),
        number,
        number,
        f'"{number}"',
    )
    assert {person: 1}[PersonId(number)] == 1
    assert type(str(person)) is str


@pytest.mark.parametrize("clone", [copy.copy, copy.deepcopy, lambda person: pickle.loads(pickle.dumps(person))])
def test_b7_copies_and_pickles_stay_person_ids(clone: Callable[[PersonId], object]) -> None:
    assert clone(P1) == P1
    assert type(clone(P1)) is PersonId


def test_b7_a_pickle_is_checked_again() -> None:
    tampered = pickle.dumps(P1).replace(b"198804202383", b"198804202384")
    with pytest.raises(InvalidPersonnummer):
        pickle.loads(tampered)


def test_b7_pydantic_reads_and_writes_a_plain_string() -> None:
    patient = Patient.model_validate({"person": "198804202383", "notes": {"200002292399": 1}})
    assert type(patient.person) is PersonId
    assert [type(key) for key in patient.notes] == [PersonId]
    dumped = patient.model_dump(mode="json")
    assert dumped == {"person": "198804202383", "notes": {"200002292399": 1}}
    assert type(dumped["person"]) is str
    assert Patient.model_validate_json(patient.model_dump_json()) == patient
    assert patient.model_copy(deep=True) == patient
    assert TypeAdapter(PersonId).validate_python(P1, strict=True) == P1


@pytest.mark.parametrize("wrong", [198804202383, None, b"198804202383\xff"])
def test_b7_pydantic_takes_nothing_but_a_string(wrong: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(PersonId).validate_python(wrong)


def test_b7_the_schema_says_twelve_digits() -> None:
    schema = {"type": "string", "pattern": "^[0-9]{12}$"}
    assert TypeAdapter(PersonId).json_schema(mode="validation") == schema
    assert TypeAdapter(PersonId).json_schema(mode="serialization") == schema
