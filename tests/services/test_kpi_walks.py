"""Key figures on random walks of a whole shop: whatever verbs are called, in whatever order, late
or to put right what was said before, the journal comes to what the rows come to."""

from collections import Counter, deque
from contextlib import suppress
from datetime import timedelta
from random import Random
from typing import Any

from models import (
    CaseKind,
    CaseStatus,
    Claim,
    ClaimKind,
    ClaimStatus,
    Disposition,
    ExchangeMode,
    Fulfillment,
    FulfillmentStatus,
    KpiName,
    LogCursor,
    Mispick,
    Order,
    OrderChannel,
    OrderLine,
    OrderStatus,
    Return,
    ReturnCondition,
    ReturnLine,
    ReturnReason,
    ReturnStatus,
    ReturnUnit,
    ServiceCase,
    Shipment,
    ShipmentStatus,
    Survey,
    SurveyStatus,
)
from models.errors import Refused
from models.rows import Row
from services import (
    case_messages,
    case_steps,
    cases,
    claim_remedies,
    claims,
    clockwork,
    event_log,
    exchanges,
    orders,
    return_inspections,
    return_receiving,
    returns,
    scans,
    shipments,
    surveys,
)
from services.actors import SYSTEM
from services.goods import LineDraft
from services.kpis import reader
from services.kpis.figures import Question
from services.mispicks import Scan
from services.return_inspections import Finding
from services.return_receiving import Seen
from services.returns import ReturnLineDraft
from tests.cast import CLERK, LEAD, MANAGER, PICKER, Shop, actor_for, work_on, work_through
from tests.desk import asking
from tests.figures import YEAR, broken, read, told, unlike, value

_C, _O, _R, _S = CaseStatus, OrderStatus, ReturnStatus, ShipmentStatus
STEPS = 240
OFF = (_R.DECLINED, _R.CANCELLED)
UNDER_WAY = (_S.SHIPPED, _S.IN_TRANSIT, _S.DELIVERY_FAILED, _S.OUT_FOR_DELIVERY, _S.LOST)


