"""The service desk of the demo shop, and customers who say how content they are."""

from app.demo.shop import Desk, Shop, trying
from models import CaseStatus, Role, ServiceCase, Survey, SurveyStatus
from services import case_messages, case_steps, surveys
from services.actors import GUEST, SYSTEM
from services.clock import now

MOST_AT_ONCE = 5
ANSWERS = ("We look into it.", "It is on its way to you.", "We have put it right.")
SCORES = (1, 3, 4, 4, 5, 5, 5)


async def attend(shop: Shop) -> None:
    """Take up what is due first, answer it, and one time later say that it is dealt with."""
    support = shop.staff[Role.SUPPORT]
    waiting = ServiceCase.filter(status__in=[CaseStatus.OPEN, CaseStatus.IN_PROGRESS])
    for row in await waiting.order_by("turn_at", "id").limit(MOST_AT_ONCE):
        async with trying():
            if row.status is CaseStatus.OPEN:
                await case_steps.start(support, row.id)
                await case_messages.reply(support, row.id, body=shop.dice.choice(ANSWERS))
            elif shop.happens(0.3):
                waits = CaseStatus.WAITING_CUSTOMER
                await case_steps.wait(support, row.id, waiting=waits)
            else:
                await case_steps.resolve(support, row.id, resolution="Put right.")
    awaited = ServiceCase.filter(status=CaseStatus.WAITING_CUSTOMER).order_by("id")
    for row in await awaited.limit(MOST_AT_ONCE):
        async with trying():
            body = "Yes, that is right."
            await case_messages.reply(support, row.id, body=body, from_customer=True)


async def answer(shop: Shop) -> None:
    """Some of those who were asked lately say how content they are."""
    asked = Survey.filter(status=SurveyStatus.ASKED, expires_at__gt=now())
    for row in await asked.order_by("-id").limit(MOST_AT_ONCE):
        if shop.happens(0.3):
            scores: dict[str, int | None] = {
                name: shop.dice.choice(SCORES)
                for name in surveys.PATHS
                if name == "score" or shop.happens(0.5)
            }
            [link] = await surveys.links(SYSTEM, [row])
            async with trying():
                if link is not None:
                    await surveys.answer(GUEST, token=link.token, scores=scores)


DESKS = (
    Desk(name="service desk", minutes=30, work=attend),
    Desk(name="surveys", minutes=20, work=answer),
)
