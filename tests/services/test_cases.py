"""Service cases: opened, worked on, waited for, answered, escalated, resolved, closed, reopened."""

from datetime import UTC, datetime, timedelta

import pytest

from models import (
    CaseChannel,
    CaseKind,
    CaseMessage,
    CasePriority,
    CaseStatus,
    Event,
    ExceptionKind,
    Order,
    Person,
    Role,
    ServiceCase,
)
from models.cases import NEVER
from models.errors import Refused
from services import (
    case_escalations,
    case_messages,
    case_steps,
    cases,
    clockwork,
    customers,
    event_log,
    exceptions,
    scopes,
    timeline,
)
from services.actors import SYSTEM
from services.commit import operation
from tests.cast import Shop, actor_for, all_at_once, one_database, refuses, told
from tests.desk import asking, case
from tests.returning import returned

_K, _S = CaseKind, CaseStatus
ASKED = {"kind": _K.OTHER, "subject": "A question"}


async def again(row: ServiceCase) -> ServiceCase:
    return await ServiceCase.get(id=row.id)


async def messages(row: ServiceCase) -> list[CaseMessage]:
    return await CaseMessage.filter(case_id=row.id).order_by("id")


@operation
async def goes_wrong(order: Order, kind: ExceptionKind, reason: str = "Something.") -> None:
    # Whoever changes the queue holds the order's lock.
    await scopes.take(SYSTEM, Order, order.id)
    await exceptions.open(SYSTEM, order, kind, reason=reason)


class TestOpen:
    async def test_says_by_when_it_is_answered_and_resolved(self, shop, clerk, clock):
        order = await shop.order("placed")

        row = await cases.open(
            clerk,
            **ASKED,
            body="Why so dear?",
            order_id=order.id,
            channel=CaseChannel.PHONE,
            priority=CasePriority.HIGH,
            team="billing",
            attachments=["https://example.com/bill.pdf"],
        )

        # Half past nine on a Monday, at a desk that is open from nine to five.
        assert row.first_response_due_at == datetime(2026, 1, 5, 13, 30, tzinfo=UTC)
        assert row.resolve_due_at == datetime(2026, 1, 7, 9, 30, tzinfo=UTC)
        assert row.due_at == row.turn_at == row.escalate_at == row.first_response_due_at
        assert (row.customer_id, row.status, row.owner) == (shop.customer.id, _S.OPEN, None)
        [said] = await messages(row)
        assert (said.from_customer, said.body) == (True, "Why so dear?")
        event = await told("ServiceCaseOpened", by=clerk)
        assert (event.order_id, event.customer_id) == (order.id, shop.customer.id)

    @one_database
    async def test_is_for_customers_about_their_own_orders(self, shop, customer_actor, clerk):
        mine = await shop.order("placed")
        theirs = await (await Shop.open()).order("placed")

        row = await cases.open(customer_actor, **ASKED, order_id=mine.id)
        free = await cases.open(customer_actor, **ASKED)

        assert row.channel is free.channel is CaseChannel.PORTAL
        assert free.customer_id == shop.customer.id
        async with refuses(("NOT_FOUND", ("orderId",))):
            await cases.open(customer_actor, **ASKED, order_id=theirs.id)
        async with refuses(("INVALID", ("channel",)), ("INVALID", ("priority",))):
            await cases.open(
                customer_actor, **ASKED, channel=CaseChannel.CHAT, priority=CasePriority.URGENT
            )
        back = await returned(shop)
        about = await cases.open(customer_actor, **ASKED, return_id=back.id)
        assert (about.returned_id, about.order_id) == (back.id, back.order_id)
        async with refuses(("INVALID", ("returnId",))):
            await cases.open(customer_actor, **ASKED, return_id=back.id, order_id=mine.id)
        async with refuses(("INVALID", ("orderId",))):
            await cases.open(clerk, **ASKED, channel=CaseChannel.CHAT)
        async with refuses(("INVALID", ("customerId",))):
            await cases.open(
                clerk,
                **ASKED,
                channel=CaseChannel.CHAT,
                order_id=mine.id,
                customer_id=theirs.customer_id,
            )

    @one_database
    async def test_refuses_everything_wrong_at_once(self, shop, clerk):
        async with refuses(
            ("INVALID", ("subject",)),
            ("INVALID", ("attachments", 0)),
            ("INVALID", ("body",)),
            ("INVALID", ("channel",)),
        ):
            await cases.open(clerk, kind=_K.OTHER, subject=" ", attachments=["http://insecure"])
        async with refuses(("INVALID", ("channel",))):
            await cases.open(clerk, **ASKED, channel=CaseChannel.SYSTEM)


