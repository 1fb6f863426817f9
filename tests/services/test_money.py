from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.inputs import CURRENCIES
from services.money import MOST_MINOR_UNITS, to_decimal, to_minor_units

currencies = st.sampled_from(sorted(CURRENCIES))


class TestMoney:
    @pytest.mark.parametrize(
        ("amount", "currency", "minor"),
        [
            ("19.99", "EUR", 1999),
            ("19.9", "EUR", 1990),
            ("1999", "JPY", 1999),
            ("1.234", "KWD", 1234),
            ("0", "EUR", 0),
            ("-0.01", "EUR", -1),
            ("1E+3", "EUR", 100_000),
        ],
    )
    def test_is_counted_in_the_smallest_unit(self, amount, currency, minor):
        assert to_minor_units(Decimal(amount), currency) == minor
        assert to_decimal(minor, currency) == Decimal(amount)

    @pytest.mark.parametrize(
        ("amount", "currency"),
        [
            ("19.999", "EUR"),
            ("19.5", "JPY"),
            ("NaN", "EUR"),
            ("sNaN", "EUR"),
            ("Infinity", "EUR"),
            ("1E+14", "EUR"),
            ("1E+999999", "EUR"),
            ("1E-999999", "EUR"),
            ("1.00000000000000000000000000000000001", "EUR"),
        ],
    )
    def test_is_refused_where_it_cannot_be_counted_exactly(self, amount, currency):
        assert to_minor_units(Decimal(amount), currency) is None

    @given(minor=st.integers(-MOST_MINOR_UNITS, MOST_MINOR_UNITS), currency=currencies)
    def test_comes_back_as_it_went(self, minor, currency):
        assert to_minor_units(to_decimal(minor, currency), currency) == minor

    @given(amount=st.decimals(allow_nan=None), currency=currencies)
    def test_is_exact_or_refused(self, amount, currency):
        minor = to_minor_units(amount, currency)

        assert minor is None or to_decimal(minor, currency) == amount
