"""Surveys: asked once, answered once, by the link alone, and not for ever."""

from datetime import timedelta

import pytest

from models import Event, ServiceCase, Survey, SurveyStatus
from models.errors import Refused
from services import case_messages, case_steps, clockwork, seals, surveys
from services.actors import GUEST, SYSTEM
from tests.cast import Shop, actor_for, all_at_once, one_database, refused, refuses, told
from tests.desk import asking, case, survey, survey_of

GOOD = {"scores": {"score": 5, "goods_score": 3}, "comment": " Quick! "}


async def token_of(row: Survey) -> str:
    [link] = await surveys.links(SYSTEM, [row])
    assert link is not None
    assert link.url == f"/survey/{link.token}"
    return link.token


class TestAsk:
    async def test_is_done_once_after_an_order_and_once_after_a_case(self, shop, clerk):
        ordered = await survey(shop)
        with asking():
            row = await case(shop, "resolved", order_id=ordered.order_id)
            await case_messages.reply(clerk, row.id, body="No.", from_customer=True)
            await case_steps.start(clerk, row.id)
            await case_steps.resolve(clerk, row.id, resolution="Now it did.")

        asked = await Survey.all().order_by("id")

        assert [(each.order_id, each.case_id) for each in asked] == [
            (ordered.order_id, None),
            (None, row.id),
        ]
        assert {each.customer_id for each in asked} == {shop.customer.id}
        events = await Event.filter(kind="SurveyAsked").order_by("id")
        # That of a case shows on the case's order, too.
        assert [each.order_id for each in events] == [ordered.order_id] * 2

    @one_database
    async def test_is_not_done_where_nobody_wishes_it(self, shop):
        await shop.order("delivered")
        await case(shop, "resolved")

        assert await Survey.all() == []


class TestAnswer:
    async def test_is_taken_once_from_whoever_has_the_link(self, shop, clock):
        row = await survey(shop)
        token = await token_of(row)

        outcomes = await all_at_once([lambda: surveys.answer(GUEST, token=token, **GOOD)] * 3)

        assert len(refused(outcomes)) == 2
        found = await Survey.get(id=row.id)
        assert (found.status, found.answered_at) == (SurveyStatus.ANSWERED, clock.time)
        assert (found.score, found.goods_score, found.service_score) == (5, 3, None)
        assert found.comment == "Quick!"
        event = await told("SurveyAnswered", by=GUEST)
        assert (event.order_id, event.customer_id) == (row.order_id, shop.customer.id)
        assert (event.details["score"], event.details["goods_score"]) == (5, 3)
        assert "comment" not in event.details
        assert await surveys.links(SYSTEM, [found]) == [None]

    async def test_is_taken_from_the_customer_by_its_id(self, shop, customer_actor, clerk, picker):
        with asking():
            row = await survey_of(await case(shop, "resolved"))
        stranger = actor_for((await Shop.open()).customer)
        for nobody in (GUEST, picker, stranger):
            async with refuses(("NOT_FOUND", ("id",))):
                await surveys.answer(nobody, survey_id=row.id, **GOOD)

        found = await surveys.answer(customer_actor, survey_id=row.id, **GOOD)

        assert found.score == 5
        assert await surveys.links(picker, [row]) == [None]
        async with refuses(("WRONG_STATUS", ("id",))):
            await surveys.answer(clerk, survey_id=row.id, **GOOD)

    @one_database
    async def test_is_refused_for_everything_wrong_at_once(self, shop):
        row = await survey(shop)
        async with refuses(
            ("INVALID", ("score",)),
            ("INVALID", ("goodsScore",)),
            ("INVALID", ("comment",)),
            ("INVALID", ("token",)),
        ):
            wrong = {"score": None, "goods_score": 6}
            await surveys.answer(GUEST, scores=wrong, comment="!" * 1_001)
        token = await token_of(row)
        number, _, seal = token.partition(".")
        for forged in ("", number, f"{number}.", f"{token}x", f"SUR-9999.{seal}", "ORD-1001.x"):
            async with refuses(("NOT_FOUND", ("token",))):
                await surveys.answer(GUEST, token=forged, **GOOD)

    @one_database
    async def test_needs_a_link_that_was_made_here(self, shop, monkeypatch):
        token = await token_of(await survey(shop))
        monkeypatch.setattr(seals, "_secret", seals._secret)
        seals.use("another secret, also long")

        with pytest.raises(Refused):
            await surveys.find_by_token(token)


async def test_end_by_themselves(shop, clock):
    row = await survey(shop)
    token = await token_of(row)
    clock.time = row.expires_at - timedelta(seconds=1)
    await clockwork.tick()
    await surveys.expire(row.id)
    assert (await Survey.get(id=row.id)).status is SurveyStatus.ASKED

    clock.advance(seconds=1)
    async with refuses(("EXPIRED", ("id",))):
        await surveys.answer(GUEST, token=token, **GOOD)
    await clockwork.tick()

    assert (await Survey.get(id=row.id)).status is SurveyStatus.EXPIRED
    assert await told("SurveyExpired", by=SYSTEM)
    assert await ServiceCase.all() == []
