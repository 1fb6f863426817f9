"""Mutations of what is known of customers: merging duplicates, handing out and erasing data."""

from typing import Any

import strawberry

import models
from api.changes import Change, Payload, Step, mutation
from api.context import Info
from api.fields import column, computed
from api.mutations.customers import CustomerPayload
from api.nodes import decode
from api.types.customers import Customer, CustomerDownload, CustomerDuplicate
from services import customer_duplicates, customer_erasures, customer_exports, customer_merges
from services.actors import Permission


def _download(payload: Any) -> Any:
    return None if payload.customer is None else customer_exports.link(payload.customer)


@strawberry.type(description="What handing out the data of a customer answers.")
class CustomerExportPayload(Payload):
    customer: Customer | None = column("The customer; null when nothing was done.")
    download: CustomerDownload | None = computed(
        _download, "Where all that is kept about them can be read."
    )


@strawberry.type(description="What a mutation of a pair of customers answers.")
class CustomerDuplicatePayload(Payload):
    customer_duplicate: CustomerDuplicate | None = column(
        "The pair as it is now; null when nothing was changed."
    )


@strawberry.input
class CustomerMergeInput(Step):
    from_id: strawberry.ID = column("The customer who is archived.")
    into_id: strawberry.ID = column("The customer who gets everything of theirs.")


@strawberry.input
class CustomerDuplicateDismissInput(Change):
    pass


@strawberry.input
class CustomerExportInput(Step):
    id: strawberry.ID = column("Whose data.")


@strawberry.input
class CustomerEraseInput(Change):
    reason: str = column("Why, such as who asked for it; this stays in the event log.")


_MERGE, _ERASE = Permission.CUSTOMERS_MERGE, Permission.CUSTOMERS_ERASE


@strawberry.type
class CustomerDataMutations:
    @mutation(customer_merges.merge, CustomerPayload, _MERGE)
    async def customer_merge(self, info: Info, input: CustomerMergeInput) -> models.Customer:
        return await customer_merges.merge(
            info.context.actor,
            decode(models.Customer, input.from_id),
            decode(models.Customer, input.into_id),
        )

    @mutation(
        customer_duplicates.dismiss,
        CustomerDuplicatePayload,
        _MERGE,
        changes=models.CustomerDuplicate,
    )
    async def customer_duplicate_dismiss(
        self, info: Info, input: CustomerDuplicateDismissInput
    ) -> models.CustomerDuplicate:
        return await customer_duplicates.dismiss(
            info.context.actor, decode(models.CustomerDuplicate, input.id)
        )

    @mutation(customer_exports.export, CustomerExportPayload, _ERASE)
    async def customer_export(self, info: Info, input: CustomerExportInput) -> models.Customer:
        return await customer_exports.export(info.context.actor, decode(models.Customer, input.id))

    @mutation(customer_erasures.erase, CustomerPayload, _ERASE, changes=models.Customer)
    async def customer_erase(self, info: Info, input: CustomerEraseInput) -> models.Customer:
        return await customer_erasures.erase(
            info.context.actor, decode(models.Customer, input.id), reason=input.reason
        )
