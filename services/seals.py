"""Seals on links that are good without an account: whoever has one was given it by us."""

import hmac
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from hashlib import sha256
from secrets import token_bytes

from services.clock import now

# Of this process alone until it is told another one.
_secret = token_bytes(32)


def use(secret: str) -> None:
    """Seal and check with this secret from now on; processes that share it know each other's
    links."""
    global _secret
    _secret = secret.encode()


def seal(*content: str | int) -> str:
    """What proves that a link to this content was made here."""
    # No part of any content holds a line break, so no two contents are alike.
    digest = hmac.digest(_secret, "\n".join(map(str, content)).encode(), sha256)
    return urlsafe_b64encode(digest).decode().rstrip("=")


def deadline(minutes: int) -> datetime:
    """When a link made now ends: after so many minutes at least, and twice as many at most.
    Whoever asks again within them is given the same link, so an answer that has one can be kept."""
    period = minutes * 60
    return datetime.fromtimestamp((int(now().timestamp()) // period + 2) * period, UTC)


def holds(given: str, *content: str | int) -> bool:
    """Whether a seal belongs to this content. Compared in constant time, or the time it takes
    would tell how much of it was right."""
    return hmac.compare_digest(seal(*content).encode(), given.encode())
