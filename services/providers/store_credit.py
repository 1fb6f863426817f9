"""The shop itself: what it owes a customer is taken less, or more, at once."""

from models import PaymentEventKind, PaymentEventState
from services.providers.outcomes import Outcome, Question, Report


class StoreCreditProvider:
    is_remote = False

    def outcome_at_once(self, kind: PaymentEventKind, amount: int) -> Outcome:
        """It happens as it is asked for, and is refused where it cannot."""
        return Outcome(state=PaymentEventState.SUCCEEDED, amount=amount)

    async def send(self, question: Question) -> Report | None:
        """There is nobody to send anything to."""
        return None
