"""Links to papers: signed, and good for a while, so that whoever has one needs no account."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from services import policies, seals
from services.clock import now
from services.papers.paper import PaperKind

FORMATS = ("pdf", "html")


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


def link(kind: PaperKind, number: str, title: str) -> Link:
    expires_at = seals.deadline(policies.current().paper_link_minutes)
    expires = int(expires_at.timestamp())
    signature = seals.seal("paper", kind, number, expires)
    query = f"?expires={expires}&signature={signature}"
    pdf, html = (f"/papers/{kind}/{number}.{each}{query}" for each in FORMATS)
    return Link(
        kind=kind, number=number, title=title, expires_at=expires_at, pdf_url=pdf, html_url=html
    )


def check(kind: PaperKind, number: str, expires: str, signature: str) -> Verdict:
    """Whether a link was made here and is still good. A forged one never says it has expired."""
    # A moment beyond the calendar was never signed.
    if not (expires.isascii() and expires.isdigit() and len(expires) < 12):
        return Verdict.FORGED
    if not seals.holds(signature, "paper", kind, number, int(expires)):
        return Verdict.FORGED
    return Verdict.GOOD if int(expires) > now().timestamp() else Verdict.EXPIRED
