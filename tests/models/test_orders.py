"""Orders' own steps, and the ledger every line keeps of its units."""

from copy import copy
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import Order, OrderLine, OrderStatus
from models.errors import Refused
from models.order_lines import OUTSIDE
from models.orders import PostalAddress

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)

VERBS = {
    "place": (lambda order: order.place(at=NOON), "DRAFT", "PLACED", "placed_at"),
    "confirm": (lambda order: order.confirm(at=NOON), "PLACED", "CONFIRMED", "confirmed_at"),
    "start": (lambda order: order.start(), "CONFIRMED", "IN_PROGRESS", None),
    "complete": (lambda order: order.complete(at=NOON), "IN_PROGRESS", "COMPLETED", "completed_at"),
    "cancel": (
        lambda order: order.cancel(reason="Changed their mind.", at=NOON),
        "DRAFT PLACED CONFIRMED IN_PROGRESS",
        "CANCELLED",
        "cancelled_at",
    ),
}


def line(**units: int) -> OrderLine:
    counts = {"ordered": 10, "reserved": 10 - units.get("picked", 0)} | units
    return OrderLine(id=1, unit_price=1250, **counts)


def counts(row: OrderLine) -> dict[str, int]:
    names = ("cancelled", "reserved", "backordered", "picked", "packed", "shipped", "delivered")
    return {name: units for name in names if (units := getattr(row, name))}


def wait(row: OrderLine, units: int) -> None:
    row.backorder(units, queue_key="1", at=NOON)


class TestOrder:
    @pytest.mark.parametrize("current", OrderStatus)
    @pytest.mark.parametrize("verb", VERBS)
    def test_acts_only_from_where_its_table_lets_it(self, verb, current):
        act, allowed, reached, stamp = VERBS[verb]
        order = Order(id=42, status=current)

        if current.name in allowed.split():
            act(order)
            assert order.status.name == reached
            assert stamp is None or getattr(order, stamp) == NOON
        else:
            with pytest.raises(Refused):
                act(order)
            assert order.status is current
            assert stamp is None or getattr(order, stamp) is None

    def test_keeps_why_it_was_cancelled(self):
        order = Order(id=42)

        order.cancel(reason="Changed their mind.", at=NOON)

        assert order.cancel_reason == "Changed their mind."

    def test_knows_its_address(self):
        address = PostalAddress(recipient="Ada", line1="Kai 1", city="Hamburg", country_code="DE")
        kept = vars(address)

        assert Order(ship_to=kept).shipping_address == address
        assert Order(ship_to=None).shipping_address is None

    def test_has_a_tracking_token_of_its_own(self):
        tokens = {Order().tracking_token for _ in range(100)}

        assert len(tokens) == 100
        assert min(map(len, tokens)) >= 32