class Walk:
    """A shop whose customers order, claim, send back, complain and say how content they are."""

    def __init__(self, shop: Shop, dice: Random, clock: Any) -> None:
        self.shop, self.dice, self.clock = shop, dice, clock
        self.customer = actor_for(shop.customer)
        self.done: Counter[str] = Counter()
        self.latest: deque[str] = deque(maxlen=3)
        self.verbs = {
            # What there has to be plenty of for the rest to make sense comes up more often.
            **dict.fromkeys((self.place, self.work, self.carry, self.serve), 4.0),
            **dict.fromkeys((self.ask_back, self.approve, self.come_back, self.judge), 4.0),
            **dict.fromkeys((self.claim, self.decide, self.resolve, self.answer), 2.0),
            **dict.fromkeys((self.complain, self.talk, self.revise), 2.0),
            **dict.fromkeys((self.cancel, self.mispick, self.refuse), 1.0),
            **dict.fromkeys((self.swap, self.reopen, self.remedy, self.wait), 1.0),
        }

    async def step(self) -> None:
        """Let dice ask for something, which is done or refused; where there is nothing that it
        could be asked of, they are thrown again."""
        while True:
            [verb] = self.dice.choices(list(self.verbs), list(self.verbs.values()))
            with suppress(LookupError):
                with suppress(Refused):
                    await verb()
                    self.done[verb.__name__] += 1
                    self.latest.append(verb.__name__)
                return

    async def place(self) -> None:
        channel = self.dice.choice([OrderChannel.ONLINE, OrderChannel.PHONE])
        draft = self.shop.draft(
            mug=self.dice.randint(1, 3), shirt=self.dice.randint(0, 2), channel=channel
        )
        order = await orders.place(SYSTEM, draft=draft)
        if self.dice.random() < 0.8:
            await orders.confirm(SYSTEM, order.id)

    async def work(self) -> None:
        order = await self.one_of(Order, status=_O.CONFIRMED)
        for work in await work_on(order):
            await work_through(work, self.dice.choice(["picking", "packed", *["shipped"] * 4]))

    async def mispick(self) -> None:
        work = await self.one_of(Fulfillment, status=FulfillmentStatus.PICKING)
        await self.scan(work, "4006381333931")

    async def scan(self, work: Fulfillment, code: str) -> None:
        """A scan that is refused, which is kept all the same."""
        with suppress(Refused):
            await scans.pick(PICKER, work.id, Scan(barcode=code))

    async def carry(self) -> None:
        """The carrier says where a parcel is, or was some days ago; what was lost may be found."""
        parcel = await self.one_of(Shipment, status__in=UNDER_WAY)
        await shipments.record_event(
            SYSTEM,
            parcel.id,
            status=self.dice.choice((*UNDER_WAY[1:], *[_S.DELIVERED] * 5)),
            occurred_at=self.clock.time - timedelta(hours=self.dice.choice([0, 1, 30, 80])),
        )

    async def cancel(self) -> None:
        order = await self.one_of(Order, status__in=[_O.PLACED, _O.CONFIRMED])
        by = self.dice.choice([MANAGER, self.customer])
        await orders.cancel(by, order.id, reason="Not wanted")

    async def claim(self) -> None:
        order = await self.one_of(Order, status__in=[_O.IN_PROGRESS, _O.COMPLETED])
        line = await self.one_of(OrderLine, order_id=order.id)
        kind = self.dice.choice(list(ClaimKind))
        await claims.open(CLERK, order.id, kind=kind, lines=[(line.id, 1)])

    async def decide(self) -> None:
        row = await self.one_of(Claim, status__in=[ClaimStatus.OPEN, ClaimStatus.APPROVED])
        if self.dice.random() < 0.5:
            await claims.approve(MANAGER, row.id)
        else:
            await claims.decline(MANAGER, row.id, reason="It was whole.")

    async def remedy(self) -> None:
        row = await self.one_of(Claim, status=ClaimStatus.APPROVED)
        await self.dice.choice((claim_remedies.replace, claim_remedies.refund))(MANAGER, row.id)

    async def ask_back(self) -> None:
        order = await self.one_of(Order, status__in=[_O.IN_PROGRESS, _O.COMPLETED])
        line = await self.one_of(OrderLine, order_id=order.id, delivered__gt=0)
        wanted = ReturnLineDraft(
            line_id=line.id,
            quantity=self.dice.randint(1, line.delivered),
            reason=self.dice.choice(list(ReturnReason)),
        )
        await returns.request(self.customer, order.id, lines=[wanted])

    async def approve(self) -> None:
        await returns.approve(MANAGER, (await self.one_of(Return, status=_R.REQUESTED)).id)

    async def refuse(self) -> None:
        """The shop does not take it back, or the customer keeps it after all."""
        row = await self.one_of(Return, status__in=[_R.REQUESTED, _R.APPROVED])
        if self.dice.random() < 0.5:
            await returns.decline(MANAGER, row.id, reason="It was worn.")
        else:
            await returns.cancel(self.customer, row.id)

    async def swap(self) -> None:
        row = await self.one_of(Return, status=_R.APPROVED)
        mode = self.dice.choice(list(ExchangeMode))
        wanted = [LineDraft(variant_id=self.shop.shirt.id, quantity=1)]
        await exchanges.arrange(CLERK, row.id, mode=mode, lines=wanted)

    async def come_back(self) -> None:
        row = await self.one_of(Return, status__in=[_R.APPROVED, _R.IN_TRANSIT])
        if row.status is _R.APPROVED:
            await returns.send(self.customer, row.id)
            return
        for line in await returns.lines_of(row):
            names = {self.shop.mug.id: self.shop.mug.sku, self.shop.shirt.id: self.shop.shirt.sku}
            came = self.dice.randint(0, line.quantity)
            if came:
                seen = Seen(code=names[line.variant_id], quantity=came)
                await return_receiving.scan(LEAD, row.id, seen)
        await return_receiving.complete(LEAD, row.id, reason="The box was open.")

    async def judge(self) -> None:
        unit = await self.one_of(ReturnUnit, disposition=None)
        finding = Finding(units=self.dice.randint(1, unit.units), **self.verdict())
        await return_inspections.inspect(LEAD, unit.returned_id, unit.id, findings=[finding])

    async def revise(self) -> None:
        unit = await self.one_of(ReturnUnit, disposition__not_isnull=True)
        verdict = self.verdict()
        await return_inspections.revise(LEAD, unit.returned_id, unit.id, units=1, **verdict)

    async def resolve(self) -> None:
        await returns.resolve(MANAGER, (await self.one_of(Return, status=_R.INSPECTED)).id)

    async def complain(self) -> None:
        order = await self.one_of(Order, status__not=_O.DRAFT)
        about = {"kind": self.dice.choice(list(CaseKind)), "subject": "Well", "body": "Well?"}
        await cases.open(self.customer, order_id=order.id, **about)

    async def talk(self) -> None:
        row = await self.one_of(ServiceCase)
        by = self.dice.choice([CLERK, self.customer])
        await case_messages.reply(by, row.id, body="Tomorrow.")

    async def serve(self) -> None:
        row = await self.one_of(ServiceCase, status__not_in=[_C.RESOLVED, _C.CLOSED])
        if row.status is _C.OPEN:
            await case_steps.start(CLERK, row.id)
        elif row.status is not _C.IN_PROGRESS:
            await case_steps.resume(CLERK, row.id)
        elif self.dice.random() < 0.3:
            await case_steps.wait(CLERK, row.id, waiting=_C.WAITING_CUSTOMER)
        else:
            await case_steps.resolve(CLERK, row.id, resolution="It came.")

    async def reopen(self) -> None:
        row = await self.one_of(ServiceCase, status__in=[_C.RESOLVED, _C.CLOSED])
        await case_steps.reopen(CLERK, row.id)

    async def answer(self) -> None:
        row = await self.one_of(Survey, status=SurveyStatus.ASKED)
        scores = {"score": self.dice.randint(1, 5)}
        await surveys.answer(self.customer, survey_id=row.id, scores=scores)

    async def wait(self) -> None:
        self.clock.advance(days=self.dice.choice([1, 9, 20]))
        await clockwork.tick()

    def verdict(self) -> dict[str, Any]:
        fates = [each for each in Disposition if each is not Disposition.MISSING]
        return {"condition": ReturnCondition.OPENED, "disposition": self.dice.choice(fates)}

    async def one_of(self, kind: type[Row], **where: Any) -> Any:
        """Of all there are, for there is no other shop; a LookupError where there is none."""
        return self.dice.choice(await kind.filter(**where).order_by("id"))


