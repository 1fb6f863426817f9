"""Links to reports: for one person, one report and what it is narrowed to, and for a short while.

A link is as good as who asked for it: with their token revoked, or the permission gone, it opens
nothing any more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from services import people, policies, reports, seals
from services.actors import Actor
from services.clock import now
from services.papers.links import Verdict
from services.reports.report import Report

Pairs = Sequence[tuple[str, str]]
OWN = ("person", "token", "expires", "signature")


@dataclass(frozen=True, kw_only=True)
class ReportLink:
    """Where a report can be read until `expires_at`, with no other credential."""

    name: str
    url: str
    expires_at: datetime


async def offer(actor: Actor, report: Report, given: Pairs) -> ReportLink:
    """A link for somebody who may read the report; refuses what the report would refuse."""
    reports.require(actor, report)
    await reports.understood(report, given)
    return _link(actor, report, given)


def _link(actor: Actor, report: Report, given: Pairs) -> ReportLink:
    expires_at = seals.deadline(policies.current().report_link_minutes)
    whose = [
        ("person", str(actor.person_id or 0)),
        ("token", str(actor.token_id or 0)),
        ("expires", str(int(expires_at.timestamp()))),
    ]
    query = urlencode([*given, *whose])
    signature = seals.seal("report", report.name, query)
    url = f"/reports/{report.name}.csv?{query}&signature={signature}"
    return ReportLink(name=report.name, url=url, expires_at=expires_at)


async def open_with(report: Report, query: str) -> tuple[Verdict, Actor | None]:
    """Whether a link was made here and is still good, and whom it was made for, as they are now.
    `query` is the link's own, to the letter."""
    signed, _, signature = query.rpartition("&signature=")
    if not seals.holds(signature, "report", report.name, signed):
        return Verdict.FORGED, None
    said = dict(each.split("=", 1) for each in signed.split("&")[-3:])
    if int(said["expires"]) <= now().timestamp():
        return Verdict.EXPIRED, None
    return Verdict.GOOD, await people.still(int(said["person"]), int(said["token"]) or None)
