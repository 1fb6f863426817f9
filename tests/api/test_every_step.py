"""Every step of every lifecycle, taken through the API, and every other one refused there."""

import pytest

from models import (
    Arrival,
    Claim,
    Fulfillment,
    Order,
    Package,
    Proposal,
    PurchaseOrder,
    Receipt,
    Reservation,
    Return,
    ServiceCase,
    Shipment,
    StockAlert,
    StockCount,
    SupplierClaim,
    Survey,
    Transfer,
    Variance,
    Wave,
)
from models.lifecycle import Status
from models.rows import Lifecycle
from tests.api import lives_after, lives_in, lives_out
from tests.api.conftest import BESIDES, Api
from tests.api.examples import MUTATIONS, takes
from tests.api.lives import Life, Move
from tests.cast import ADMIN, Shop, everything, one_database

LIVES: dict[type[Lifecycle], Life] = {
    Order: lives_out.ORDERS,
    Fulfillment: lives_out.FULFILLMENTS,
    Wave: lives_out.WAVES,
    Package: lives_out.PACKAGES,
    Shipment: lives_out.SHIPMENTS,
    Reservation: lives_out.RESERVATIONS,
    StockAlert: lives_in.ALERTS,
    Arrival: lives_in.ARRIVALS,
    PurchaseOrder: lives_in.PURCHASES,
    Transfer: lives_in.TRANSFERS,
    Receipt: lives_in.RECEIPTS,
    SupplierClaim: lives_in.SUPPLIER_CLAIMS,
    StockCount: lives_in.COUNTS,
    Variance: lives_in.VARIANCES,
    Proposal: lives_in.PROPOSALS,
    Return: lives_after.RETURNS,
    Claim: lives_after.CLAIMS,
    ServiceCase: lives_after.CASES,
    Survey: lives_after.SURVEYS,
}

# The mutations that take the id of something without a lifecycle.
OTHERS = """
    orderLineUpdate orderLineRemove orderLineCancel orderReleaseHold orderHoldAssign
    orderDataIssueAccept orderSkuSubstitute orderDiscountRemove exceptionAssign exceptionResolve
    paymentCapture paymentVoid paymentRefund paymentRetry paymentOutcomeRecord paymentChargeback
    paymentChargebackReverse storeCreditRevoke carrierUpdate shippingMethodUpdate
    shippingMethodArchive shippingZoneRemove lotUpdate lotRecall lotRecallEnd supplierUpdate
    supplierArchive supplierContactUpdate supplierContactArchive supplierItemUpdate
    supplierItemArchive replenishmentPolicyRemove purchaseOrderLineChange purchaseOrderLineRemove
    productUpdate productArchive variantUpdate variantArchive customerUpdate customerArchive
    addressUpdate addressArchive customerDuplicateDismiss customerExport customerErase
    locationUpdate locationCalendarSet locationArchive binUpdate binArchive priceListUpdate
    priceListArchive priceRemove taxRateUpdate taxRateArchive personUpdate personRoleSet
    personDeactivate passwordSet tokenRevoke
"""

# What only the table, or something that has to be done first, can be the reason for.
REASONS = {"WrongStatusError", "BlockedError"}


def test_no_lifecycle_and_no_mutation_is_forgotten():
    known = [
        name
        for life in LIVES.values()
        for name in (*{move.mutation for move in life.moves}, *life.stays.split())
    ]

    assert set(LIVES) == set(Lifecycle.__subclasses__())
    assert sorted([*known, *OTHERS.split()]) == sorted(
        name for name in MUTATIONS if takes(name, "id")
    )


def document(mutation: str) -> str:
    payload = MUTATIONS[mutation].type.of_type.fields
    [record] = [name for name in payload if name not in BESIDES]
    # Who answers a survey by its link is told no more than what they said.
    asked = "status" if "status" in payload[record].type.fields else "__typename"
    return f"""mutation($input: {MUTATIONS[mutation].args["input"].type}) {{
        {mutation}(input: $input) {{
            userErrors {{ __typename message ... on WrongStatusError {{ current allowed }} }}
            record: {record} {{ {asked} }}
        }}
    }}"""


Steps = list[tuple[type[Lifecycle], str, str]]


class Walker:
    """Sends each mutation of a lifecycle to its rows, and remembers which steps there were."""

    def __init__(self, api: Api, kind: type[Lifecycle], shop: Shop, steps: Steps) -> None:
        self.api, self.kind, self.shop, self.steps = api, kind, shop, steps
        self.table = {a.name: {b.name for b in kind.STEPS[a]} for a in kind.STEPS}
        self.taken: set[tuple[str, str]] = set()
        self.worked: set[tuple[str, str, str]] = set()

    async def visit(self, row: Lifecycle) -> None:
        before = await everything()
        for move in LIVES[self.kind].moves:
            await self.try_out(move, row)
        assert await everything() == before, row.number

    async def try_out(self, move: Move, row: Lifecycle) -> None:
        here = row.status.name
        possible = self.possible(move, here)
        more = await move.more(self.shop, row) if move.more is not None else {}
        input = {"id": row.number, "dryRun": bool(possible)} | move.input | more
        self.steps.clear()
        answer = await self.api.ask(ADMIN, document(move.mutation), input=input)
        about = (move.mutation, row.number, here, answer)
        if answer["userErrors"]:
            assert answer["record"] is None, about
            for problem in answer["userErrors"]:
                assert problem["__typename"] in REASONS, about
                assert problem.get("current", here) == here, about
                assert set(problem.get("allowed", self.table[here])) == self.table[here], about
            return
        own = [(a, b) for kind, a, b in self.steps if kind is self.kind]
        reached = answer["record"].get("status") or own[-1][1]
        assert reached in possible, about
        self.worked.add((move.mutation, move.to, here))
        self.taken.update(own)
        if reached in self.table[here]:
            self.taken.add((here, reached))

    def possible(self, move: Move, here: str) -> set[str]:
        """The statuses in which a mutation may leave what is in one."""
        reached = self.table[here] & set(move.to.split())
        if here in move.never.split():
            reached = set()
        onward = set(move.onward.split()) if reached else set()
        return reached | onward | ({here} & set(move.keeps.split()))

    def promised(self) -> set[tuple[str, str, str]]:
        return {
            (move.mutation, move.to, here)
            for move in LIVES[self.kind].moves
            for here in self.table
            if self.possible(move, here)
        }


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Steps:
    """The steps that rows take."""
    found: Steps = []
    usual = Lifecycle.step_to

    def step_to(row: Lifecycle, wanted: Status) -> Lifecycle:
        before = row.status.name
        usual(row, wanted)
        found.append((type(row), before, wanted.name))
        return row

    monkeypatch.setattr(Lifecycle, "step_to", step_to)
    return found


@one_database
@pytest.mark.parametrize("kind", LIVES)
async def test_a_row_goes_where_its_table_says_and_nowhere_else(api, database, steps, kind):
    life = LIVES[kind]
    shop = await Shop.open(north=200, south=50)
    built = [(await build(shop)).id for build in life.rows]
    by_itself = {(a, b) for a, names in life.by_itself.items() for b in names.split()}
    assert by_itself <= {(a, b) for of, a, b in steps if of is kind}
    rows = [await kind.get(id=each) for each in built]
    assert {row.status for row in rows} == set(kind.STEPS)

    walker = Walker(api, kind, shop, steps)
    for row in rows:
        await walker.visit(row)

    assert walker.worked == walker.promised()
    assert walker.taken.isdisjoint(by_itself)
    table = {(a, b) for a, following in walker.table.items() for b in following}
    assert walker.taken | by_itself == table
