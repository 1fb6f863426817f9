"""What orders cost by random lists, discounts and taxes, beside the same said differently."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from math import floor

from hypothesis import given
from hypothesis import strategies as st

from models import (
    Discount,
    Order,
    OrderChannel,
    OrderLine,
    Price,
    PriceList,
    TaxClass,
    TaxRate,
    Variant,
)
from services.pricing import Book, apply, by_variant

NOW = datetime(2026, 1, 5, tzinfo=UTC)

amounts = st.integers(0, 1_000_000)
days = st.none() | st.integers(-2, 2).map(lambda n: NOW + timedelta(days=n))
channels = st.sampled_from([OrderChannel.ONLINE, OrderChannel.EDI])
lists = st.lists(
    st.fixed_dictionaries(
        {
            "priority": st.integers(1, 3),
            "channel": st.none() | channels,
            "prices_include_tax": st.booleans(),
            "currency": st.sampled_from(["JPY", "EUR"]),
            "valid_from": days,
            "valid_until": days,
            "archived_at": st.sampled_from([None, None, None, NOW]),
            "breaks": st.dictionaries(st.sampled_from([1, 2, 5, 10]), amounts, max_size=3),
        }
    ),
    max_size=5,
)
quantities = st.lists(st.integers(1, 12), min_size=1, max_size=4)
discounts = st.lists(
    st.tuples(st.none() | st.integers(0, 3), st.none() | st.integers(1, 500_000), amounts),
    max_size=3,
)


def made(kind, **values):
    """A row that no database has seen, nor is open to say which columns lead to other rows."""
    row = kind()
    vars(row).update(values)
    return row


def listed(given):
    rows = []
    for number, each in enumerate(given, start=1):
        about = {name: value for name, value in each.items() if name != "breaks"}
        price_list = made(PriceList, id=number, name="L", **about)
        for quantity, amount in each["breaks"].items():
            row = made(
                Price,
                variant_id=1,
                from_quantity=quantity,
                price=amount,
                currency=each["currency"],
                price_list_id=number,
                price_list=price_list,
                _price_list=price_list,
            )
            rows.append(row)
    return rows


def unit_price(order, quantity, given, own):
    """The lists are asked one after the other, as somebody would who has them on paper."""
    ranked = sorted(enumerate(given), key=lambda each: (each[1]["priority"], -each[0]))
    for _, each in ranked:
        reached = [count for count in each["breaks"] if count <= quantity]
        over = each["valid_until"] is not None and each["valid_until"] <= NOW
        early = each["valid_from"] is not None and each["valid_from"] > NOW
        fits = each["currency"] == order.currency and each["channel"] in (None, order.channel)
        counts_alike = each["prices_include_tax"] is order.prices_include_tax
        if reached and fits and counts_alike and not (over or early or each["archived_at"]):
            return each["breaks"][max(reached)]
    return own


class TestApply:
    @given(
        given_lists=lists,
        quantities=quantities,
        discounts=discounts,
        currency=st.sampled_from(["JPY", "EUR", "KWD"]),
        channel=channels,
        includes=st.booleans(),
        rate=st.integers(0, 300_000),
        shipping=st.integers(0, 5_000),
    )
    def test_comes_to_what_it_does_in_fractions(
        self, given_lists, quantities, discounts, currency, channel, includes, rate, shipping
    ):
        order = Order(currency=currency, channel=channel, prices_include_tax=includes)
        order.ship_to, order.shipping_price = {"country_code": "DE"}, shipping
        lines = [
            made(OrderLine, id=n, variant_id=1, ordered=units)
            for n, units in enumerate(quantities, start=1)
        ]
        vat = {"name": "VAT", "country_code": "DE", "tax_class": TaxClass.STANDARD}
        book = Book(
            at=NOW,
            variants={1: Variant(id=1, price=999, currency=currency)},
            prices=by_variant(listed(given_lists)),
            rates=[TaxRate(id=1, rate=rate, **vat)],
            discounts=[
                made(
                    Discount,
                    line_id=line,
                    rate=part,
                    amount=None if part else amount,
                    reason="x",
                )
                for line, part, amount in sorted(discounts, key=lambda each: each[0] is None)
            ],
        )

        apply(order, lines, book)

        wanted = [unit_price(order, line.ordered, given_lists, 999) for line in lines]
        assert [line.unit_price for line in lines] == wanted
        assert order.subtotal == sum(u * n for u, n in zip(wanted, quantities, strict=True))
        nets = [Fraction(line.unit_price * line.ordered - line.discount) for line in lines]
        taxes = [half_up(tax_in(net, rate, includes)) for net in [*nets, Fraction(shipping)]]
        assert [line.tax for line in lines] == taxes[:-1]
        assert order.tax_total == sum(taxes)
        assert order.total == sum(nets) + shipping + (0 if includes else sum(taxes))
        assert order.discount_total == off(wanted, quantities, discounts)
        assert sum(step["amount"] for step in order.price_steps) == order.total
        assert all(min(line.discount, line.tax, line.total) >= 0 for line in lines)
        for line in lines:
            steps = [step for step in order.price_steps if step["line_id"] == line.id]
            assert sum(step["amount"] for step in steps) == line.total


def tax_in(value, rate, includes):
    part = Fraction(rate, 1_000_000)
    return value - value / (1 + part) if includes else value * part


def half_up(value):
    return floor(value + Fraction(1, 2))


def off(prices, quantities, discounts):
    """What all discounts take off together: those of the lines, then those of the order."""
    left = {n: Fraction(u * q) for n, (u, q) in enumerate(zip(prices, quantities, strict=True), 1)}
    whole = sum(left.values())
    for line, part, amount in sorted(discounts, key=lambda each: each[0] is None):
        if line is not None and line not in left:
            continue
        value = sum(left.values()) if line is None else left[line]
        taken = half_up(value * Fraction(part, 1_000_000)) if part else min(amount, value)
        if line is not None:
            left[line] -= taken
        elif value:
            left = {n: each - each * taken / value for n, each in left.items()}
    return whole - sum(left.values())
