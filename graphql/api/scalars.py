"""Values that are more than text: money, moments, and how far a watcher has read."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NewType

import strawberry
from strawberry.schema.config import StrawberryConfig

from services.money import to_decimal

CurrencyCode = NewType("CurrencyCode", str)


def _moment(value: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError(value)
        # A moment in the first or last hours of the calendar may have none in UTC.
        return moment.astimezone(UTC)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(_MOMENT) from error


_MOMENT = "Give the time as ISO 8601 with its zone, such as 2026-01-31T12:00:00Z."


def _written(moment: datetime) -> str:
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return moment.isoformat()[: -len("+00:00")] + "Z"


def _decimal(value: Any) -> Decimal:
    is_number = isinstance(value, str | int | float) and not isinstance(value, bool)
    if not is_number or not _NUMBER.fullmatch(text := str(value)) or len(text) > 40:
        raise ValueError(_DECIMAL)
    return Decimal(text)


# Python takes more for a number: NaN, underscores, the digits of every script.
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?")
_DECIMAL = "Give a decimal number of at most 40 characters, such as 19.90."


def _currency(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("Give a currency code as text, such as EUR.")
    return value


SCALARS = StrawberryConfig(
    scalar_map={
        CurrencyCode: strawberry.scalar(
            name="CurrencyCode",
            description="A currency of ISO 4217, such as EUR.",
            serialize=str,
            parse_value=_currency,
        ),
        datetime: strawberry.scalar(
            name="DateTime",
            description="A moment as ISO 8601 with its zone; answers are in UTC.",
            serialize=_written,
            parse_value=_moment,
        ),
        Decimal: strawberry.scalar(
            name="Decimal",
            description="An exact decimal number, as text.",
            serialize=str,
            parse_value=_decimal,
        ),
    }
)


@strawberry.type(description="An exact amount of money.")
class Money:
    amount: Decimal = strawberry.field(description="In units of the currency, such as 19.90.")
    currency: CurrencyCode = strawberry.field(description="Which currency.")

    @classmethod
    def of(cls, minor_units: int, currency: str) -> "Money":
        return cls(amount=to_decimal(minor_units, currency), currency=CurrencyCode(currency))


@strawberry.input(description="An exact amount of money.")
class MoneyInput:
    amount: Decimal = strawberry.field(description="In units of the currency, such as 19.90.")
    currency: CurrencyCode = strawberry.field(description="Which currency.")
