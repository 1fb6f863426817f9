"""Duplicates: an order that looks like one the customer placed a short while ago."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

from models import Order, OrderLine
from models.lifecycle import OrderStatus
from models.orders import PostalAddress
from services import policies
from services.clock import now

GIVEN_UP = (OrderStatus.CANCELLED, OrderStatus.EXPIRED)


def digest_of_goods(lines: Sequence[OrderLine]) -> str:
    """The same for the same units of the same variants, in whatever lines and order."""
    units: Counter[int] = Counter()
    for line in lines:
        units[line.variant_id] += line.remaining
    return _digest(f"{variant}x{count}" for variant, count in sorted(units.items()) if count)


def digest_of_place(address: PostalAddress | None) -> str:
    """The same for the same door, however it is written; empty where there is no address."""
    if address is None:
        return ""
    door = vars(replace(address, recipient="", latitude=None, longitude=None))
    return _digest(re.sub(r"[\W_]+", "", str(part)).casefold() for part in door.values())


async def found(order: Order) -> Order | None:
    """The latest order like this one that the customer placed within the time of the policy.

    Asked once the units of this order are reserved: of two like it that are placed at the same
    moment, one waits for the other's stock levels and then finds it.
    """
    hours = policies.current().duplicate_hours
    if not hours:
        return None
    return (
        await Order.filter(
            customer_id=order.customer_id,
            goods_digest=order.goods_digest,
            placed_at__gte=now() - timedelta(hours=hours),
        )
        .exclude(status__in=GIVEN_UP)
        .exclude(id=order.id)
        .order_by("-placed_at")
        .first()
    )


def _digest(parts: Iterable[str]) -> str:
    return sha256("|".join(parts).encode()).hexdigest()[:32]
