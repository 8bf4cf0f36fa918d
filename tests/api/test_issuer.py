"""Where the issuer's keys come from in production: a JWKS file, or OIDC discovery with keys that change (R5)."""

import json
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from joserfc.jwk import ECKey, RSAKey

from config.settings import Settings
from starter.api.app import create_app
from starter.api.identity import Verifier
from starter.api.problems import Problem
from starter.house import House
from tests.api.served import served
from tests.api.test_identity import signed
from tests.api.wire import hsa, problem, wired


class Issuer:
    """An issuer that publishes its keys, and counts how often it is asked for them."""

    def __init__(self) -> None:
        self.keys: list[ECKey | RSAKey] = [ECKey.generate_key("P-256", auto_kid=True)]
        self.asked = 0
        self.ill = False
        self.url = ""
        self.app = FastAPI()
        self.app.get("/.well-known/openid-configuration")(self._discovery)
        self.app.get("/keys")(self._keys)

    async def _discovery(self) -> dict[str, str]:
        self.asked += 1
        return {"error": "ill"} if self.ill else {"issuer": self.url, "jwks_uri": f"{self.url}/keys"}

    async def _keys(self) -> dict[str, list[object]]:
        return {"keys": [key.as_dict(private=False) for key in self.keys]}


@pytest.fixture
async def issuer() -> AsyncIterator[Issuer]:
    """A running issuer."""
    issuer = Issuer()
    async with served(issuer.app) as url:
        issuer.url = url
        yield issuer


def production(house: House, **changes: object) -> Settings:
    """Production's settings."""
    return house.settings.model_copy(update={"profile": "production", **changes})


async def test_a_file_of_keys(house: House, tmp_path: Path) -> None:
    """R5: tokens of either key in the file are believed, of no other."""
    ours, older, strange = (ECKey.generate_key("P-256", auto_kid=True) for _ in range(3))
    file = tmp_path / "jwks.json"
    file.write_text(json.dumps({"keys": [key.as_dict(private=False) for key in (ours, older)]}))
    settings = production(house, jwks_file=file)
    verifier = Verifier(settings)
    for key in (ours, older):
        assert (await verifier.actor(signed(settings, key))).hsa_id == hsa("N1")
    for token in (signed(settings, strange), signed(house.settings)):
        with pytest.raises(Problem, match="UNAUTHENTICATED"):
            await verifier.actor(token)


async def test_discovery_and_new_keys(house: House, issuer: Issuer) -> None:
    """R5: keys are found by discovery, kept, and fetched anew when an unknown one signs, at most once a minute."""
    settings = production(house, token_issuer=issuer.url)
    verifier = Verifier(settings)
    first = issuer.keys[0]
    for _ in range(3):
        assert (await verifier.actor(signed(settings, first))).hsa_id == hsa("N1")
    assert issuer.asked == 1
    second = RSAKey.generate_key(2048, auto_kid=True)
    issuer.keys = [second]
    for _ in range(3):
        with pytest.raises(Problem, match="UNAUTHENTICATED"):
            await verifier.actor(signed(settings, second, "RS256"))
    assert issuer.asked == 1
    verifier.fetched_at -= 61
    assert (await verifier.actor(signed(settings, second, "RS256"))).hsa_id == hsa("N1")
    assert issuer.asked == 2
    with pytest.raises(Problem, match="UNAUTHENTICATED"):
        await verifier.actor(signed(settings, first))


async def test_an_issuer_that_is_away_lets_nobody_in(house: House, issuer: Issuer) -> None:
    """401, never 500: neither who comes first, nor who comes with a new key; those who are known go on working."""
    settings = production(house, token_issuer=issuer.url)
    verifier = Verifier(settings)
    issuer.ill = True
    with pytest.raises(Problem, match="UNAUTHENTICATED"):
        await verifier.actor(signed(settings, issuer.keys[0]))
    issuer.ill = False
    verifier.fetched_at -= 61
    assert (await verifier.actor(signed(settings, issuer.keys[0]))).hsa_id == hsa("N1")
    nowhere = Verifier(production(house, token_issuer="http://127.0.0.1:1"))
    with pytest.raises(Problem, match="UNAUTHENTICATED"):
        await nowhere.actor(signed(nowhere.settings, issuer.keys[0]))
    verifier.settings = settings.model_copy(update={"token_issuer": "http://127.0.0.1:1"})
    verifier.fetched_at = time.monotonic() - 61
    with pytest.raises(Problem, match="UNAUTHENTICATED"):
        await verifier.actor(signed(verifier.settings, ECKey.generate_key("P-256", auto_kid=True)))
    assert (await verifier.actor(signed(verifier.settings, issuer.keys[0]))).hsa_id == hsa("N1")


async def test_production_has_no_demo(house: House, issuer: Issuer) -> None:
    """`api.md` 4: the demo's endpoints are absent (404), from OpenAPI too, and the demo's own tokens are strange."""
    settings = production(house, token_issuer=issuer.url)
    async with wired(replace(house, settings=settings)) as wire:
        doors = [("POST", "login"), ("POST", "clock"), ("POST", "reset"), ("PUT", "people"), ("PUT", "faults")]
        for method, door in (*doors, ("GET", "clock"), ("GET", "outbox"), ("GET", "cosmic")):
            problem(await wire.send(method, f"/demo/{door}", json={}), 404, "NOT_FOUND")
        paths = (await wire.get("/openapi.json")).json()["paths"]
        assert not [path for path in paths if path.startswith("/demo")]
        good = {"Authorization": f"Bearer {signed(settings, issuer.keys[0])}"}
        assert (await wire.send("GET", "/worklist", headers=good)).status_code == 200
        strange = {"Authorization": f"Bearer {signed(settings)}"}
        problem(await wire.send("GET", "/worklist", headers=strange), 401, "UNAUTHENTICATED")


async def test_an_unforeseen_fault_tells_nothing(house: House) -> None:
    """RFC 9457: even what nobody foresaw leaves as a problem without a word of what happened."""
    app = create_app(house)

    @app.get("/broken")
    async def broken() -> None:
        raise LookupError("198804202383 mår dåligt")

    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://vaka.test") as http:
        problem(await http.get("/broken"), 500, "INTERNAL")
