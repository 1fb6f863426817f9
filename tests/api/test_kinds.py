"""Each kind of refusal that the schema knows is met through the API."""

import pytest

from api.execution import core
from models import Payment
from tests.api.examples import authorized, example, operation
from tests.cast import BUYER, CLERK, LEAD, MANAGER, Shop
from tests.counting import count_at
from tests.purchases import bought

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def invalid(api, shop: Shop):
    return await api.refusal(CLERK, "CustomerCreate", name="")


async def not_found(api, shop: Shop):
    return await api.refusal(CLERK, "OrderConfirm", id="ORD-9999")


async def blocked(api, shop: Shop):
    held = await shop.order("confirmed", mug=1)
    await api.do(MANAGER, "OrderHold", id=held.number, reason="Wait")
    [work] = (await api.ask(MANAGER, "Order", number=held.number))["fulfillments"]
    return await api.refusal(MANAGER, "FulfillmentRelease", id=work["id"])


async def another_input(api, shop: Shop):
    await api.do(CLERK, "CustomerCreate", name="Ada", idempotencyKey="k")
    return await api.refusal(CLERK, "CustomerCreate", name="Bea", idempotencyKey="k")


async def wrong_status(api, shop: Shop):
    return await api.refusal(CLERK, "OrderConfirm", id=(await shop.order()).number)


async def changed(api, shop: Shop):
    order = await shop.order("placed")
    return await api.refusal(CLERK, "OrderConfirm", id=order.number, expectedVersion=99)


async def too_much(api, shop: Shop):
    payment: Payment = await authorized(shop)
    amount = {"amount": "999999.00", "currency": payment.currency}
    return await api.refusal(MANAGER, "PaymentCapture", id=payment.number, amount=amount)


async def out_of_stock(api, shop: Shop):
    order = await shop.order("draft", mug=100)
    return await api.refusal(CLERK, "OrderPlace", id=order.number)


async def mispick(api, shop: Shop):
    input = await example("fulfillmentPickScan", shop)
    return await api.refusal(MANAGER, "FulfillmentPickScan", **input | {"barcode": "WRONG"})


async def discount(api, shop: Shop):
    input = await example("orderDiscountAdd", shop)
    mutation = operation("orderDiscountAdd")
    given = {name: value for name, value in input.items() if name not in ("amount", "percent")}
    return await api.refusal(CLERK, mutation, **given, percent="99")


async def too_dear(api, shop: Shop):
    order = await bought(shop, "submitted", mug=4_000)
    return await api.refusal(BUYER, "PurchaseOrderApprove", id=order.number)


async def by_those_who_counted(api, shop: Shop):
    count = await count_at(shop, "accepted", off=50, by=LEAD)
    return await api.refusal(LEAD, "StockCountApprove", id=count.number)


KINDS = {
    "SecondPersonNeededError": by_those_who_counted,
    "ApprovalLimitError": too_dear,
    "InvalidError": invalid,
    "NotFoundError": not_found,
    "BlockedError": blocked,
    "IdempotencyMismatchError": another_input,
    "WrongStatusError": wrong_status,
    "VersionConflictError": changed,
    "AmountExceededError": too_much,
    "OutOfStockError": out_of_stock,
    "MispickError": mispick,
    "DiscountLimitError": discount,
}


def test_every_kind_is_met(database_url):
    assert {kind.name for kind in core.get_possible_types(core.get_type("UserError"))} == {*KINDS}


@pytest.mark.parametrize("kind", KINDS)
async def test_is_met(api, shop, kind):
    problems = await KINDS[kind](api, shop)

    assert [problem["__typename"] for problem in problems] == [kind]
    assert all(problem["message"] for problem in problems)
