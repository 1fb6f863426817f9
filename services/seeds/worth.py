"""What the demo shop knows of its customers: what they are worth, and who is likely whom."""

from datetime import datetime

from models import CustomerDuplicate, CustomerFigure
from services import customer_duplicates, customer_figures, segments


async def tell(at: datetime) -> None:
    """Let the readers of customers read the whole history, and tell customers apart."""
    await customer_figures.read_on(0)
    await segments.reckon(at)
    while await customer_duplicates.due(at, 1):
        await customer_duplicates.read_on(0)
    for kind in (CustomerFigure, CustomerDuplicate):
        await kind.all().update(created_at=at, updated_at=at)
