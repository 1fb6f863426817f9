"""Mutations of stock counts and their variances."""

from datetime import datetime

import strawberry

import models
from api.changes import Change, Payload, Step, mutation
from api.context import Info
from api.fields import column
from api.nodes import decode
from api.types.counts import CountLine, StockCount, Variance
from services import count_postings, count_scans, counts, variances
from services.actors import Permission
from services.count_scans import Sighting
from services.counts import CountDraft


@strawberry.type(description="What a mutation of a stock count answers.")
class StockCountPayload(Payload):
    stock_count: StockCount | None = column("The count; null when nothing was changed.")


@strawberry.type(description="What counting a line answers.")
class CountLinePayload(Payload):
    count_line: CountLine | None = column("The line; null when nothing was changed.")


@strawberry.type(description="What a mutation of a variance answers.")
class VariancePayload(Payload):
    variance: Variance | None = column("The variance; null when nothing was changed.")


@strawberry.input
class StockCountCreateInput(Step):
    location_id: strawberry.ID = column("Where to count.")
    scope: models.CountScope = strawberry.field(
        default=models.CountScope.LOCATION, description="What of it to count."
    )
    bin_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Of the scope BINS: which."
    )
    variant_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Of the scope VARIANTS: which."
    )
    value_class: models.ValueClass | None = strawberry.field(
        default=None, description="Of the scope VALUE_CLASS: which."
    )
    is_blind: bool = strawberry.field(
        default=True, description="Whether to keep what the ledger expects from everybody."
    )
    due_at: datetime | None = strawberry.field(
        default=None, description="By when it should be counted."
    )
    note: str = strawberry.field(default="", description="Anything to say about it.")


@strawberry.input
class StockCountOpenInput(Change):
    pass


@strawberry.input
class StockCountScanInput(Change):
    quantity: int = column("How many good units were counted; 0 for none.")
    line_id: strawberry.ID | None = strawberry.field(
        default=None, description="The line they are of; or give a `code`."
    )
    code: str | None = strawberry.field(
        default=None,
        description="The barcode of an item, its stock keeping unit, or the code of a lot.",
    )
    lot_code: str | None = strawberry.field(
        default=None, description="The lot or serial number, besides the code of an item."
    )
    bin_code: str | None = strawberry.field(
        default=None, description="The bin, with a `code`; none is outside of bins."
    )
    is_absolute: bool = strawberry.field(
        default=False,
        description="Whether those are all that lie there; else they come to those before.",
    )
    meanwhile: models.Meanwhile | None = strawberry.field(
        default=None,
        description="Where the units were that moved since the last scan, when that is asked.",
    )


@strawberry.input
class StockCountBinFinishInput(Change):
    bin_code: str | None = strawberry.field(
        default=None, description="The bin; none is outside of bins."
    )


@strawberry.input
class StockCountCompleteInput(Change):
    pass


@strawberry.input
class StockCountReviewInput(Change):
    pass


@strawberry.input
class StockCountRecountInput(Change):
    line_ids: list[strawberry.ID] = column("The lines to be counted again.")


@strawberry.input
class StockCountApproveInput(Change):
    pass


@strawberry.input
class StockCountPostInput(Change):
    pass


@strawberry.input
class StockCountCancelInput(Change):
    pass


@strawberry.input
class StockCountReverseInput(Change):
    note: str = column("Why it is undone.")


@strawberry.input
class StockCountVarianceInvestigateInput(Change):
    pass


@strawberry.input
class StockCountVarianceExplainInput(Change):
    cause: models.VarianceCause = column("What caused it.")
    note: str = strawberry.field(
        default="", description="Anything to say about it; what was tried, if it is UNEXPLAINED."
    )


@strawberry.input
class StockCountVarianceAcceptInput(Change):
    pass


_PLAN, _WORK = Permission.COUNTS_PLAN, Permission.COUNTS_WORK
_REVIEW = Permission.COUNTS_REVIEW
Row = models.StockCount


