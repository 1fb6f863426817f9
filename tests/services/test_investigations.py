"""What is looked at near a variance, for many at once."""

import pytest

from models import CountLine, Mispick, Variance, VarianceCause
from services import count_scans, counts, investigations
from services.causes import EvidenceKind
from services.count_scans import Sighting
from tests.cast import LEAD, PICKER, Shop
from tests.counting import bins_of, count_at, counted, line_of, opened, see
from tests.returning import returned, unit_of

pytestmark = pytest.mark.usefixtures("database")


async def misplaced(shop: Shop) -> list[Variance]:
    """Three mugs lie in the second bin in place of the first."""
    await bins_of(shop, "A-1", "A-2")
    count = await opened(shop)
    await see(count, await line_of(count, shop.mug), 7)
    await see(count, await line_of(count, shop.shirt), 10)
    found = Sighting(quantity=3, code=shop.mug.sku, bin_code="A-2")
    await count_scans.scan(PICKER, count.id, found)
    await counts.complete(PICKER, count.id)
    return await Variance.filter(count_id=count.id).order_by("id")


async def test_finds_what_is_missing_here_in_another_bin(shop: Shop) -> None:
    rows = await misplaced(shop)

    for row, other, suggestions in zip(
        rows, reversed(rows), await investigations.suggestions(LEAD, rows), strict=True
    ):
        assert suggestions[0].cause is VarianceCause.MISPLACED
        [evidence, *_] = suggestions[0].evidence
        assert (evidence.kind, evidence.ids) == (EvidenceKind.VARIANCE, [other.number])
        assert row.quantity == -other.quantity


async def test_remembers_repeated_losses_and_wrong_scans(shop: Shop) -> None:
    await count_at(shop, "posted")
    await count_at(shop, "posted")
    await Mispick.create(
        location_id=shop.north.id,
        kind="wrong_item",
        step="picking",
        barcode=shop.mug.sku,
        quantity=1,
        expected=shop.shirt.sku,
        found=shop.mug.sku,
        picker=PICKER.label,
    )
    row = await Variance.get(count_id=(await count_at(shop, "counted")).id)

    [found] = await investigations.suggestions(LEAD, [row])

    assert {each.cause for each in found} >= {VarianceCause.THEFT, VarianceCause.MISPICK}
    assert await CountLine.filter(count_id=row.count_id).count() == 1


async def test_knows_what_came_back_to_the_same_place(shop: Shop) -> None:
    row = await returned(shop, "inspected", mug=3, back=2)
    count = await counted(shop, mug=7)
    variance = await Variance.get(count_id=count.id)
    assert variance.quantity == -2

    [found] = await investigations.suggestions(LEAD, [variance])

    [likeliest, *_] = found
    assert likeliest.cause is VarianceCause.MISPLACED
    [evidence] = likeliest.evidence
    assert (evidence.kind, evidence.ids) == (EvidenceKind.RETURN, [(await unit_of(row)).number])
    assert row.number in evidence.sentence
