"""Whom the goods of orders were bought from, kept as it is when a line is first read."""

from collections.abc import Sequence
from dataclasses import replace

from models import KpiSource, SupplierItem
from services.kpis.stories import Story


async def find_sources(stories: Sequence[Story]) -> list[Story]:
    """The same stories; lines of placed orders that had no source yet have one."""
    fresh: dict[int, tuple[int, int]] = {}
    for story in stories:
        has = {source.line_id for source in story.sources}
        if story.order.placed_at is not None:
            fresh |= {
                line.id: (story.order.id, line.variant_id)
                for line in story.lines
                if line.id not in has
            }
    if not fresh:
        return list(stories)
    first = await _first_suppliers({variant_id for _, variant_id in fresh.values()})
    rows = [
        KpiSource(line_id=line_id, order_id=order_id, supplier_id=first.get(variant_id))
        for line_id, (order_id, variant_id) in fresh.items()
    ]
    await KpiSource.bulk_create(rows)
    return [
        replace(story, sources=[*story.sources, *(r for r in rows if r.order_id == story.order.id)])
        for story in stories
    ]


async def _first_suppliers(variant_ids: set[int]) -> dict[int, int]:
    """The supplier of each variant that is asked first."""
    items = (
        await SupplierItem.filter(variant_id__in=variant_ids, archived_at=None)
        .order_by("-rank", "-id")
        .values_list("variant_id", "supplier_id")
    )
    return dict(items)
