"""Every pair of statuses of every lifecycle: which steps there are, and that there are no more."""

from collections.abc import Iterator

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
from models.errors import Refused
from models.rows import Lifecycle

# Down the side the status a row has, across the top the one it is asked to become.

ORDERS = """
             DRAFT PLACED CONFIRMED IN_PROGRESS COMPLETED CLOSED CANCELLED EXPIRED
DRAFT          .      x       .          .          .        .       x        .
PLACED         .      .       x          .          .        .       x        x
CONFIRMED      .      .       .          x          .        .       x        .
IN_PROGRESS    .      .       .          .          x        .       x        .
COMPLETED      .      .       .          .          .        x       .        .
CLOSED         .      .       .          .          .        .       .        .
CANCELLED      .      .       .          .          .        .       .        .
EXPIRED        .      .       .          .          .        .       .        .
"""

FULFILLMENTS = """
             PENDING RELEASED PICKING PICKED PACKING PACKED HANDED_OVER CANCELLED
PENDING         .       x        .       .      .       .        .          x
RELEASED        .       .        x       .      .       .        .          x
PICKING         .       .        .       x      .       .        .          x
PICKED          .       .        .       .      x       x        .          x
PACKING         .       .        .       .      .       x        .          x
PACKED          .       .        .       .      .       .        x          x
HANDED_OVER     .       .        .       .      .       .        .          .
CANCELLED       .       .        .       .      .       .        .          .
"""

# A carrier may leave reports out, so what it has can be reported at any later step at once.
SHIPMENTS = """
                   CREATED LABELLED SHIPPED IN_TRANSIT OUT_FOR_DELIVERY DELIVERY_FAILED \
RETURNING DELIVERED RETURNED_TO_SENDER LOST DAMAGED VOIDED
CREATED               .       x        x        .             .              .     . . . . . x
LABELLED              .       .        x        .             .              .     . . . . . x
SHIPPED               .       .        .        x             x              x     x x x x x .
IN_TRANSIT            .       .        .        .             x              x     x x x x x .
OUT_FOR_DELIVERY      .       .        .        x             .              x     x x x x x .
DELIVERY_FAILED       .       .        .        x             x              .     x x x x x .
RETURNING             .       .        .        .             .              .     . . x x x .
DELIVERED             .       .        .        .             .              .     . . . . . .
RETURNED_TO_SENDER    .       .        .        .             .              .     . . . . . .
LOST                  .       .        .        x             x              .     x x x . x .
DAMAGED               .       .        .        .             .              .     . . . . . .
VOIDED                .       .        .        .             .              .     . . . . . .
"""

STOCK_ALERTS = """
             OPEN ACKNOWLEDGED RESOLVED
OPEN           .       x           x
ACKNOWLEDGED   .       .           x
RESOLVED       .       .           .
"""

STOCK_COUNTS = """
           DRAFT OPEN COUNTED REVIEW APPROVED POSTED CANCELLED
DRAFT        .    x      .      .       .       .        x
OPEN         .    .      x      .       .       .        x
COUNTED      .    .      .      x       .       .        x
REVIEW       .    x      .      .       x       .        x
APPROVED     .    .      .      .       .       x        x
POSTED       .    .      .      .       .       .        .
CANCELLED    .    .      .      .       .       .        .
"""

VARIANCES = """
                OPEN INVESTIGATING EXPLAINED ACCEPTED
OPEN              .        x           x        .
INVESTIGATING     .        .           x        .
EXPLAINED         .        x           .        x
ACCEPTED          .        .           .        .
"""

RESERVATIONS = """
          ACTIVE CONSUMED RELEASED EXPIRED
ACTIVE      .       x        x        x
CONSUMED    .       .        .        .
RELEASED    .       .        .        .
EXPIRED     .       .        .        .
"""

WAVES = """
           OPEN PICKING DONE CANCELLED
OPEN         .     x      .      x
PICKING      .     .      x      x
DONE         .     .      .      .
CANCELLED    .     .      .      .
"""

PACKAGES = """
        OPEN CLOSED VOIDED
OPEN      .    x      x
CLOSED    .    .      x
VOIDED    .    .      .
"""

ARRIVALS = """
          EXPECTED ARRIVED CANCELLED
EXPECTED     .        x        x
ARRIVED      .        .        .
CANCELLED    .        .        .
"""

PURCHASE_ORDERS = """
                    DRAFT SUBMITTED APPROVED SENT ACKNOWLEDGED PARTIALLY_RECEIVED RECEIVED CLOSED CANCELLED
DRAFT                 .       x        .       .        .               .             .       .       x
SUBMITTED             x       .        x       .        .               .             .       .       x
APPROVED              .       .        .       x        .               .             .       .       x
SENT                  .       .        .       .        x               x             x       .       x
ACKNOWLEDGED          .       .        .       x        .               x             x       .       x
PARTIALLY_RECEIVED    .       .        .       .        .               .             x       x       .
RECEIVED              .       .        .       .        .               .             .       x       .
CLOSED                .       .        .       .        .               .             .       .       .
CANCELLED             .       .        .       .        .               .             .       .       .
"""  # noqa: E501

