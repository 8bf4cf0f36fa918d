"""The tone of the routine: what R55 advises against, every form of "sök igen" (R57), and what is left in peace."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routine.tone import ABBREVIATIONS, WRITTEN_IN_CAPITALS, findings, hints


def kinds(text: str) -> set[str]:
    return {finding.kind for finding in findings(text)}


@pytest.mark.parametrize("text", ["Du MÅSTE ringa.", "OBS läs detta.", "ÅÄ", "Ring VC."])
def test_r55_capitals_are_found(text: str) -> None:
    assert "capitals" in kinds(text)


@pytest.mark.parametrize(
    "text", ["Vi skickar ett SMS.", "Ring BVC-sköterskan.", "Logga in med BankID.", "Vi ses. Å nej."]
)
def test_r55_names_that_are_written_in_capitals_are_not(text: str) -> None:
    assert kinds(text) == set()


def test_the_allowed_names_are_capitals_throughout() -> None:
    assert all(name.isupper() and len(name) > 1 for name in WRITTEN_IN_CAPITALS)


def test_r55_exclamation_marks_are_found_once() -> None:
    assert [finding.what for finding in findings("Hej! Välkommen!")] == ["!"]


@pytest.mark.parametrize(
    "text",
    [
        *("Ta t.ex. te.", "Ta t ex te.", "Ta tex te.", "Ta t. ex. te.", "Bl.a. det.", "Ev. i dag.", "Kanske ev i dag."),
        *(
            "Ring tel. 1.",
            "Kom kl 8.",
            "Kom kl. 8.",
            "Te, kaffe osv.",
            "Te, kaffe o.s.v.",
            "Te m.m.",
            "Det tar ca 5 dagar.",
        ),
        *(
            "Inställt pga snö.",
            "Inställt p.g.a. snö.",
            "Dvs. i dag.",
            "Fr.o.m. i dag.",
            "mvh Nora",
            "Det tar 5 min. till dig.",
        ),
    ],
)
def test_r55_abbreviations_are_found(text: str) -> None:
    assert kinds(text) == {"abbreviation"}


@pytest.mark.parametrize("short", ABBREVIATIONS)
def test_r55_each_abbreviation_is_found_with_its_dots(short: str) -> None:
    assert kinds(f"Vi ses {short}. där") == {"abbreviation"}


@pytest.mark.parametrize(
    "text",
    [
        *("Fläcken är 5 mm stor.", "Det tar en min.", "Flaskan är tom.", "Logga in på mitt.regionhalland.se/vard."),
        *(
            "Skriv till namn@example.com.",
            "Texten är klar.",
            "Vi läser {tid}.",
        ),
        *("Eva ringer dig. Klara också.", "Cancerfonden och telefonen."),
    ],
)
def test_r55_words_that_only_look_like_abbreviations_are_left_in_peace(text: str) -> None:
    assert kinds(text) == set()


@pytest.mark.parametrize(
    "text",
    [
        *(
            "Sök igen i morgon.",
            "Du får söka igen.",
            "Du kan söka vård på nytt.",
            "Sök oss gärna igen.",
            "Sök vård senare.",
        ),
        *("Återkom med en ny kontakt.", "Du får gärna återkomma.", "Välkommen att återkomma.", "Vi ber dig återkomma."),
        *(
            "Hör av dig igen.",
            "Hör av dig till oss på nytt.",
            "Kontakta oss på nytt.",
            "Kontakta oss igen.",
            "Ring igen.",
        ),
        *("Ring oss gärna i morgon.", "Skriv till oss igen nästa vecka.", "Försök igen.", "Skicka ett nytt ärende."),
        *("Starta en ny chatt.", "Kom tillbaka i morgon.", "Logga in igen.", "Välkommen åter.", "Du får börja om."),
    ],
)
def test_r57_every_form_of_asking_to_seek_again_is_found(text: str) -> None:
    assert kinds(text) == {"seek_again"}


@pytest.mark.parametrize(
    "text",
    [
        *(
            "Vi återkommer i morgon.",
            "Vi hör av oss igen.",
            "Vi ringer dig igen i morgon.",
            "Jag skriver igen i kväll.",
        ),
        *("Sök vård via 1177.se eller besök mottagningen.", "Har besvären kommit igen?", "Vi tar ett nytt prov."),
        *(
            "Du får ett nytt meddelande från oss.",
            "Ditt ärende finns kvar hos oss.",
            "Logga in med egen e-legitimation.",
        ),
    ],
)
def test_r57_what_we_do_ourselves_is_left_in_peace(text: str) -> None:
    assert kinds(text) == set()


def test_a_hint_says_in_swedish_what_to_write_instead() -> None:
    assert hints("Du MÅSTE söka igen, t.ex. i morgon!") == (
        "Skriv MÅSTE med små bokstäver. Versaler uppfattas som att du ropar.",
        "Avsluta med punkt i stället för utropstecken.",
        "Skriv ut t.ex. i stället för att förkorta.",
        "Be inte patienten att söka igen (söka igen). Behåll ärendet och erbjud en tid kommande dag.",
    )
    assert hints("Hur mår du i dag?") == ()


@given(st.text(max_size=200))
def test_no_text_is_too_odd_to_be_looked_at(text: str) -> None:
    assert len(set(findings(text))) == len(findings(text))
