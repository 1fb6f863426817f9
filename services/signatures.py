"""Signatures of what programs tell each other: HMAC-SHA256 over a time and the body."""

import hmac
from datetime import UTC, datetime, timedelta
from hashlib import sha256

HEADER = "waybill-signature"


class Unsigned(Exception):
    """There is no signature, or not a right one; the message says what is wrong with it."""


def sign(secret: str, body: bytes, *, at: datetime) -> str:
    """The header's value: `t` is the time in seconds since 1970, `v1` the digest of `t.body`."""
    seconds = int(at.timestamp())
    return f"t={seconds},v1={_digest(secret, seconds, body)}"


def verify(
    secret: str, signature: str | None, body: bytes, *, at: datetime, tolerance: timedelta
) -> None:
    """Raise Unsigned unless the body was signed with the secret, and not too long ago.

    The time is signed too, so what somebody overheard is of no use to them later.
    """
    if signature is None:
        raise Unsigned(f"Send the header {HEADER}: t=<seconds>,v1=<hex of HMAC-SHA256>.")
    parts = dict(part.strip().partition("=")[::2] for part in signature.split(","))
    if not (parts.get("t", "").isascii() and parts.get("t", "").isdigit() and len(parts["t"]) < 12):
        raise Unsigned("The signature has no time: t=<seconds since 1970>.")
    seconds = int(parts["t"])
    # Compared in constant time, or the time it takes would tell how much of it was right.
    if not hmac.compare_digest(
        _digest(secret, seconds, body).encode(), parts.get("v1", "").encode()
    ):
        raise Unsigned("The signature does not fit the body. Sign it with the shared secret.")
    if abs(datetime.fromtimestamp(seconds, UTC) - at) > tolerance:
        raise Unsigned("The signature is too old, or a clock is wrong. Sign it anew.")


def _digest(secret: str, seconds: int, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{seconds}.".encode() + body, sha256).hexdigest()
