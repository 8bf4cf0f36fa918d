"""The texts of A9b: their tone, what each must say and never says, a unit's own, and numbers to be reviewed (B8)."""

import re
from datetime import date, datetime
from pathlib import Path

import pytest

from config.texts import MUST_HOLD, SMS_WRITES_NO
from config.units import load_units
from routine import screens
from routine.hours import TIMEZONE
from routine.phrases import M8, M8_SENDABLE, M8_SEVERE, Phrase, closed_screen, dial, text_of
from routine.tone import findings
from tests.config.files import DEMO, changed, line_of, problems

TEXTS = "texts.toml"
UNITS = load_units(DEMO)
PHRASES = UNITS.phrases("VC-T")
SMS = ("M1", "M2", "M3", "M4", "M17")
HEALTH = ("hälsa", "sjuk", "vård", "läkare", "psyk", "besvär", "medicin", "recept", "provsvar", "diagnos", "depress")
LIFE_AND_METHODS = ("hopp", "tabletter", "överdos", "rep", "kniv", "skjut", "häng")
REASSURANCE = ("ordnar sig", "ingen fara", "lugn", "oroa dig inte", "det blir bra", "vi hjälper dig")


def text(template: str) -> str:
    found = text_of(PHRASES, template)
    assert found is not None
    return found


@pytest.mark.parametrize("phrase", PHRASES, ids=lambda phrase: phrase.template)
def test_r55_r57_every_text_keeps_the_tone(phrase: Phrase) -> None:
    assert findings(phrase.text) == ()


def test_a9b_every_text_is_there_and_waits_for_sign_off() -> None:
    assert {phrase.template for phrase in PHRASES} == set(MUST_HOLD)
    assert all(phrase.version == 1 and phrase.signed_off is None for phrase in PHRASES)


def test_the_drafts_in_the_core_are_the_configured_texts() -> None:
    for template, draft in {**screens.DRAFTS, "M8": M8, "M8-severe": M8_SEVERE, "M8-sendable": M8_SENDABLE}.items():
        assert text(template) == draft


@pytest.mark.parametrize("template", SMS)
def test_a9b_an_sms_names_no_unit_and_carries_no_health_content(template: str) -> None:
    # The address people log in at ends in /vard; it is the region's own and the same for everything.
    said = text(template).replace("mitt.regionhalland.se/vard", "").lower()
    assert [word for word in HEALTH if word in said] == []
    assert [entry for entry in UNITS.file.units if entry.name.lower() in said or entry.code.lower() in said] == []
    assert SMS_WRITES_NO.search(said) is None


def test_b8_m15_has_its_seven_points() -> None:
    said = text("M15")
    points = [
        "Just nu är chatten inte bemannad. Vi läser ditt meddelande {tid}.",
        "fara eller har tankar på att ta ditt liv, ring 112",
        "eller sök psykiatrisk akutmottagning",
        "Självmordslinjen på 90101 dygnet runt",
        "För råd om vård, ring 1177",
        "Ditt ärende finns kvar hos oss",
    ]
    places = [said.find(point) for point in points]
    assert -1 not in places
    assert places == sorted(places)
    assert "Bris på 116 111" in text("M15-young")
    whole = f"{said} {text('M15-young')}"
    assert findings(whole) == ()
    assert [word for word in (*LIFE_AND_METHODS, *REASSURANCE) if re.search(rf"\b{word}", whole.lower())] == []


def test_b8_m15_is_never_an_sms() -> None:
    channels = {phrase.template: phrase.channel for phrase in PHRASES}
    assert {channels[each] for each in ("M8", "M11", "M11-sign", "M15", "M15-young", "M18")} == {"screen"}
    assert {each for each, channel in channels.items() if channel in ("sms", "alert")} == set(SMS)


def test_r77_m11_never_says_why() -> None:
    assert [word for word in ("skydd", "sekretess", "identitet", "hemlig") if word in text("M11").lower()] == []


def test_staff_send_by_hand_only_what_has_no_blanks_left() -> None:
    assert [phrase.template for phrase in PHRASES if phrase.by_hand] == ["M5", "M10", "M10-guardian", "M13", "M16"]


def test_a11_m8_gives_112_first_when_it_is_severe() -> None:
    hours = UNITS._hours("VC-T", 2026)
    sunday = datetime(2026, 11, 29, 10, tzinfo=TIMEZONE)
    plain = closed_screen(hours, sunday, emergency_first=False, phrases=PHRASES, numbers=UNITS.texts.numbers)
    severe = closed_screen(hours, sunday, emergency_first=True, sendable=False, phrases=PHRASES)
    assert plain.text == (
        "Mottagningen är stängd just nu. Behöver du råd om vård, ring 1177. Vid livsfara, ring 112. "
        "Du kan skicka ärendet ändå. Vi läser det tidigast måndag 30 november klockan 08.00."
    )
    assert plain.numbers == ("1177", "112")
    assert severe.text == ("Mottagningen är stängd just nu. Vid livsfara, ring 112. Behöver du råd om vård, ring 1177.")
    assert severe.numbers == ("112", "1177")
    assert closed_screen(hours, sunday, emergency_first=False) == plain


