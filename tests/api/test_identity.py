"""Who is calling (R5): a token of the issuer's, whole and in time, or 401; why is not told."""

import base64
import hmac
import json
import time
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from config.settings import Settings
from starter.api.identity import demo_key
from starter.house import House
from tests.api.wire import Wire, hsa, problem

DROP = object()


def claims_of(settings: Settings, **changes: Any) -> dict[str, Any]:
    """N1's claims with some of them changed, or left out (`DROP`)."""
    claims = {
        "iss": settings.token_issuer,
        "aud": settings.token_audience,
        "sub": hsa("N1"),
        "name": "Nora Nilsson",
        "roles": ["nurse"],
        "unit": "VC-T",
        "amr": ["siths"],
        "exp": int(time.time()) + 600,
    }
    return {name: value for name, value in (claims | changes).items() if value is not DROP}


def signed(settings: Settings, key: ECKey | RSAKey | None = None, alg: str = "ES256", **changes: Any) -> str:
    """A token, by default of the right issuer's key."""
    key = key or demo_key(settings)
    return jwt.encode({"alg": alg, "kid": key.kid}, claims_of(settings, **changes), key, algorithms=[alg])


def part(value: object) -> str:
    """A part of a token made by hand."""
    return encoded(json.dumps(value).encode())


def encoded(value: bytes) -> str:
    """Bytes as tokens write them."""
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


async def asked(still: Wire, header: str | None) -> httpx.Response:
    """The worklist, asked for with this Authorization header."""
    return await still.send("GET", "/worklist", headers={} if header is None else {"Authorization": header})


async def test_the_right_token_is_let_in(still: Wire, house: House) -> None:
    """R5: the tokens the rest of this file spoils are good before they are spoiled."""
    for amr in (["siths"], ["pin", "siths"]):
        assert (await asked(still, f"Bearer {signed(house.settings, amr=amr)}")).status_code == 200
    assert (await asked(still, f"bearer {signed(house.settings, aud=['x', 'vaka'])}")).status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Bearer a.b.c",
        "Bearer a.b.c.d.e",
        "Bearer ...",
        "Basic Tk9SQTpub3Jh",
        "Bearer \xe5\xe4\xf6",
        "Bearer " + "A" * 9000,
        "Bearer " + ".".join([part({"alg": "ES256"}), part([1, 2]), "AAAA"]),
        "Bearer " + ".".join([part("ES256"), part({}), "AAAA"]),
    ],
)
async def test_no_token_or_garbage(still: Wire, header: str | None) -> None:
    """401: nothing that could be a token."""
    answer = await asked(still, header if header is None else header.encode("latin-1"))  # type: ignore[arg-type]
    problem(answer, 401, "UNAUTHENTICATED")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": DROP},
        {"exp": 1_700_000_000},
        {"exp": "tomorrow"},
        {"exp": None},
        {"nbf": 9_000_000_000},
        {"iss": DROP},
        {"iss": "https://idp.someone.else"},
        {"aud": DROP},
        {"aud": "somebody-else"},
        {"aud": []},
        {"sub": DROP},
        {"sub": ""},
        {"sub": "N1"},
        {"sub": "SE0000000000-"},
        {"sub": "SE0000000000-N1\n"},
        {"sub": "SE0000000000-Å1"},
        {"sub": 7},
        {"name": DROP},
        {"name": None},
        {"unit": DROP},
        {"unit": 7},
        {"roles": DROP},
        {"roles": None},
        {"roles": []},
        {"roles": "nurse"},
        {"roles": {"nurse": True}},
        {"roles": ["nurse", "janitor"]},
        {"roles": [["nurse"]]},
        {"roles": [None]},
        {"roles": ["assessor"]},
        {"roles": ["nurse", "licensed"]},
        {"amr": DROP},
        {"amr": None},
        {"amr": []},
        {"amr": 7},
        {"amr": ["pwd"]},
        {"amr": "not-siths-at-all"},
    ],
    ids=lambda changes: next(f"{name}={'none' if value is DROP else value}" for name, value in changes.items()),
)
async def test_claims_that_do_not_hold(still: Wire, house: House, changes: dict[str, Any]) -> None:
    """401: rightly signed, but expired, for somebody else, incomplete, or with roles that only tasks may have."""
    problem(await asked(still, f"Bearer {signed(house.settings, **changes)}"), 401, "UNAUTHENTICATED")


