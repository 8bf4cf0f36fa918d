"""Ids that say nothing: keyed hashes of what a client sent, never the client's own text (findings H5)."""

import base64
import hashlib
import hmac


def keyed(secret: str, *parts: str) -> str:
    """A keyed hash of the parts as 26 letters and digits; parts cannot run into each other."""
    joined = "".join(f"{len(part)}:{part}" for part in parts)
    digest = hmac.new(secret.encode(), joined.encode(), hashlib.sha256).digest()
    return base64.b32encode(digest[:16]).decode().rstrip("=").lower()


def body_hash(body: bytes) -> str:
    """What tells one request body from another."""
    return hashlib.sha256(body).hexdigest()
