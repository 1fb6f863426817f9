"""Customers in the tests: what is known of what they buy."""

from datetime import timedelta

from models import CustomerFigure, SegmentSum
from services import checks, customer_figures, event_log, segments
from services.clock import now
from tests.cast import Shop


async def read_figures() -> None:
    """Let the reader of figures read everything that has happened."""
    await event_log.take_in()
    for batch in await customer_figures.due(now(), 100):
        await customer_figures.read_on(batch)


async def broken_rules() -> list[str]:
    """The names of the rules about anything that do not hold."""
    await event_log.take_in()
    return [each.name for each in await checks.run() if each.broken]


async def told_apart() -> None:
    """Tell customers apart, though that may have been done today."""
    await SegmentSum.all().update(told_at=now() - timedelta(days=2))
    await segments.tell_apart()


async def buys(shop: Shop) -> CustomerFigure:
    """What the customer of a shop is worth, who has ordered something."""
    await shop.order("placed")
    await read_figures()
    await told_apart()
    return await CustomerFigure.get(customer_id=shop.customer.id)
