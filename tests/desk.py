"""The service desk: cases, and how far they have come; surveys."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from models import CaseChannel, CaseKind, CaseStatus, ServiceCase, ShipmentStatus, Survey
from services import case_messages, case_steps, cases, policies, surveys
from services.actors import SYSTEM, Actor
from tests.cast import CLERK, Shop, report

STAGES = ("open", "in_progress", "waiting", "resolved", "closed")


async def case(shop: Shop, stage: str = "open", *, by: Actor = CLERK, **given: Any) -> ServiceCase:
    """A case about a new order, in which something was said, taken to one of STAGES."""
    about = {
        "kind": CaseKind.WHERE_IS_MY_ORDER,
        "subject": "Where is it?",
        "body": "It was to come on Monday.",
        "channel": CaseChannel.PHONE,
        "order_id": given.pop("order_id", None) or (await shop.order("placed")).id,
    }
    row = await cases.open(by, **about | given)
    if stage == "open":
        return row
    row = await case_steps.start(by, row.id)
    if stage == "waiting":
        return await case_steps.wait(by, row.id, waiting=CaseStatus.WAITING_CUSTOMER)
    if stage in ("resolved", "closed"):
        row = await case_steps.resolve(by, row.id, resolution="It came.")
    return await case_steps.close(by, row.id) if stage == "closed" else row


async def said_in(shop: Shop) -> ServiceCase:
    """A case in which the desk has answered."""
    row = await case(shop, "in_progress")
    return await case_messages.reply(CLERK, row.id, body="It comes tomorrow.")


async def survey(shop: Shop) -> Survey:
    """A customer is asked about a new order of theirs, which they have received."""
    with asking():
        order = await shop.order("delivered")
    return await Survey.get(order_id=order.id)


async def survey_of(row: ServiceCase) -> Survey:
    return await Survey.get(case_id=row.id)


@contextmanager
def asking(**given: Any) -> Iterator[None]:
    """Within it, customers are asked how content they are, and exceptions open cases."""
    usual = policies.current()
    policies.apply(replace(usual, survey_days=30, cases_of_exceptions=True, **given))
    try:
        yield
    finally:
        policies.apply(usual)


async def attend(shop: Shop) -> None:
    """Cases at every stage, one by an exception; surveys that are asked, answered and over."""
    for stage in STAGES:
        await case(shop, stage)
    asked = await said_in(shop)
    await case_messages.note(CLERK, asked.id, body="The driver was new.")
    with asking():
        parcel = await shop.shipment("shipped")
        await report(parcel, ShipmentStatus.LOST, hour=1)
        for score in (5, 2):
            row = await survey_of(await case(shop, "resolved"))
            await surveys.answer(SYSTEM, survey_id=row.id, scores={"score": score}, comment="!")
    for _ in range(2):
        row = await survey(shop)
    await Survey.filter(id=row.id).update(expires_at=row.asked_at)
    await surveys.expire(row.id)
