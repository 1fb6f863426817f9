"""Who moves the money: people who say what happened, a provider that is asked over HTTP, or the
shop itself, which owes it."""

from collections.abc import Mapping
from typing import Protocol

from models import PaymentEventKind, PaymentProvider
from services.providers.http import HttpProvider
from services.providers.manual import ManualProvider
from services.providers.outcomes import Outcome, Question, Report, Unreachable
from services.providers.store_credit import StoreCreditProvider

__all__ = ["Outcome", "Provider", "Question", "Report", "Unreachable", "of"]


class Provider(Protocol):
    """What is `is_remote` is asked by `send`, outside of any transaction; of the others the
    outcome is known at once, or somebody says it later."""

    is_remote: bool

    def outcome_at_once(self, kind: PaymentEventKind, amount: int) -> Outcome | None:
        """What came of a request, where that takes no asking."""

    async def send(self, question: Question) -> Report | None:
        """Ask; the report is there where the answer has it. Raises Unreachable."""


_PROVIDERS: Mapping[PaymentProvider, Provider] = {
    PaymentProvider.MANUAL: ManualProvider(),
    PaymentProvider.HTTP: HttpProvider(),
    PaymentProvider.STORE_CREDIT: StoreCreditProvider(),
}


def of(name: PaymentProvider) -> Provider:
    return _PROVIDERS[name]