class TestWork:
    async def test_goes_to_whoever_starts_it(self, shop, clerk, manager):
        row = await case(shop)
        person = await Person.create(name="Ida", role=Role.SUPPORT)
        picker = await Person.create(name="Pia", role=Role.PICKER)

        assert (await cases.assign(manager, row.id, owner_id=person.id)).owner == person.number
        assert (await case_steps.start(clerk, row.id)).owner == person.number
        assert (await cases.assign(manager, row.id)).owner is None
        other = await case(shop, "in_progress")
        assert other.owner == clerk.label
        async with refuses(("NOT_FOUND", ("ownerId",))):
            await cases.assign(manager, row.id, owner_id=picker.id)
        async with refuses(("WRONG_STATUS", ("id",))):
            await case_steps.start(clerk, row.id)
        async with refuses(("INVALID", ("waitsFor",))):
            await case_steps.wait(clerk, row.id, waiting=_S.CLOSED)

    async def test_stands_still_while_the_customer_is_awaited_and_only_then(
        self, shop, clerk, customer_actor, clock
    ):
        row = await case(shop, "in_progress")
        due = row.deadlines
        clock.advance(hours=1)
        row = await case_steps.wait(clerk, row.id, waiting=_S.WAITING_SUPPLIER)
        assert (row.paused_at, row.due_at) == (None, due.response)
        row = await case_steps.resume(clerk, row.id)
        assert row.deadlines == due
        row = await case_steps.wait(clerk, row.id, waiting=_S.WAITING_CUSTOMER)
        assert (row.due_at, row.escalate_at, row.turn_at) == (None, None, NEVER)

        # Over night, which is no time at all, and until noon of the next day.
        clock.advance(hours=25, minutes=30)
        row = await case_messages.reply(customer_actor, row.id, body="Number 7.")

        assert (row.status, row.paused_at) == (_S.IN_PROGRESS, None)
        # From half past ten to five are six and a half hours, and three from nine to noon.
        assert row.first_response_due_at == due.response + timedelta(hours=24 + 9.5 - 8)
        assert row.due_at == row.first_response_due_at

    async def test_is_of_another_priority_as_much_later_as_its_terms_are(self, shop, clerk, clock):
        row = await case(shop)
        before = row.deadlines

        row = await cases.update(
            clerk, row.id, {"priority": CasePriority.URGENT, "team": "parcels", "kind": _K.LATE}
        )

        assert (row.kind, row.team, row.graded) == (_K.LATE, "parcels", CasePriority.URGENT)
        assert row.first_response_due_at == clock.time + timedelta(hours=1)
        row = await cases.update(clerk, row.id, {"priority": CasePriority.NORMAL})
        assert row.deadlines == before
        async with refuses(("INVALID", ("subject",)), ("INVALID", ("kind",))):
            await cases.update(clerk, row.id, {"subject": "", "kind": None})


