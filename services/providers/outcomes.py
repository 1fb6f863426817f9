"""What a payment provider is asked, and what it says."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from models import PaymentEventState


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of a request; `amount` is in minor units, `outside_id` the provider's own name
    for what it says, `reference` the one for the payment."""

    state: PaymentEventState
    amount: int
    outside_id: str | None = None
    reference: str | None = None
    failure_code: str = ""
    failure_message: str = ""


@dataclass(frozen=True, kw_only=True)
class Question:
    """A request as it is sent. `id` is the same whenever it is sent again."""

    id: str
    payment: str
    order: str
    kind: str
    amount: Decimal
    currency: str
    method: str
    reference: str | None


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a provider tells by a callback, or in its answer. `id` names the report: told again,
    it is the same. `request` is the id of the question it answers; without one the provider
    acted by itself, on the `payment` of this number or with this `reference`."""

    id: str
    kind: Literal["AUTHORIZATION", "CAPTURE", "REFUND", "VOID", "CHARGEBACK", "CHARGEBACK_REVERSAL"]
    state: Literal["SUCCEEDED", "FAILED"]
    amount: Decimal
    currency: str
    request: str | None = None
    payment: str | None = None
    reference: str | None = None
    failure_code: str = ""
    failure_message: str = ""


class Unreachable(Exception):
    """The provider could not be asked, or did not say what it made of it: ask again later."""
