"""What is not of the right shape is refused by name, before anybody is asked whether they may (400, 413, 415, 422)."""

import json
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from routine.suicide_risk.meeting import TYPES
from tests.api.bodies import BODIES
from tests.api.wire import Wire, fresh, problem
from tests.story import P1, chat

MIB = 1024 * 1024
NONSENSE: tuple[object, ...] = ([], 12.5)
OWN_CODE = {"rationale": "NO_RATIONALE", "watcher": "NO_WATCHER"}
"""Fields whose own code wins over the general one."""
JSON = {"Content-Type": "application/json"}
PATHS = ("/contacts", "/contacts/preview", "/demo/login")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""])
async def test_not_json(still: Wire, path: str, kind: str | None) -> None:
    """415: it does not say that it is JSON."""
    headers = {} if kind is None else {"Content-Type": kind}
    answer = await still.send("POST", path, who="platform24", key=fresh(), content=b"{}", headers=headers)
    problem(answer, 415, "NOT_JSON")


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8", "Application/JSON"])
async def test_json_by_any_spelling(still: Wire, kind: str) -> None:
    """The media type's case and parameters do not matter."""
    headers = {"Content-Type": kind}
    answer = await still.send("POST", "/contacts/preview", who="platform24", content=b"{}", headers=headers)
    problem(answer, 422, "MISSING_FIELD")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"{} {}",
        b"{'kind': 'chat'}",
        b'{"kind": NaN}',
        b'{"kind": "chat", "priority": NaN}',
        b'{"kind": "chat", "priority": -Infinity}',
        b'{"kind": "\xff"}',
        b'{"kind": "\\ud800"}',
        b"\xef\xbb\xbf{",
        b"[" * 500_000,
        b'{"a":' * 150_000,
    ],
    ids=["empty", "cut", "two", "quotes", "nan", "nan2", "infinity", "latin", "surrogate", "bom", "deep", "deeper"],
)
async def test_not_parsable(still: Wire, path: str, body: bytes) -> None:
    """400: not JSON, also what only lenient parsers take for it."""
    answer = await still.send("POST", path, who="platform24", key=fresh(), content=body, headers=JSON)
    problem(answer, 400, "INVALID")


@pytest.mark.parametrize("body", [[], "chat", 7, None, True, [{}]])
async def test_no_object(still: Wire, body: object) -> None:
    """422: JSON, but no object."""
    contact = "/contacts/preview"
    answer = await still.send("POST", contact, who="platform24", content=json.dumps(body).encode(), headers=JSON)
    problem(answer, 422, "INVALID")