async def test_walks_of_verbs_come_to_what_the_rows_come_to(shop, clock, monkeypatch):
    # So that what happened together is often read apart.
    monkeypatch.setattr(reader, "BATCH", 40)
    await shop.receive(shop.mug, shop.north, 300)
    await shop.receive(shop.shirt, shop.north, 300)
    walk, was = Walk(shop, Random(14), clock), {}
    with asking():
        for n in range(STEPS):
            clock.advance(hours=walk.dice.choice([1, 3, 9]))
            await walk.step()
            if n % 3 == 2:
                await event_log.take_in()
                await reader.read_on(0)
                # Before something else of an order has all of it read anew.
                assert await unlike() == [], walk.latest
            if n % 80 == 79:
                position = (await LogCursor.get(reader=reader.READER)).position
                was[position] = await told(Question(**YEAR))
        await read()

    assert await broken() == []
    for position, answer in was.items():
        assert await told(Question(**YEAR, at=str(position))) == answer
    await assert_counted()
    assert set(walk.done) == {verb.__name__ for verb in walk.verbs}


async def assert_counted() -> None:
    """Figures counted anew from the rows, with none of the code that keeps them."""
    rows = [row for row in await Order.all() if row.status in (_O.COMPLETED, _O.CLOSED)]
    done = {row.id for row in rows}
    kept = {row.id: row.order_id for row in await Return.filter(status__not_in=OFF)}
    wrong = {row.order_id for row in await Mispick.all()}
    claimed = await Claim.filter(kind__in=[ClaimKind.WRONG, ClaimKind.MISSING])
    wrong |= {row.order_id for row in claimed if row.status is not ClaimStatus.DECLINED}
    reasons = await ReturnLine.filter(reason=ReturnReason.WRONG_ITEM, returned_id__in=list(kept))
    wrong |= {kept[line.returned_id] for line in reasons}
    assert 0 < len(done & wrong) < len(done)
    assert await value(KpiName.ORDER_ACCURACY) == (len(done - wrong), len(done))

    lost = {row.order_id for row in await Shipment.filter(status=_S.DELIVERED)}
    lines = await OrderLine.filter(order_id__in=sorted(done | lost), delivered__gt=0)
    back = sum(line.return_received + line.return_rejected for line in lines)
    assert await value(KpiName.RETURN_RATE) == (back, sum(line.delivered for line in lines))

    about = {row.id for row in await ServiceCase.filter(order_id__not_isnull=True)}
    asked = [row for row in await Survey.all() if row.order_id or row.case_id in about]
    scores = [row.score for row in asked if row.score is not None]
    assert len({row.subject for row in asked if row.score is not None}) == 2
    assert await value(KpiName.SATISFACTION) == (sum(scores), len(scores))
    assert await value(KpiName.RESPONSE_RATE) == (len(scores), len(asked))
