"""No provider at all: people move the money and say what happened."""

from models import PaymentEventKind, PaymentEventState
from services.providers.outcomes import Outcome, Question, Report


class ManualProvider:
    is_remote = False

    def outcome_at_once(self, kind: PaymentEventKind, amount: int) -> Outcome | None:
        """Capturing and giving up what was authorized is as good as done. Money goes back only by
        somebody's hand, who then says so."""
        if kind in (PaymentEventKind.CAPTURE, PaymentEventKind.VOID):
            return Outcome(state=PaymentEventState.SUCCEEDED, amount=amount)
        return None

    async def send(self, question: Question) -> Report | None:
        """There is nobody to send anything to."""
        return None
