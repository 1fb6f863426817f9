"""Links to papers: signed, and good for a while, so that whoever has one needs no account."""

import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from hashlib import sha256
from secrets import token_bytes

from services import policies
from services.clock import now
from services.papers.paper import PaperKind

FORMATS = ("pdf", "html")

# Of this process alone until it is told another one.
_secret = token_bytes(32)


class Verdict(Enum):
    GOOD = "good"
    FORGED = "forged"
    EXPIRED = "expired"


@dataclass(frozen=True, kw_only=True)
class Link:
    """Where a paper can be read until `expires_at`, with no other credential."""

    kind: PaperKind
    number: str
    title: str
    expires_at: datetime
    pdf_url: str
    html_url: str


def use(secret: str) -> None:
    """Sign and check with this secret from now on; processes that share it know each other's
    links."""
    global _secret
    _secret = secret.encode()


def link(kind: PaperKind, number: str, title: str) -> Link:
    minutes = policies.current().paper_link_minutes
    expires_at = (now() + timedelta(minutes=minutes)).replace(microsecond=0)
    expires = int(expires_at.timestamp())
    query = f"?expires={expires}&signature={_signature(kind, number, expires)}"
    pdf, html = (f"/papers/{kind}/{number}.{each}{query}" for each in FORMATS)
    return Link(
        kind=kind, number=number, title=title, expires_at=expires_at, pdf_url=pdf, html_url=html
    )


def check(kind: PaperKind, number: str, expires: str, signature: str) -> Verdict:
    """Whether a link was made here and is still good. A forged one never says it has expired."""
    # A moment beyond the calendar was never signed.
    if not (expires.isascii() and expires.isdigit() and len(expires) < 12):
        return Verdict.FORGED
    right = _signature(kind, number, int(expires))
    if not hmac.compare_digest(right.encode(), signature.encode()):
        return Verdict.FORGED
    return Verdict.GOOD if int(expires) > now().timestamp() else Verdict.EXPIRED


def _signature(kind: PaperKind, number: str, expires: int) -> str:
    # No number holds a line break, so no two links have the same content.
    content = f"paper\n{kind}\n{number}\n{expires}".encode()
    return urlsafe_b64encode(hmac.digest(_secret, content, sha256)).decode().rstrip("=")
