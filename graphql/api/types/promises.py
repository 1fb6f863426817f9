"""What clients see of the dates that were promised."""

from datetime import datetime

import models
from api.fields import column, one
from api.nodes import Node, node
from api.types.shipping import ShippingMethod


@node(models.Promise, "A date that a customer was promised, and why.")
class Promise(Node):
    promised_at: datetime = column("Until when they will have everything.")
    dispatch_by: datetime | None = column("When it has to be handed over at the latest for that.")
    shipping_method: ShippingMethod | None = one(
        models.ShippingMethod, "shipping_method_id", "With which method that was reckoned."
    )
    reason: str = column("Why this date.")
    actor: str = column("Who promised it.")
    made_at: datetime = column("When it was promised.")