TRANSFERS = """
                    DRAFT ALLOCATED IN_TRANSIT PARTIALLY_RECEIVED RECEIVED CANCELLED
DRAFT                 .       x         .              .             .         x
ALLOCATED             .       .         x              .             .         x
IN_TRANSIT            .       .         .              x             x         .
PARTIALLY_RECEIVED    .       .         .              .             x         .
RECEIVED              .       .         .              .             .         .
CANCELLED             .       .         .              .             .         .
"""

RECEIPTS = """
           OPEN COMPLETED CANCELLED
OPEN         .      x         x
COMPLETED    .      .         .
CANCELLED    .      .         .
"""

SUPPLIER_CLAIMS = """
         OPEN SENT SETTLED DROPPED
OPEN       .    x     .       x
SENT       .    .     x       x
SETTLED    .    .     .       .
DROPPED    .    .     .       .
"""

PROPOSALS = """
             OPEN ACCEPTED DISMISSED SUPERSEDED
OPEN           .      x        x          x
ACCEPTED       .      .        .          .
DISMISSED      .      .        .          .
SUPERSEDED     .      .        .          .
"""

RETURNS = """
    REQUESTED APPROVED DECLINED IN_TRANSIT PARTIALLY_RECEIVED \
RECEIVED INSPECTED RESOLVED CLOSED CANCELLED
REQUESTED            . x x . . . . . . x
APPROVED             . . . x x x . x . x
DECLINED             . . . . . . . . . .
IN_TRANSIT           . . . . x x . . . .
PARTIALLY_RECEIVED   . . . . . x . . . .
RECEIVED             . . . . . . x . . .
INSPECTED            . . . . . . . x . .
RESOLVED             . . . . . . . . x .
CLOSED               . . . . . . . . . .
CANCELLED            . . . . . . . . . .
"""

CLAIMS = """
            OPEN APPROVED DECLINED SETTLED
OPEN         .      x        x        .
APPROVED     .      .        .        x
DECLINED     .      .        .        .
SETTLED      .      .        .        .
"""

CASES = """
    OPEN IN_PROGRESS WAITING_CUSTOMER \
WAITING_SUPPLIER WAITING_WAREHOUSE RESOLVED CLOSED
OPEN                . x . . . . .
IN_PROGRESS         . . x x x x .
WAITING_CUSTOMER    . x . . . . .
WAITING_SUPPLIER    . x . . . . .
WAITING_WAREHOUSE   . x . . . . .
RESOLVED            x . . . . . x
CLOSED              x . . . . . .
"""

SURVEYS = """
            ASKED ANSWERED EXPIRED
ASKED         .      x        x
ANSWERED      .      .        .
EXPIRED       .      .        .
"""

TABLES: dict[type[Lifecycle], str] = {
    Order: ORDERS,
    Fulfillment: FULFILLMENTS,
    Wave: WAVES,
    Package: PACKAGES,
    Shipment: SHIPMENTS,
    StockAlert: STOCK_ALERTS,
    Reservation: RESERVATIONS,
    Arrival: ARRIVALS,
    PurchaseOrder: PURCHASE_ORDERS,
    Transfer: TRANSFERS,
    Receipt: RECEIPTS,
    SupplierClaim: SUPPLIER_CLAIMS,
    StockCount: STOCK_COUNTS,
    Variance: VARIANCES,
    Proposal: PROPOSALS,
    Return: RETURNS,
    Claim: CLAIMS,
    ServiceCase: CASES,
    Survey: SURVEYS,
}


def followers(kind: type[Lifecycle]) -> dict[str, list[str]]:
    header, *rows = (line.split() for line in TABLES[kind].strip().splitlines())
    return {
        name: [wanted for wanted, cell in zip(header, cells, strict=True) if cell == "x"]
        for name, *cells in rows
    }


def pairs() -> Iterator[object]:
    for kind in TABLES:
        for current, following in followers(kind).items():
            for wanted in followers(kind):
                name = f"{kind.__name__}-{current}-{wanted}"
                yield pytest.param(kind, current, wanted, wanted in following, id=name)


@pytest.mark.parametrize(("kind", "current", "wanted", "possible"), list(pairs()))
def test_a_row_takes_the_steps_of_its_table_and_no_other(kind, current, wanted, possible):
    statuses = type(next(iter(kind.STEPS)))
    row = kind(id=42, status=statuses[current])

    if possible:
        assert row.step_to(statuses[wanted]).status is statuses[wanted]
    else:
        with pytest.raises(Refused) as caught:
            row.step_to(statuses[wanted])
        [problem] = caught.value.problems
        assert (problem.code, problem.path) == ("WRONG_STATUS", ("id",))
        assert (problem.current, problem.wanted) == (current, wanted)
        assert list(problem.allowed) == [
            name for name in statuses.__members__ if name in followers(kind)[current]
        ]
        assert row.status is statuses[current]


@pytest.mark.parametrize("kind", TABLES)
def test_a_table_knows_every_status(kind):
    statuses = type(next(iter(kind.STEPS)))

    assert set(kind.STEPS) == set(statuses)
    assert list(followers(kind)) == [status.name for status in statuses]


def test_every_lifecycle_has_its_table_here():
    assert set(Lifecycle.__subclasses__()) == set(TABLES)


@pytest.mark.parametrize("kind", TABLES)
def test_every_status_explains_itself(kind):
    for status in kind.STEPS:
        assert status.description.endswith(".")