class TestOrderLine:
    def test_follows_its_units_to_the_customer(self):
        row = OrderLine(id=1, ordered=10)

        row.reserve(10)
        assert counts(row) == {"reserved": 10}
        row.pick(4)
        assert counts(row) == {"reserved": 6, "picked": 4}
        row.pack(4)
        row.ship(3)
        row.deliver(2)
        assert counts(row) == {
            "reserved": 6,
            "picked": 4,
            "packed": 4,
            "shipped": 3,
            "delivered": 2,
        }

    def test_puts_units_back_where_they_were_reserved(self):
        row = line(picked=4, packed=3)

        row.put_back(picked=4, packed=3)

        assert counts(row) == {"reserved": 10}

    def test_waits_for_units_and_gets_them(self):
        row = line(picked=4)

        row.backorder(5, queue_key="1", at=NOON)
        row.backorder(1, queue_key="1", at=NOON + timedelta(days=1))

        assert counts(row) == {"picked": 4, "backordered": 6}
        assert (row.waiting_since, row.is_queued, row.stepped_out) == (NOON, True, False)
        row.allocate(5)
        assert (row.queue_key, row.reserved) == ("1", 5)
        row.allocate(1)
        assert counts(row) == {"picked": 4, "reserved": 6}
        assert (row.queue_key, row.waiting_since, row.expected_at) == (None, None, None)

    def test_stops_waiting_with_what_is_given_up(self):
        row = line()
        row.backorder(4, queue_key=f"{OUTSIDE}1", at=NOON)
        assert (row.is_queued, row.stepped_out) == (False, True)

        row.cancel()

        assert counts(row) == {"cancelled": 10}
        assert (row.queue_key, row.waiting_since) == (None, None)

    def test_gives_up_every_unit(self):
        row = line()

        row.cancel()

        assert counts(row) == {"cancelled": 10}
        assert row.remaining == 0

    @pytest.mark.parametrize(
        ("row", "act"),
        [
            pytest.param(line(), lambda row: row.reserve(1), id="reserve more than ordered"),
            pytest.param(line(reserved=0), lambda row: row.reserve(9), id="reserve fewer"),
            pytest.param(line(), lambda row: row.pick(11), id="pick more than ordered"),
            pytest.param(line(), lambda row: row.pick(-1), id="pick a negative number"),
            pytest.param(line(), lambda row: wait(row, 11), id="wait for more than ordered"),
            pytest.param(line(), lambda row: row.allocate(1), id="allocate what does not wait"),
            pytest.param(line(picked=4), lambda row: row.pack(5), id="pack more than picked"),
            pytest.param(line(picked=4, packed=3), lambda row: row.ship(4), id="ship unpacked"),
            pytest.param(
                line(picked=4, packed=4, shipped=3),
                lambda row: row.deliver(4),
                id="deliver more than shipped",
            ),
            pytest.param(
                line(picked=4, packed=4, shipped=4),
                lambda row: row.put_back(picked=4, packed=4),
                id="put back what was shipped",
            ),
            pytest.param(line(picked=1), lambda row: row.cancel(), id="cancel what was picked"),
        ],
    )
    def test_breaks_loudly_rather_than_miscount(self, row, act):
        with pytest.raises(RuntimeError, match="breaks its ledger"):
            act(row)

    @pytest.mark.parametrize(
        "units",
        [
            {"return_requested": 1},
            {"delivered": 0, "return_received": 1},
            {"return_requested": 2, "return_received": 2, "return_rejected": 1, "delivered": 2},
        ],
    )
    def test_takes_back_no_more_than_was_delivered(self, units):
        sent = {"picked": 10, "packed": 10, "shipped": 10}

        assert line(**sent | units).broken_rules() == ["returned ≤ requested ≤ delivered"]

    @given(
        ordered=st.integers(1, 20),
        steps=st.lists(
            st.tuples(
                st.sampled_from(
                    [
                        *("reserve", "pick", "pack", "ship", "deliver", "put_back", "cancel"),
                        *("backorder", "allocate"),
                    ]
                ),
                st.integers(-3, 20),
                st.integers(0, 20),
            ),
            max_size=30,
        ),
    )
    def test_keeps_its_rules_whatever_is_asked_of_it(self, ordered, steps):
        row = OrderLine(id=1, ordered=ordered)
        for verb, units, more in steps:
            asked = copy(row)
            try:
                match verb:
                    case "cancel":
                        asked.cancel()
                    case "backorder":
                        wait(asked, units)
                    case "put_back":
                        asked.put_back(picked=units, packed=more)
                    case _:
                        getattr(asked, verb)(units)
            except RuntimeError:
                # The operation is rolled back, and the row with it.
                continue
            row = asked

            assert 0 <= row.delivered <= row.shipped <= row.packed <= row.picked <= row.remaining
            assert min(row.reserved, row.backordered, row.cancelled) >= 0
            assert (row.queue_key is not None) == (row.backordered > 0)
            assert row.reserved + row.backordered + row.picked in (0, row.ordered - row.cancelled)