class TestMessages:
    async def test_first_word_of_the_desk_is_its_first_response(
        self, shop, clerk, customer_actor, clock
    ):
        row = await case(shop, "in_progress")
        await case_messages.note(clerk, row.id, body="Ask the driver.")
        await case_messages.reply(clerk, row.id, body="By phone: where?", from_customer=True)
        assert (await again(row)).first_responded_at is None

        clock.advance(hours=1)
        row = await case_messages.reply(clerk, row.id, body="It comes tomorrow.")
        clock.advance(hours=1)
        row = await case_messages.reply(clerk, row.id, body="It comes today.")

        assert row.first_responded_at == clock.time - timedelta(hours=1)
        assert row.due_at == row.resolve_due_at
        [mine] = await case_messages.of_cases(customer_actor, [row])
        [ours] = await case_messages.of_cases(clerk, [row])
        assert [each.is_internal for each in ours] == [False, True, False, False, False]
        assert [each.id for each in mine] == [each.id for each in ours if not each.is_internal]

    async def test_of_a_customer_opens_again_what_was_resolved_lately(
        self, shop, clerk, customer_actor, clock
    ):
        row = await case(shop, "closed")
        clock.advance(days=13)
        async with refuses(("BLOCKED", ("id",))):
            await case_messages.reply(clerk, row.id, body="By the way")

        row = await case_messages.reply(customer_actor, row.id, body="It is broken.")

        assert (row.status, row.reopened, row.resolved_at, row.closed_at) == (
            _S.OPEN,
            1,
            None,
            None,
        )
        assert row.resolve_due_at > clock.time
        assert await told("ServiceCaseReopened", by=customer_actor)
        await case_steps.start(clerk, row.id)
        await case_steps.resolve(clerk, row.id, resolution="Sent a new one.")
        clock.advance(days=15)
        async with refuses(("BLOCKED", ("id",))):
            await case_messages.reply(customer_actor, row.id, body="Thank you!")
        assert (await case_steps.reopen(clerk, row.id)).status is _S.OPEN

    @one_database
    async def test_are_not_without_end(self, shop, clerk, monkeypatch):
        row = await case(shop)
        monkeypatch.setattr(case_messages, "MOST_MESSAGES", 1)
        for verb in (case_messages.reply, case_messages.note):
            async with refuses(("BLOCKED", ("id",))):
                await verb(clerk, row.id, body="More")
            async with refuses(("INVALID", ("body",))):
                await verb(clerk, row.id, body="")


class TestClockwork:
    async def test_escalates_once_for_each_deadline(self, shop, clerk, clock):
        row = await case(shop)
        for due, priority, escalation in (
            (row.first_response_due_at, CasePriority.HIGH, 1),
            (row.resolve_due_at, CasePriority.URGENT, 2),
        ):
            clock.time = due - timedelta(seconds=1)
            await clockwork.tick()
            assert (await again(row)).escalation == escalation - 1

            clock.time = due
            await clockwork.tick()
            await clockwork.tick()
            await case_escalations.escalate_if_due(row.id)

            found = await again(row)
            assert (found.priority, found.escalation) == (priority, escalation)
            assert found.deadlines == row.deadlines
        assert found.due_at == row.first_response_due_at
        [overdue] = await cases.overdue(clerk, [found])
        events = await Event.filter(kind="ServiceCaseEscalated").order_by("id")
        assert [each.details["escalation"] for each in events] == [1, 2]
        assert overdue
        assert await case_escalations.due(NEVER - timedelta(days=1), 10) == []
        assert (await case_escalations.escalate(clerk, row.id)).escalation == 3

    async def test_closes_what_was_resolved_long_enough(self, shop, clock, policy):
        row = await case(shop, "resolved")
        clock.advance(days=6)
        await clockwork.tick()
        await case_escalations.close_if_due(row.id)
        assert (await again(row)).status is _S.RESOLVED

        clock.advance(days=1)
        await clockwork.tick()

        found = await again(row)
        assert (found.status, found.closed_at) == (_S.CLOSED, clock.time)
        policy(case_close_days=None)
        assert await case_escalations.closable(NEVER, 10) == []