@strawberry.type
class CountMutations:
    @mutation(counts.create, StockCountPayload, _PLAN)
    async def stock_count_create(self, info: Info, input: StockCountCreateInput) -> Row:
        draft = CountDraft(
            scope=input.scope,
            bin_ids=[decode(models.Bin, each) for each in input.bin_ids or ()],
            variant_ids=[decode(models.Variant, each) for each in input.variant_ids or ()],
            value_class=input.value_class,
            is_blind=input.is_blind,
            due_at=input.due_at,
            note=input.note,
        )
        location_id = decode(models.Location, input.location_id)
        return await counts.create(info.context.actor, location_id, draft)

    @mutation(counts.open, StockCountPayload, _PLAN, changes=Row)
    async def stock_count_open(self, info: Info, input: StockCountOpenInput) -> Row:
        return await counts.open(info.context.actor, decode(Row, input.id))

    @mutation(count_scans.scan, CountLinePayload, _WORK, changes=Row)
    async def stock_count_scan(self, info: Info, input: StockCountScanInput) -> models.CountLine:
        line_id = input.line_id
        seen = Sighting(
            quantity=input.quantity,
            line_id=None if line_id is None else decode(models.CountLine, line_id),
            bin_code=input.bin_code,
            code=input.code,
            lot_code=input.lot_code,
            is_absolute=input.is_absolute,
            meanwhile=input.meanwhile,
        )
        return await count_scans.scan(info.context.actor, decode(Row, input.id), seen)

    @mutation(count_scans.finish_bin, StockCountPayload, _WORK, changes=Row)
    async def stock_count_bin_finish(self, info: Info, input: StockCountBinFinishInput) -> Row:
        return await count_scans.finish_bin(
            info.context.actor, decode(Row, input.id), bin_code=input.bin_code
        )

    @mutation(counts.complete, StockCountPayload, _WORK, changes=Row)
    async def stock_count_complete(self, info: Info, input: StockCountCompleteInput) -> Row:
        return await counts.complete(info.context.actor, decode(Row, input.id))

    @mutation(counts.review, StockCountPayload, _REVIEW, changes=Row)
    async def stock_count_review(self, info: Info, input: StockCountReviewInput) -> Row:
        return await counts.review(info.context.actor, decode(Row, input.id))

    @mutation(counts.recount, StockCountPayload, _REVIEW, changes=Row)
    async def stock_count_recount(self, info: Info, input: StockCountRecountInput) -> Row:
        line_ids = [decode(models.CountLine, each) for each in input.line_ids]
        return await counts.recount(info.context.actor, decode(Row, input.id), line_ids=line_ids)

    @mutation(count_postings.approve, StockCountPayload, _REVIEW, changes=Row)
    async def stock_count_approve(self, info: Info, input: StockCountApproveInput) -> Row:
        return await count_postings.approve(info.context.actor, decode(Row, input.id))

    @mutation(count_postings.post, StockCountPayload, _REVIEW, changes=Row)
    async def stock_count_post(self, info: Info, input: StockCountPostInput) -> Row:
        return await count_postings.post(info.context.actor, decode(Row, input.id))

    @mutation(counts.cancel, StockCountPayload, _PLAN, changes=Row)
    async def stock_count_cancel(self, info: Info, input: StockCountCancelInput) -> Row:
        return await counts.cancel(info.context.actor, decode(Row, input.id))

    @mutation(count_postings.reverse, StockCountPayload, _REVIEW, changes=Row)
    async def stock_count_reverse(self, info: Info, input: StockCountReverseInput) -> Row:
        return await count_postings.reverse(
            info.context.actor, decode(Row, input.id), note=input.note
        )

    @mutation(variances.investigate, VariancePayload, _REVIEW, changes=models.Variance)
    async def stock_count_variance_investigate(
        self, info: Info, input: StockCountVarianceInvestigateInput
    ) -> models.Variance:
        return await variances.investigate(info.context.actor, decode(models.Variance, input.id))

    @mutation(variances.explain, VariancePayload, _REVIEW, changes=models.Variance)
    async def stock_count_variance_explain(
        self, info: Info, input: StockCountVarianceExplainInput
    ) -> models.Variance:
        variance_id = decode(models.Variance, input.id)
        return await variances.explain(
            info.context.actor, variance_id, cause=input.cause, note=input.note
        )

    @mutation(variances.accept, VariancePayload, _REVIEW, changes=models.Variance)
    async def stock_count_variance_accept(
        self, info: Info, input: StockCountVarianceAcceptInput
    ) -> models.Variance:
        return await variances.accept(info.context.actor, decode(models.Variance, input.id))