async def test_somebody_elses_signature(still: Wire, house: House) -> None:
    """401: another key, also one that says it is the issuer's; a signature that was moved or changed."""
    other = ECKey.generate_key("P-256", auto_kid=True)
    true = signed(house.settings)
    head, body, signature = true.split(".")
    forged = part(claims_of(house.settings, sub=hsa("D1"), roles=["physician"]))
    posing = jwt.encode({"alg": "ES256", "kid": demo_key(house.settings).kid}, claims_of(house.settings), other)
    tokens = [
        signed(house.settings, other),
        signed(house.settings, RSAKey.generate_key(2048, auto_kid=True), "RS256"),
        posing,
        f"{head}.{forged}.{signature}",
        f"{head}.{body}.",
        f"{head}.{body}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}",
    ]
    for token in tokens:
        problem(await asked(still, f"Bearer {token}"), 401, "UNAUTHENTICATED")


async def test_an_algorithm_that_is_no_signature(still: Wire, house: House) -> None:
    """401: `none`, and the public key used as a shared secret (HS256)."""
    claims = claims_of(house.settings)
    public = demo_key(house.settings)
    unsigned = [f"{part({'alg': alg, 'typ': 'JWT'})}.{part(claims)}." for alg in ("none", "None", "NONE")]
    shared = [
        f"{words}.{encoded(hmac.digest(secret, words.encode(), 'sha256'))}"
        for secret in (public.as_pem(private=False), json.dumps(public.as_dict(private=False)).encode())
        for words in (f"{part({'alg': 'HS256', 'kid': public.kid})}.{part(claims)}",)
    ]
    for token in (*unsigned, *shared):
        problem(await asked(still, f"Bearer {token}"), 401, "UNAUTHENTICATED")


async def test_a_key_the_token_brings_along_is_not_believed(still: Wire, house: House) -> None:
    """401: `jwk` and `jku` in the header are the sender's words, not the issuer's."""
    own = ECKey.generate_key("P-256")
    for brought in ({"jwk": own.as_dict(private=False)}, {"jku": "http://127.0.0.1:1/keys"}):
        token = jwt.encode({"alg": "ES256", **brought}, claims_of(house.settings), own)
        problem(await asked(still, f"Bearer {token}"), 401, "UNAUTHENTICATED")


async def test_a_machine_needs_no_card(still: Wire, house: House) -> None:
    """R5: `amr` is for people; the channel is a machine, and no member of staff besides."""
    machine: dict[str, Any] = {"sub": hsa("platform24"), "name": "Platform24", "roles": ["channel"], "amr": DROP}
    header = {"Authorization": f"Bearer {signed(house.settings, **machine)}"}
    problem(await still.send("POST", "/contacts/preview", headers=header, json={}), 422, "MISSING_FIELD")
    both = signed(house.settings, **(machine | {"roles": ["channel", "physician"]}))
    problem(await asked(still, f"Bearer {both}"), 401, "UNAUTHENTICATED")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/worklist"),
        ("GET", "/worklist?view=nonsense"),
        ("GET", "/contacts/nobody"),
        ("GET", "/events/stream"),
        ("POST", "/contacts"),
        ("POST", "/contacts/preview"),
        ("POST", "/contacts/nobody/events"),
        ("POST", "/contacts/nobody/decisions"),
    ],
)
async def test_every_door_asks_who_comes(still: Wire, method: str, path: str) -> None:
    """401 before anything else: before 404, 400, 415 and 422."""
    problem(await still.send(method, path, content=b"{"), 401, "UNAUTHENTICATED")