async def test_too_large(still: Wire) -> None:
    """413 over 1 MiB, told or streamed; a mebibyte to the byte is read."""

    async def chunks(total: int) -> AsyncIterator[bytes]:
        for _ in range(total // 1024):
            yield b" " * 1024
        yield b"x" * (total % 1024)

    async def sent(content: Any) -> Any:
        return await still.send("POST", "/contacts", who="platform24", key=fresh(), content=content, headers=JSON)

    problem(await sent(b" " * (MIB + 1)), 413, "TOO_LARGE")
    problem(await sent(chunks(MIB + 1)), 413, "TOO_LARGE")
    problem(await sent(chunks(8 * MIB)), 413, "TOO_LARGE")
    problem(await sent(b"{}" + b" " * (MIB - 2)), 422, "MISSING_FIELD")


FORM = {"report": "Anamnes", "answers": [], "suicide_sign": False}


def submissions() -> Iterator[tuple[str, dict[str, Any], str, str | None]]:
    """Name, what is changed in a good chat, the code and the field that is named."""
    for missing in ("kind", "unit", "entry_channel", "auth_method", "person"):
        yield f"without {missing}", {missing: ...}, "MISSING_FIELD", missing
    yield "nobody", {"person": {}}, "MISSING_FIELD", "person.personnummer"
    yield "unknown field", {"colour": "blue"}, "INVALID", "colour"
    yield "field of a video", {"mobile": "+46701740605"}, "INVALID", "mobile"
    yield "unknown deep field", {"person": {"personnummer": P1, "name": "x"}}, "INVALID", "person.name"
    yield "fax", {"kind": "fax"}, "INVALID", "kind"
    yield "unknown unit", {"unit": "VC-X"}, "INVALID", "unit"
    yield "empty unit", {"unit": ""}, "INVALID", "unit"
    yield "unit as number", {"unit": 7}, "INVALID", "unit"
    yield "entry channel", {"entry_channel": "1177"}, "INVALID", "entry_channel"
    yield "password", {"auth_method": "password"}, "INVALID", "auth_method"
    yield "triaged as text", {"triaged": "true"}, "INVALID", "triaged"
    yield "triaged as number", {"triaged": 1}, "INVALID", "triaged"
    yield "message as list", {"message": ["Hej"]}, "INVALID", "message"
    yield "message of blanks", {"message": "   "}, "INVALID", "message"
    yield "message too long", {"message": "a" * 20_001}, "INVALID", "message"
    yield "form as text", {"form": "Hosta"}, "INVALID", "form"
    yield "form without report", {"form": {"answers": []}}, "MISSING_FIELD", "form.report"
    yield "sign as text", {"form": FORM | {"suicide_sign": "no"}}, "INVALID", "form.suicide_sign"
    answer = {"question": "Feber?"}
    yield "no answer", {"form": FORM | {"answers": [answer]}}, "MISSING_FIELD", "form.answers.0.answer"
    image = {"image_id": "i", "media_type": "text/html"}
    yield "image of words", {"images": [image]}, "INVALID", "images.0.media_type"
    yield (
        "image with bytes",
        {"images": [image | {"media_type": "image/png", "data": "AA"}]},
        "INVALID",
        "images.0.data",
    )
    for priority in (0, 6, -1, 2.5, "3", True, 10**30):
        yield f"priority {priority!r}", {"triaged": True, "priority": priority}, "INVALID", "priority"
    yield "priority untriaged", {"triaged": False, "priority": 3}, "INVALID", "priority"
    yield "priority without a word on triage", {"priority": 3}, "INVALID", "priority"
    for at in ("2026-11-23", "2026-11-23T10:00:00", "10:00", "i går", 1764000000, "", True):
        yield f"submitted at {at!r}", {"submitted_at": at}, "INVALID", "submitted_at"


SUBMISSIONS = list(submissions())


@pytest.mark.parametrize(
    ("changed", "code", "field"), [row[1:] for row in SUBMISSIONS], ids=[r[0] for r in SUBMISSIONS]
)
async def test_a_contact_of_the_wrong_shape(still: Wire, changed: dict[str, Any], code: str, field: str) -> None:
    """422 names the field, on preview and on submit alike."""
    body = {name: value for name, value in (chat() | changed).items() if value is not ...}
    for path in ("/contacts", "/contacts/preview"):
        answer = await still.send("POST", path, who="platform24", key=fresh(), json=body)
        assert problem(answer, 422, code).get("field") == field


async def test_when_it_was_sent(still: Wire) -> None:
    """`submitted_at` is never ahead and at most five minutes old, by any offset."""
    now = datetime.fromisoformat((await still.call("GET", "/demo/clock"))["now"])
    for moved, status in ((5, 422), (-290, 200), (-301, 422), (-86_400, 422), (86_400 * 365, 422)):
        body = chat(submitted_at=(now + timedelta(seconds=moved)).isoformat())
        answer = await still.send("POST", "/contacts/preview", who="platform24", json=body)
        assert answer.status_code == status, (moved, answer.text)
        if status == 422:
            assert problem(answer, 422, "INVALID")["field"] == "submitted_at"
    far = chat(submitted_at=(now - timedelta(seconds=60)).astimezone(tz=None).isoformat())
    assert (await still.send("POST", "/contacts/preview", who="platform24", json=far)).status_code == 200


WRONG_NUMBERS = [
    "198804202384",
    "198813202383",
    "198802302383",
    "8804202383",
    "19880420-2383",
    "",
    "abc",
    "１９８８０４２０２３８３",
]


@pytest.mark.parametrize("number", WRONG_NUMBERS)
async def test_a_wrong_personnummer_is_never_repeated(still: Wire, number: str) -> None:
    """B7: check digit, date and form are judged, and the answer does not say which number it was."""
    answer = await still.send("POST", "/contacts/preview", who="platform24", json=chat(number))
    body = problem(answer, 422, "INVALID_PERSONNUMMER")
    assert body["field"] == "person.personnummer"
    assert not number or number not in answer.text


async def test_a_personnummer_in_the_wrong_place_is_never_repeated(still: Wire) -> None:
    """No answer repeats what was sent: not a value, not the name of a field nobody knows."""
    spoiled: list[dict[str, Any]] = [
        {P1: "x"},
        {"person": {"personnummer": P1, P1: 1}},
        {"unit": P1},
        {"kind": P1},
        {"entry_channel": P1},
        {"submitted_at": P1},
        {"priority": P1},
        {"a" * 5000: 1},
        {"Jag mår inte bra!": 1},
    ]
    for changed in spoiled:
        answer = await still.send("POST", "/contacts/preview", who="platform24", json=chat() | changed)
        problem(answer, 422, "INVALID")
        assert P1 not in answer.text
        assert len(answer.content) < 1000


@pytest.mark.parametrize("decision", TYPES)
async def test_a_decision_of_the_wrong_shape(still: Wire, held: str, decision: str) -> None:
    """422: what is missing is named (`NO_RATIONALE` for why), what is unknown or of the wrong type too.

    No factors at all are factors that were not asked for, unless they are said to be unknown (R61).
    """
    whole = BODIES[decision]
    for field, info in TYPES[decision].model_fields.items():
        if field == "type":
            continue
        if info.is_required():
            less = {name: value for name, value in whole.items() if name != field}
            code = OWN_CODE.get(field, "MISSING_FIELD")
            assert problem(await still.decision("REC1", held, decision, **less), 422, code)["field"] == field
        for nonsense in NONSENSE:
            wrong = await still.decision("REC1", held, decision, **(whole | {field: nonsense}))
            empty = nonsense == [] and field in ("risk_factors", "protective_factors")
            code = "MISSING_FIELD" if empty else OWN_CODE.get(field, "INVALID")
            assert problem(wrong, 422, code)["field"] == field
    unknown = await still.decision("REC1", held, decision, **whole, colour="blue")
    assert problem(unknown, 422, "INVALID")["field"] == "colour"


@pytest.mark.parametrize(
    "body", [{}, {"type": "dance"}, {"type": None}, {"type": 7}, {"type": ["pick"]}, {"type": "Pick"}]
)
async def test_a_decision_nobody_knows(still: Wire, held: str, body: dict[str, Any]) -> None:
    """422 names `type`."""
    answer = await still.send("POST", f"/contacts/{held}/decisions", who="N1", key=fresh(), json=body)
    found = answer.json()
    code = "MISSING_FIELD" if found["code"] == "MISSING_FIELD" and not body else "INVALID"
    assert problem(answer, 422, code)["field"] == "type"


UNFIT_ASSESSMENTS: list[tuple[dict[str, Any], str, str]] = [
    ({"risk_factors": []}, "MISSING_FIELD", "risk_factors"),
    ({"protective_factors": []}, "MISSING_FIELD", "protective_factors"),
    ({"sources": []}, "INVALID", "sources"),
    ({"sources": ["gut_feeling"]}, "INVALID", "sources"),
    ({"level": "medium"}, "INVALID", "level"),
    ({"step": "not_assessable"}, "INVALID", "step"),
    ({"level": "moderate", "reasonable_certainty": True}, "INVALID", "reasonable_certainty"),
    ({"rationale": ""}, "NO_RATIONALE", "rationale"),
]
"""What an assessment may not leave out or claim (R60, R61)."""
MISFITS: list[tuple[str, dict[str, Any], str, str]] = [
    ("message", {}, "MISSING_FIELD", "text"),
    ("message", {"text": "Hej", "phrase": "Stängning"}, "INVALID", "phrase"),
    ("message", {"text": "Hej", "expects_reply": "no"}, "INVALID", "expects_reply"),
    ("message", {"text": "a" * 20_001}, "INVALID", "text"),
    ("take_over", {"reason": "bored"}, "INVALID", "reason"),
    ("set_urgency", {"priority": 2, "rationale": ""}, "NO_RATIONALE", "rationale"),
    ("set_urgency", {"priority": 2, "rationale": " \n\t"}, "NO_RATIONALE", "rationale"),
    ("set_urgency", {"priority": 2, "rationale": None}, "NO_RATIONALE", "rationale"),
    ("set_urgency", {"priority": 9, "rationale": "x"}, "INVALID", "priority"),
    ("log_call", {"reached": "yes", "note": "x"}, "INVALID", "reached"),
    ("request_close", {"grace": "two_days"}, "INVALID", "grace"),
    ("handover", {"to": {}}, "INVALID", "to"),
    ("handover", {"to": {"role": "janitor"}}, "INVALID", "to"),
    ("handover", {"to": {"role": "cashier"}}, "INVALID", "to"),
    ("handover", {"to": {"hsa_id": "D1"}}, "INVALID", "to"),
    ("handover", {"to": {"role": "physician", "hsa_id": "SE0000000000-D1"}}, "INVALID", "to"),
    ("waive_note", {"task_id": "t", "reason": "lazy"}, "INVALID", "reason"),
    *[("assess", BODIES["assess"] | changed, code, field) for changed, code, field in UNFIT_ASSESSMENTS],
    ("record_asked", {"outcome": "not_asked", "note": "x"}, "MISSING_FIELD", "reason"),
    ("record_asked", {"outcome": "asked_yes", "note": "x"}, "INVALID", "outcome"),
    ("record_safe_online", {"answer": "not_applicable"}, "MISSING_FIELD", "reason"),
    ("record_safe_online", {"answer": "maybe"}, "INVALID", "answer"),
    ("choose_route", {"route": "wait", "rationale": "x"}, "INVALID", "route"),
    ("choose_route", {"route": "plan"}, "NO_RATIONALE", "rationale"),
    ("extend", {"until": "2026-12-01T10:30:00+01:00", "rationale": " "}, "NO_RATIONALE", "rationale"),
    ("extend", {"until": "2026-12-01T10:30:00", "rationale": "x"}, "INVALID", "until"),
    ("handover_on_call", {"target": "janitor", "content": "x"}, "INVALID", "target"),
    ("set_plan", BODIES["set_plan"] | {"watcher": "N1"}, "INVALID", "watcher"),
    ("set_plan", BODIES["set_plan"] | {"watcher": None}, "NO_WATCHER", "watcher"),
    ("set_plan", BODIES["set_plan"] | {"contacts": []}, "INVALID", "contacts"),
    ("dismiss_flag", {"reason": "misclick", "rationale": None}, "NO_RATIONALE", "rationale"),
    ("close_last_resort", {}, "NO_RATIONALE", "rationale"),
]


@pytest.mark.parametrize(("decision", "fields", "code", "field"), MISFITS)
async def test_values_that_do_not_fit(
    still: Wire, held: str, decision: str, fields: dict[str, Any], code: str, field: str
) -> None:
    """422 with the most specific code, and the field by the name the sender knows it by."""
    body = problem(await still.decision("N1", held, decision, **fields), 422, code)
    assert body["field"].split(".")[0] == field
    assert "To" not in body["field"]


@pytest.mark.parametrize("key", [None, "", "   ", "k" * 256])
async def test_a_key_is_needed(still: Wire, held: str, key: str | None) -> None:
    """400: whatever changes something carries an Idempotency-Key."""
    decided = await still.send("POST", f"/contacts/{held}/decisions", who="N1", key=key, json={"type": "release"})
    told = {"type": "patient_message", "text": "Hej"}
    heard = await still.send("POST", f"/contacts/{held}/events", who="platform24", key=key, json=told)
    sent = await still.send("POST", "/contacts", who="platform24", key=key, json=chat())
    for answer in (decided, heard, sent):
        problem(answer, 400, "INVALID")


@pytest.mark.parametrize("query", ["view=later", "view=", "role=janitor", "holder=N1", "holder=" + P1])
async def test_a_worklist_nobody_knows(still: Wire, held: str, query: str) -> None:
    """422 as a problem, also for what stands in the URL; the value is not repeated."""
    answer = await still.send("GET", f"/worklist?{query}", who="N1")
    assert problem(answer, 422, "INVALID")["field"] == query.partition("=")[0]
    assert held


async def test_addresses_and_methods_nobody_knows(still: Wire) -> None:
    """404 and 405 are problems too; 405 tells what would do."""
    problem(await still.get("/nowhere"), 404, "NOT_FOUND")
    problem(await still.get("/contacts/%00", "N1"), 404, "NOT_FOUND")
    problem(await still.get("/contacts/" + "c" * 3000, "N1"), 404, "NOT_FOUND")
    answer = await still.send("DELETE", "/contacts/c0", who="N1")
    problem(answer, 405, "INVALID")
    assert answer.headers["allow"] == "GET"


async def test_the_largest_contact_that_may_come(wire: Wire) -> None:
    """What is let in is carried: a form of just under a mebibyte begins a case, and every word of it is shown."""
    words = "å" * 9000
    answers = [{"question": f"Fråga {number}", "answer": words} for number in range(56)]
    body = json.dumps(chat(form=FORM | {"answers": answers}), ensure_ascii=False).encode()
    assert MIB * 0.95 < len(body) < MIB
    answer = await wire.send("POST", "/contacts", who="platform24", key=fresh(), content=body, headers=JSON)
    assert answer.status_code == 201, answer.text[:300]
    contact = answer.json()["contact_id"]
    await wire.decide("N1", contact, "pick")
    assert len((await wire.view(contact))["form"]["answers"]) == 56
