"""What the events of payments sum up to, and what an order's payment status is by that."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

from models import PaymentEvent, PaymentEventKind, PaymentEventState, PaymentStatus

_K, _S = PaymentEventKind, PaymentEventState


@dataclass(frozen=True, kw_only=True)
class Sums:
    """Of one payment, or added up over several; in minor units.

    `authorized` is set aside and neither captured nor given up. `courtesy` is the part of what
    was refunded that was not owed. `disputed` is what banks have taken back and not returned.
    `authorizing` to `refunding` are asked for and not answered; `spoken_for` is the part of
    `authorized` that those ask for. `expected` is set aside, or asked for, and may still come.
    """

    authorized: int = 0
    captured: int = 0
    refunded: int = 0
    courtesy: int = 0
    disputed: int = 0
    voided: int = 0
    authorizing: int = 0
    capturing: int = 0
    voiding: int = 0
    refunding: int = 0
    refunding_owed: int = 0
    spoken_for: int = 0
    expected: int = 0
    failures: int = 0

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            **{each.name: getattr(self, each.name) + getattr(other, each.name) for each in _FIELDS}
        )

    @property
    def capturable(self) -> int:
        """Set aside, and nothing has been asked for it yet."""
        return self.authorized - self.spoken_for

    @property
    def refundable(self) -> int:
        """What a bank has taken back cannot be given back once more."""
        return max(0, self.captured - self.refunded - self.refunding - self.disputed)

    @property
    def kept(self) -> int:
        """What came in and was not given back."""
        return self.captured - self.refunded

    @property
    def paid(self) -> int:
        """What counts towards the price: a refund out of courtesy does not have to be paid anew."""
        return self.kept + self.courtesy

    def owed(self, price: int) -> int:
        """What is neither paid nor set aside nor asked for."""
        return max(0, price - self.paid - self.expected)

    def overpaid(self, price: int) -> int:
        return max(0, min(self.kept, self.paid - price))

    def covers(self, price: int) -> bool:
        """Whether the whole price is paid or set aside."""
        return self.paid + self.authorized - self.disputed >= price


_FIELDS = fields(Sums)


def sums_of(events: Sequence[PaymentEvent]) -> Sums:
    """The sums of one payment. The order of its events does not matter."""
    answered = {event.answers_id for event in events}
    done: Counter[PaymentEventKind] = Counter()
    waiting: Counter[PaymentEventKind] = Counter()
    for event in events:
        if event.state is _S.SUCCEEDED:
            done[event.kind] += event.amount
        elif event.state is _S.REQUESTED and event.id not in answered:
            waiting[event.kind] += event.amount
    authorized = max(0, done[_K.AUTHORIZATION] - done[_K.VOID] - done[_K.CAPTURE])
    return Sums(
        authorized=authorized,
        captured=done[_K.CAPTURE],
        refunded=done[_K.REFUND],
        courtesy=sum(e.courtesy for e in events if e.state is _S.SUCCEEDED),
        disputed=max(0, done[_K.CHARGEBACK] - done[_K.CHARGEBACK_REVERSAL]),
        voided=done[_K.VOID],
        authorizing=waiting[_K.AUTHORIZATION],
        capturing=waiting[_K.CAPTURE],
        voiding=waiting[_K.VOID],
        refunding=waiting[_K.REFUND],
        refunding_owed=waiting[_K.REFUND] - _courtesy_waiting(events, answered),
        spoken_for=min(authorized, waiting[_K.CAPTURE] + waiting[_K.VOID]),
        expected=max(0, authorized - waiting[_K.VOID])
        + waiting[_K.AUTHORIZATION]
        + max(0, waiting[_K.CAPTURE] - authorized),
        failures=sum(1 for e in events if e.state is _S.FAILED and e.kind in _INWARD),
    )


_INWARD = {_K.AUTHORIZATION, _K.CAPTURE}


def _courtesy_waiting(events: Iterable[PaymentEvent], answered: set[int | None]) -> int:
    return sum(e.courtesy for e in events if e.state is _S.REQUESTED and e.id not in answered)


def status_of(price: int, sums: Sums) -> PaymentStatus:
    """The payment status of whatever costs `price` and has been paid like this."""
    if sums.disputed > 0:
        return PaymentStatus.DISPUTED
    if sums.captured > 0:
        return _status_of_money(price, sums)
    if sums.authorized > 0:
        return PaymentStatus.AUTHORIZED if sums.authorized >= price else PaymentStatus.PENDING
    if sums.authorizing > 0 or sums.capturing > 0:
        return PaymentStatus.PENDING
    if sums.voided > 0:
        return PaymentStatus.VOIDED
    return PaymentStatus.FAILED if sums.failures else PaymentStatus.NONE


def _status_of_money(price: int, sums: Sums) -> PaymentStatus:
    if sums.kept <= 0:
        return PaymentStatus.REFUNDED
    if sums.overpaid(price):
        return PaymentStatus.OVERPAID
    if sums.paid < price:
        return PaymentStatus.PARTIALLY_PAID
    return PaymentStatus.PARTIALLY_REFUNDED if sums.refunded else PaymentStatus.PAID