class TestOpenings:
    async def test_are_made_once_for_each_exception(self, shop, clerk, customer_actor, policy):
        policy(cases_of_exceptions=True)
        order = await shop.order("placed")
        await goes_wrong(order, ExceptionKind.LATE)
        await goes_wrong(order, ExceptionKind.LATE, "Still.")
        await goes_wrong(order, ExceptionKind.LOST)
        await goes_wrong(order, ExceptionKind.BACKORDERED)

        late, lost = await ServiceCase.filter(order_id=order.id).order_by("id")

        assert (late.kind, late.channel, late.opened_by) == (_K.LATE, CaseChannel.SYSTEM, "SYSTEM")
        assert (lost.kind, lost.priority) == (_K.LOST, CasePriority.HIGH)
        found = await exceptions.OrderException.get(order_id=order.id, kind=ExceptionKind.LATE)
        await exceptions.settle(clerk, found.id, note="Called them.")
        noted = [each.body for each in await messages(late)]
        assert noted == [f"{found.number}: Something.", f"{found.number} is over: Called them."]
        assert await case_messages.of_cases(customer_actor, [late]) == [[]]
        # It is late again, and the case about that is still open.
        await goes_wrong(order, ExceptionKind.LATE, "Worse.")
        assert await ServiceCase.filter(order_id=order.id).count() == 2
        await case_steps.start(clerk, late.id)
        await case_steps.resolve(clerk, late.id, resolution="It came.")
        late_again = await exceptions.OrderException.get(
            order_id=order.id, kind=ExceptionKind.LATE, is_open=True
        )
        await exceptions.settle(clerk, late_again.id, note="It came.")
        await goes_wrong(order, ExceptionKind.LATE, "And worse.")
        assert await ServiceCase.filter(order_id=order.id).count() == 3

    async def test_join_what_the_customer_asked_already(self, shop, customer_actor):
        order = await shop.order("placed")
        row = await case(shop, kind=_K.LOST, order_id=order.id)
        await goes_wrong(order, ExceptionKind.LOST)
        assert await messages(row) == [(await messages(row))[0]]

        with asking():
            await goes_wrong(order, ExceptionKind.DAMAGED)
            await all_at_once([lambda: goes_wrong(order, ExceptionKind.DISPUTED)] * 3)

        kinds = await ServiceCase.filter(order_id=order.id).order_by("id").values_list("kind")
        assert [kind for [kind] in kinds] == [_K.LOST, _K.DAMAGED, _K.BILLING]


class TestTimeline:
    async def test_has_everything_and_tells_customers_nothing_internal(
        self, shop, clerk, customer_actor, feed
    ):
        with asking():
            order = await shop.order("delivered")
            row = await case(shop, "in_progress", order_id=order.id)
            await case_messages.note(clerk, row.id, body="Nasty.")
            await case_escalations.escalate(clerk, row.id)
            await case_messages.reply(clerk, row.id, body="Soon.")
            await case_steps.resolve(clerk, row.id, resolution="It came.")
        await event_log.take_in()

        seen = {}
        for actor in (clerk, customer_actor):
            [page] = await timeline.of_orders(actor, [order], first=100, after=None)
            seen[actor] = [event.kind for event in page.rows]

        internal = {"ServiceCaseNoted", "ServiceCaseEscalated"}
        assert internal <= set(seen[clerk])
        assert not internal & set(seen[customer_actor])
        told_both = ("ServiceCaseOpened", "ServiceCaseReplied", "ServiceCaseResolved")
        assert set(told_both) <= set(seen[customer_actor])
        assert seen[customer_actor].count("SurveyAsked") == 2


@one_database
async def test_customer_has_no_more_than_the_latest_cases(shop, clerk, monkeypatch):
    monkeypatch.setattr(cases, "MOST_LATEST", 2)
    rows = [await case(shop) for _ in range(3)]
    other = await customers.create(clerk, name="Bea")

    found = await cases.latest_of_customers(clerk, [shop.customer, other])

    assert [[each.id for each in mine] for mine in found] == [[rows[2].id, rows[1].id], []]
    with pytest.raises(Refused):
        await cases.assign(actor_for(other), rows[0].id)
