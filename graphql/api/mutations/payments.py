"""Mutations of payments."""

from typing import Any

import strawberry

import models
from api.changes import Change, Payload, Step, mutation
from api.context import Info
from api.fields import column
from api.nodes import decode
from api.scalars import MoneyInput
from api.types.payments import Payment
from services import chargebacks, payments
from services.actors import Permission
from services.payment_inputs import Amount, Said


@strawberry.type(description="What a mutation of a payment answers.")
class PaymentPayload(Payload):
    payment: Payment | None = column("The payment as it is now; null when nothing was changed.")


def _optional(description: str) -> Any:
    return strawberry.field(default=None, description=description)


@strawberry.input(description="What somebody says came of it.")
class PaymentOutcomeInput:
    outcome: models.PaymentEventState | None = _optional(
        "What came of it, where people move the money; left out, it worked. REQUESTED: not known "
        "yet. Where there is a provider, leave it out: the provider will say."
    )
    reference: str | None = _optional("The name it has where the money was moved.")
    failure_code: str = strawberry.field(default="", description="Why it failed, for programs.")
    failure_message: str = strawberry.field(default="", description="Why it failed, in words.")

    def said(self) -> Said:
        return Said(
            outcome=self.outcome,
            reference=self.reference,
            failure_code=self.failure_code,
            failure_message=self.failure_message,
        )


@strawberry.input
class PaymentAuthorizeInput(Step, PaymentOutcomeInput):
    order_id: strawberry.ID = column("The order that is paid.")
    amount: MoneyInput | None = _optional(
        "How much; left out, all that is still owed or, of store credit, as much as there is."
    )
    method: models.PaymentMethod = strawberry.field(
        default=models.PaymentMethod.CARD, description="By what means."
    )
    provider: models.PaymentProvider = strawberry.field(
        default=models.PaymentProvider.MANUAL, description="Who moves the money."
    )


@strawberry.input
class PaymentTakeInput(Step, PaymentOutcomeInput):
    order_id: strawberry.ID = column("The order that is paid.")
    amount: MoneyInput | None = _optional("How much; left out, all that is still owed.")
    method: models.PaymentMethod = strawberry.field(
        default=models.PaymentMethod.CASH, description="By what means."
    )
    tendered: MoneyInput | None = _optional("The cash that was given; the rest is change.")


@strawberry.input
class PaymentCaptureInput(Change, PaymentOutcomeInput):
    amount: MoneyInput | None = _optional("How much; left out, all that is authorized.")


@strawberry.input
class PaymentVoidInput(Change, PaymentOutcomeInput):
    amount: MoneyInput | None = _optional("How much; left out, all that is authorized.")


@strawberry.input
class PaymentRefundInput(Change, PaymentOutcomeInput):
    amount: MoneyInput | None = _optional("How much; left out, all that can be given back.")
    reason: str = strawberry.field(default="", description="Why.")


@strawberry.input
class PaymentRetryInput(Change, PaymentOutcomeInput):
    event_id: strawberry.ID = column("The event of the payment that failed.")


@strawberry.input
class PaymentOutcomeRecordInput(Change, PaymentOutcomeInput):
    event_id: strawberry.ID = column("The event of the payment that asked for it.")


@strawberry.input
class PaymentChargebackInput(Change):
    amount: MoneyInput | None = _optional("How much; left out, all that is captured.")
    reason: str = strawberry.field(default="", description="What the bank says.")


@strawberry.input
class PaymentChargebackReverseInput(Change):
    amount: MoneyInput | None = _optional("How much; left out, all that is disputed.")
    reason: str = strawberry.field(default="", description="What the bank says.")


_TAKE, _REFUND = Permission.PAYMENTS_TAKE, Permission.PAYMENTS_REFUND


def _payment(input: Change) -> int:
    return decode(models.Payment, input.id)


def _amount(given: MoneyInput | None) -> Amount | None:
    return None if given is None else (given.amount, given.currency)


@strawberry.type
class PaymentMutations:
    @mutation(payments.authorize, PaymentPayload, _TAKE)
    async def payment_authorize(self, info: Info, input: PaymentAuthorizeInput) -> models.Payment:
        return await payments.authorize(
            info.context.actor,
            decode(models.Order, input.order_id),
            amount=_amount(input.amount),
            method=input.method,
            provider=input.provider,
            said=input.said(),
        )

    @mutation(payments.take, PaymentPayload, _TAKE)
    async def payment_take(self, info: Info, input: PaymentTakeInput) -> models.Payment:
        return await payments.take(
            info.context.actor,
            decode(models.Order, input.order_id),
            amount=_amount(input.amount),
            method=input.method,
            tendered=_amount(input.tendered),
            said=input.said(),
        )

    @mutation(payments.capture, PaymentPayload, _TAKE, changes=models.Payment)
    async def payment_capture(self, info: Info, input: PaymentCaptureInput) -> models.Payment:
        amount = _amount(input.amount)
        return await payments.capture(
            info.context.actor, _payment(input), amount=amount, said=input.said()
        )

    @mutation(payments.void, PaymentPayload, _TAKE, changes=models.Payment)
    async def payment_void(self, info: Info, input: PaymentVoidInput) -> models.Payment:
        amount = _amount(input.amount)
        return await payments.void(
            info.context.actor, _payment(input), amount=amount, said=input.said()
        )

    @mutation(payments.refund, PaymentPayload, _REFUND, changes=models.Payment)
    async def payment_refund(self, info: Info, input: PaymentRefundInput) -> models.Payment:
        return await payments.refund(
            info.context.actor,
            _payment(input),
            amount=_amount(input.amount),
            reason=input.reason,
            said=input.said(),
        )

    @mutation(payments.retry, PaymentPayload, _TAKE, changes=models.Payment)
    async def payment_retry(self, info: Info, input: PaymentRetryInput) -> models.Payment:
        event_id = decode(models.PaymentEvent, input.event_id)
        return await payments.retry(
            info.context.actor, _payment(input), event_id=event_id, said=input.said()
        )

    @mutation(payments.record_outcome, PaymentPayload, _TAKE, changes=models.Payment)
    async def payment_outcome_record(
        self, info: Info, input: PaymentOutcomeRecordInput
    ) -> models.Payment:
        event_id = decode(models.PaymentEvent, input.event_id)
        return await payments.record_outcome(
            info.context.actor, _payment(input), event_id=event_id, said=input.said()
        )

    @mutation(chargebacks.record, PaymentPayload, _REFUND, changes=models.Payment)
    async def payment_chargeback(self, info: Info, input: PaymentChargebackInput) -> models.Payment:
        amount = _amount(input.amount)
        return await chargebacks.record(
            info.context.actor, _payment(input), amount=amount, reason=input.reason
        )

    @mutation(chargebacks.reverse, PaymentPayload, _REFUND, changes=models.Payment)
    async def payment_chargeback_reverse(
        self, info: Info, input: PaymentChargebackReverseInput
    ) -> models.Payment:
        amount = _amount(input.amount)
        return await chargebacks.reverse(
            info.context.actor, _payment(input), amount=amount, reason=input.reason
        )
