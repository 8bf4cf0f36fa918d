"""Who is calling: a signed token from the configured issuer, or nobody (R5)."""

import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import httpx
from fastapi import Depends, Request
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet
from pydantic import ValidationError

from config.settings import Settings
from routine.actors import Actor, Role
from starter.api.problems import Problem

ALGORITHMS = ["ES256", "RS256", "PS256"]
LEEWAY_S = 5
REFETCH_S = 60
TRUST_S = 30
"""How long a checked signature is trusted: staff send many requests with one token."""
MOST_TRUSTED = 1000


def unauthenticated() -> Problem:
    """No token, or one we cannot trust; why is not told."""
    return Problem(401, "UNAUTHENTICATED", "Logga in med ditt SITHS-kort och försök igen.", rule="R5")


@dataclass(frozen=True)
class Trusted:
    """A token whose signature has been checked, and until when that is trusted (monotonic and wall clock, seconds)."""

    actor: Actor
    expires_at: float
    until: float


@dataclass
class Verifier:
    """Checks tokens against the issuer's keys: a file, the demo's own key, or OIDC discovery."""

    settings: Settings
    keys: KeySet | None = None
    fetched_at: float = 0.0
    _trusted: dict[str, Trusted] = field(default_factory=dict)

    async def actor(self, token: str) -> Actor:
        """The actor a token speaks for. Raises Problem (401)."""
        known = self._trusted.get(token)
        if known is not None and time.monotonic() < known.until and time.time() < known.expires_at + LEEWAY_S:
            return known.actor
        for fresh in (False, True):
            try:
                claims = jwt.decode(token, await self._keys(fresh=fresh), algorithms=ALGORITHMS).claims
            except (JoseError, httpx.HTTPError, LookupError, ValueError, TypeError, AttributeError):
                # The issuer may have new keys; they are fetched anew once, and not more often than each minute.
                # One that is away or answers nonsense vouches for nobody.
                if fresh or not self._stale():
                    raise unauthenticated() from None
                continue
            actor = self._actor(claims)
            if len(self._trusted) >= MOST_TRUSTED:
                self._trusted.clear()
            self._trusted[token] = Trusted(actor, float(claims["exp"]), time.monotonic() + TRUST_S)
            return actor
        raise unauthenticated()

    def _actor(self, claims: dict[str, Any]) -> Actor:
        registry = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_S,
            iss={"essential": True, "value": self.settings.token_issuer},
            aud={"essential": True, "value": self.settings.token_audience},
            exp={"essential": True},
        )
        try:
            registry.validate(claims)
            roles, amr = _listed(claims["roles"]), _listed(claims.get("amr", []))
            actor = Actor(hsa_id=claims["sub"], name=claims["name"], roles=roles, unit=claims["unit"])
        except (JoseError, ValidationError, KeyError, TypeError, ValueError):
            raise unauthenticated() from None
        groups = (Role.ASSESSOR, Role.LICENSED)
        if not roles or any(role in groups for role in actor.roles):
            raise unauthenticated()
        machine = actor.roles == (Role.CHANNEL,)
        if not machine and "siths" not in amr:
            raise unauthenticated()
        return actor

    def _stale(self) -> bool:
        remote = self.settings.jwks_file is None and self.settings.profile != "demo"
        return remote and time.monotonic() - self.fetched_at > REFETCH_S

    async def _keys(self, *, fresh: bool) -> KeySet:
        if self.keys is None or fresh:
            self.keys = await self._fetch()
            self.fetched_at = time.monotonic()
        return self.keys

    async def _fetch(self) -> KeySet:
        if self.settings.jwks_file is not None:
            return KeySet.import_key_set(json.loads(self.settings.jwks_file.read_text()))
        if self.settings.profile == "demo":
            return KeySet([demo_key(self.settings)])
        async with httpx.AsyncClient(timeout=5) as http:
            discovery = await http.get(f"{self.settings.token_issuer}/.well-known/openid-configuration")
            return KeySet.import_key_set((await http.get(discovery.json()["jwks_uri"])).json())


def _listed(claim: Any) -> tuple[Any, ...]:
    """A claim that must be a list. Raises TypeError."""
    if not isinstance(claim, list):
        raise TypeError("not a list")
    return tuple(claim)


def demo_key(settings: Settings) -> ECKey:
    """The demo issuer's signing key, made once and kept beside the demo's data, so that tokens outlive a restart."""
    path: Path = settings.data_dir / "demo-issuer.jwk"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        key = ECKey.generate_key("P-256", auto_kid=True)
        path.touch(mode=0o600)
        path.write_text(json.dumps(key.as_dict(private=True)))
    return ECKey.import_key(json.loads(path.read_text()))


def demo_token(settings: Settings, hsa_id: str, name: str, roles: tuple[Role, ...], unit: str, expires_in: int) -> str:
    """A token for one of the demo's people; `expires_in` is in seconds by the wall clock."""
    key = demo_key(settings)
    now = int(time.time())
    claims = {
        "iss": settings.token_issuer,
        "aud": settings.token_audience,
        "sub": hsa_id,
        "name": name,
        "roles": list(roles),
        "unit": unit,
        "amr": ["siths"],
        "iat": now,
        "exp": now + expires_in,
    }
    return jwt.encode({"alg": "ES256", "kid": key.kid}, claims, key)


class SignedIn(SecurityBase):
    """Who is calling, and how OpenAPI says that one signs in."""

    def __init__(self) -> None:
        self.scheme_name = "HTTPBearer"
        self.model = HTTPBearer(bearerFormat="JWT", description="SITHS-inloggning hos den inställda utfärdaren")

    async def __call__(self, request: Request) -> Actor:
        """The caller. Raises Problem (401)."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise unauthenticated()
        verifier: Verifier = request.app.state.verifier
        return await verifier.actor(token.strip())


Caller = Annotated[Actor, Depends(SignedIn())]