def test_a_unit_says_it_in_its_own_words(tmp_path: Path) -> None:
    own = (
        '\n[[texts]]\nunit = "VC-T"\ntemplate = "M4"\nname = "Påminnelse"\nchannel = "sms"\nversion = 3\n'
        'signed_off = 2026-11-01\ntext = "Du har något att läsa. Logga in på mitt.regionhalland.se/vard."\n'
        '\n[[texts]]\nunit = "VC-T"\ntemplate = "Egen"\nname = "Recept"\nversion = 1\n'
        'text = "Ditt recept är förnyat."\n\n[[texts]]\ntemplate = "M1"'
    )
    units = load_units(changed(tmp_path, TEXTS, '\n[[texts]]\ntemplate = "M1"', own))
    mine, other = units.phrases("VC-T"), units.phrases("MOT-T")
    reminder = next(phrase for phrase in mine if phrase.template == "M4")
    assert (reminder.version, reminder.signed_off) == (3, date(2026, 11, 1))
    assert [each.template for each in mine] == [*(each.template for each in other), "Egen"]
    assert text_of(other, "M4") == text("M4")


def test_the_units_own_number_is_written_into_its_texts(tmp_path: Path) -> None:
    assert text("M10-guardian") == "Du kan också ringa mottagningen på 040-628 04 10."
    without = load_units(changed(tmp_path, "units.toml", 'phone = "040-628 04 10"\n', ""))
    assert text_of(without.phrases("VC-T"), "M10-guardian") is None


def test_b8_a_number_whose_review_date_has_passed_is_named() -> None:
    assert UNITS.due_for_review(date(2027, 6, 30)) == ()
    assert [each.number for each in UNITS.due_for_review(date(2027, 7, 1))] == ["112", "1177", "90101", "116 111"]


def test_numbers_are_the_units_own_in_the_order_asked_for() -> None:
    own = tuple(each.model_copy(update={"number": "1"}) for each in UNITS.texts.numbers if each.key == "suicide_line")
    assert dial(own, "sos", "suicide_line", "children_line", "advice") == ("112", "1", "116 111", "1177")


@pytest.mark.parametrize(
    ("old", "new", "at", "said"),
    [
        ("Passar den?", "Passar den!", "Passar den!", "M14: Avsluta med punkt"),
        ("Passar den?", "Annars får du söka igen.", "söka igen", "M14: Be inte patienten att söka igen"),
        ("Passar den?", "Passar den, t.ex.?", "t.ex.", "M14: Skriv ut t.ex. i stället"),
        ("som väntar på svar", "från läkaren", "från läkaren", "M4: ett sms nämner varken enhet eller vård"),
        ("på 90101 dygnet runt. För", "på 90102 dygnet runt. För", "90102", "M15: numret 90102 finns inte"),
        ("Vi läser ditt meddelande {tid}", "Vi läser det snart", "det snart", "M15: {tid} saknas"),
        (" Ditt ärende finns kvar hos oss.", "", None, "M15: finns kvar saknas"),
        ('number = "90101"', 'number = "90909"', None, "M11-sign: numret 90101 finns inte"),
        ("Vid livsfara, ring 112. Vänta", "Vänta", "Vänta", "M18: 112 saknas"),
        ("Anslut här: {länk}", "Anslut här: {lank}", "{lank}", "M1: ingen fyller i {lank}"),
        ('template = "M18"', 'template = "M17"', None, "texten M18 saknas"),
        ('template = "M18"', 'template = "M17"', None, "mallen M17 finns två gånger"),
        ('name = "Kris"', 'name = "Stängning"', 'name = "Kris', "namnet Stängning finns två gånger"),
        ('template = "M18"', 'unit = "VC-X"\ntemplate = "M18"', "VC-X", "det finns ingen enhet VC-X"),
        ('channel = "summons"', 'channel = "fax"', '"fax"', "channel ska vara"),
        ("version = 1", "version = 0", "version = 0", "version"),
        ('key = "advice"', 'key = "sos"', None, "numret sos finns två gånger"),
        ('key = "advice"', 'key = "help"', '"help"', "key ska vara"),
        ("review_by = 2027-06-30", "", "[[numbers]]", "review_by saknas"),
    ],
)
def test_a_text_that_cannot_be_used_is_named_with_its_line(
    tmp_path: Path, old: str, new: str, at: str | None, said: str
) -> None:
    folder = changed(tmp_path, TEXTS, old, new)
    found = problems(folder)
    assert any(said in sentence for _, _, sentence in found), found
    if at is not None and "två gånger" not in said:
        assert line_of(folder, TEXTS, at) in [line for _, line, _ in found]
