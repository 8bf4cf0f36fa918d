"""What is looked for in free text and in changed answers: never raises, capitals and blanks do not matter (B8)."""

import unicodedata

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from routine.signs import AFFIRMATIVE, ASKED, any_found, found, taken_back
from tests.routine.world import WORDS

TERMS = st.lists(st.text(st.characters(categories=("L", "N")), min_size=1, max_size=8), min_size=1, max_size=3)
LISTS = st.lists(
    st.builds(lambda parts, star: " ".join(parts) + ("*" if star else ""), TERMS, st.booleans()), min_size=1, max_size=4
).map(tuple)


@pytest.mark.parametrize(
    "text",
    [
        *("Jag vill dö.", "JAG VILL DÖ", "jag vill  \n\t dö", "(vill dö)", "vill dö", "Ibland vill dö, men inte nu."),
        *("självmord", "Självmordstankar varje dag", "Jag vill inte ta livet av mig."),
        unicodedata.normalize("NFD", "Jag vill dö."),
        unicodedata.normalize("NFD", "SJÄLVMORD"),
    ],
)
def test_b8_a_word_is_found_however_it_is_written(text: str) -> None:
    assert found(text, WORDS)


@pytest.mark.parametrize(
    "text", ["", "   ", "Jag vill döva smärtan.", "Ovill dö", "vill inte dö", "sjalvmord", "hosta"]
)
def test_b8_only_whole_words_unless_a_star_lets_them_go_on(text: str) -> None:
    assert not found(text, WORDS)


def test_an_empty_list_finds_nothing() -> None:
    assert not found("Jag vill dö.", ())
    assert not any_found([], WORDS)
    assert any_found(["Hej", "Jag vill dö."], WORDS)


@given(st.text(), LISTS)
def test_it_never_raises_and_blanks_around_do_not_matter(text: str, words: tuple[str, ...]) -> None:
    hit = found(text, words)
    assert found(f"  {text}\n", words) is hit
    assert found(text, tuple(reversed(words))) is hit
    assert found(unicodedata.normalize("NFD", text), words) is hit


@given(st.text(), st.text(), LISTS)
@example("", "", ("\u1fd2",))
def test_a_term_of_the_list_is_found_within_any_words(before: str, after: str, words: tuple[str, ...]) -> None:
    """Between blanks it is a word of its own, whatever stands around it; so are its capitals, if folding knows them."""
    for word in words:
        term = word.rstrip("*")
        assume(term == term.strip())
        assert found(f"{before} {term} {after}", words)
        assume(term.upper().casefold() == term.casefold())
        assert found(f"{before} {term.upper()} {after}", words)
        assert found(f"{before}\n{term.replace(' ', '  ')}\t{after}", words)


@given(st.text(), st.text(), LISTS)
def test_more_words_never_hide_a_hit(text: str, more: str, words: tuple[str, ...]) -> None:
    if found(text, words):
        assert found(f"{text} {more}", words)
        assert found(text, (*words, "annat"))


# Answers taken back


@pytest.mark.parametrize(
    ("question", "before", "area", "expected"),
    [
        ("Har du tankar på att ta ditt liv?", "Ja", "other", True),
        ("HAR DU TANKAR PÅ ATT TA DITT LIV?", "Nej", "other", True),
        ("Har du haft självmordstankar?", "Ibland", "infection", True),
        ("Har du tänkt att livet inte är värt att leva?", "Ja", "other", True),
        ("Har du feber?", "Ja", "infection", False),
        ("Övrigt?", "Jag vill dö.", "infection", True),
        ("Mår du dåligt?", "Ja", "mental_health", True),
        ("Mår du dåligt?", "  ja, ofta", "mental_health", True),
        ("Mår du dåligt?", "Nej", "mental_health", False),
        ("Mår du dåligt?", "Jamen", "mental_health", False),
        ("Har du tankar på att ta ditt liv?", None, "mental_health", False),
    ],
)
def test_b8_a_disclosure_taken_back_still_flags(question: str, before: str | None, area: str, expected: bool) -> None:
    assert taken_back(question, before, area, WORDS) is expected


@given(st.text(), st.none() | st.text(), st.sampled_from(["mental_health", "other"]), LISTS)
def test_it_judges_every_answer(question: str, before: str | None, area: str, words: tuple[str, ...]) -> None:
    """Never raises; the mental-health area flags at least what others do; an unchanged answer flags nothing."""
    flagged = taken_back(question, before, area, words)
    assert taken_back(question, None, area, words) is False
    if before is not None:
        assert taken_back(question, before, "mental_health", words) >= flagged
        assert flagged >= found(question, ASKED)
        if AFFIRMATIVE.match(before):
            assert taken_back(question, before, "mental_health", words)
