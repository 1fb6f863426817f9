"""Claims: what is wanted of a supplier, told them, and what comes of it."""

from decimal import Decimal

from models import (
    Settlement,
    SupplierClaim,
    SupplierClaimKind,
    SupplierClaimStatus,
)
from models.errors import AmountExceeded
from services import receipts, scopes, supplier_claims
from services.actors import SYSTEM
from services.receiving import OverDelivery
from tests.buying import actor_of, supplier_of
from tests.cast import BUYER, one_database, refuses, told
from tests.inbound import claim, completed, receipt, receipt_line, scan

EUR = "EUR"


class TestCreate:
    async def test_is_worth_what_the_units_cost(self, shop):
        line = await receipt_line(await completed(shop), shop.mug)

        row = await supplier_claims.create(
            BUYER, line.id, kind=SupplierClaimKind.QUALITY, units=2, note="Cracked."
        )

        assert (row.status, row.amount, row.currency) == (SupplierClaimStatus.OPEN, 1000, EUR)
        assert (await told("SupplierClaimOpened", by=BUYER)).details["units"] == 2

    async def test_grows_what_is_open_already(self, shop):
        line = await receipt_line(await completed(shop), shop.mug)
        for _ in range(2):
            row = await supplier_claims.create(
                BUYER, line.id, kind=SupplierClaimKind.QUALITY, units=2
            )

        assert (row.units, row.amount) == (4, 2000)

    async def test_of_what_was_not_ordered_is_worth_nothing(self, shop):
        row = await receipt(shop)
        await scan(row, shop.mug.sku, 12, over=OverDelivery.QUARANTINE)
        await receipts.complete(SYSTEM, row.id)

        [found] = await SupplierClaim.all()
        assert (found.kind, found.units, found.amount) == (SupplierClaimKind.OVER, 2, 0)

    @one_database
    async def test_refuses_no_units_and_unknown_lines(self, shop):
        line = await receipt_line(await completed(shop), shop.mug)
        async with refuses(("INVALID", ("units",))):
            await supplier_claims.create(BUYER, line.id, kind=SupplierClaimKind.SHORT, units=0)
        async with refuses(("NOT_FOUND", ("lineId",))):
            await supplier_claims.create(BUYER, 0, kind=SupplierClaimKind.SHORT, units=1)


class TestUpdate:
    async def test_changes_what_is_claimed(self, shop):
        row = await claim(shop)
        changes = {"units": 3, "amount": (Decimal("9.50"), EUR), "note": "Three."}

        row = await supplier_claims.update(BUYER, row.id, changes)

        assert (row.units, row.amount, row.note) == (3, 950, "Three.")
        assert await told("SupplierClaimUpdated", by=BUYER)

    @one_database
    async def test_refuses_other_money_and_what_the_supplier_knows(self, shop):
        row = await claim(shop)
        async with refuses(("INVALID", ("units",)), ("INVALID", ("amount", "currency"))):
            changes = {"units": None, "amount": (Decimal(1), "USD")}
            await supplier_claims.update(BUYER, row.id, changes)
        async with refuses(("INVALID", ("amount",))):
            await supplier_claims.update(BUYER, row.id, {"amount": None})
        await supplier_claims.send(BUYER, row.id)
        async with refuses(("WRONG_STATUS", ("id",))):
            await supplier_claims.update(BUYER, row.id, {"units": 1})


class TestSend:
    async def test_lets_the_supplier_see_it(self, shop):
        row = await claim(shop)
        them = actor_of(await supplier_of(shop))
        assert not await scopes.visible(them, SupplierClaim).exists()

        await supplier_claims.send(BUYER, row.id)

        assert await scopes.visible(them, SupplierClaim).count() == 1
        assert (await told("SupplierClaimSent", by=BUYER)).supplier_id == row.supplier_id

    @one_database
    async def test_keeps_others_from_seeing_it(self, shop, database):
        await claim(shop, "sent")
        other = await type(shop).open()
        them = actor_of(await supplier_of(other))
        assert not await scopes.visible(them, SupplierClaim).exists()


class TestSettle:
    async def test_credits_all_of_it_or_a_part(self, shop):
        whole, part = await claim(shop, "sent"), await claim(shop, "sent")
        whole = await supplier_claims.settle(BUYER, whole.id, settlement=Settlement.CREDIT)
        part = await supplier_claims.settle(
            BUYER, part.id, settlement=Settlement.CREDIT, amount=(Decimal(2), EUR), reference="CN"
        )

        assert (whole.status, whole.settled_amount) == (SupplierClaimStatus.SETTLED, 500)
        assert (part.settled_amount, part.reference) == (200, "CN")

    @one_database
    async def test_refuses_more_than_was_claimed_and_money_beside_a_replacement(self, shop):
        row = await claim(shop, "sent")
        async with refuses(("AMOUNT_EXCEEDED", ("amount",))) as problems:
            await supplier_claims.settle(
                BUYER, row.id, settlement=Settlement.CREDIT, amount=(Decimal(9), EUR)
            )
        assert isinstance(problems[0], AmountExceeded)
        async with refuses(("INVALID", ("amount",))):
            await supplier_claims.settle(
                BUYER, row.id, settlement=Settlement.REPLACEMENT, amount=(Decimal(1), EUR)
            )

    @one_database
    async def test_refuses_what_the_supplier_was_not_told(self, shop):
        row = await claim(shop)
        async with refuses(("WRONG_STATUS", ("id",))):
            await supplier_claims.settle(BUYER, row.id, settlement=Settlement.NONE)


class TestDrop:
    async def test_pursues_it_no_more(self, shop):
        row = await claim(shop, "sent")

        row = await supplier_claims.drop(BUYER, row.id, reason="Found it.")

        assert (row.status, row.reason) == (SupplierClaimStatus.DROPPED, "Found it.")
        assert (await told("SupplierClaimDropped", by=BUYER)).details["reason"] == "Found it."

    @one_database
    async def test_needs_a_reason(self, shop):
        row = await claim(shop)
        async with refuses(("INVALID", ("reason",))):
            await supplier_claims.drop(BUYER, row.id, reason=" ")
