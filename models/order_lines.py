"""Order lines: one variant of an order, and what has become of every unit of it."""

from datetime import datetime

from tortoise import fields

from models.catalog import TaxClass, Variant
from models.orders import Order
from models.rows import Row

# Places in the queue for stock from here on are those of lines that have stepped out of it.
OUTSIDE = "9"


class OrderLine(Row):
    """One variant of an order, and the ledger of its units.

    Always: delivered ≤ shipped ≤ packed ≤ picked ≤ ordered − cancelled, and from placing on
    reserved + backordered + picked = ordered − cancelled.
    Money is in minor units of `currency`. `unit_price` was agreed for `agreed_for` units, where
    `price_basis` says; `discount` and `tax` are those of all remaining units, and `total` is
    what the customer pays for them.
    `unit_price` is in minor units of `currency`. A line with backordered units has its place in
    the queue for stock by its `queue_key`; they should come by `expected_at`.
    """

    PREFIX = "LIN"

    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField(
        "models.Order", related_name=False, on_delete=fields.RESTRICT
    )
    order_id: int
    variant: fields.ForeignKeyRelation[Variant] = fields.ForeignKeyField(
        "models.Variant", related_name=False, on_delete=fields.RESTRICT
    )
    variant_id: int
    sku = fields.CharField(max_length=60)
    name = fields.CharField(max_length=200)
    tax_class = fields.CharEnumField(TaxClass, max_length=20, default=TaxClass.STANDARD)
    unit_price = fields.BigIntField(default=0)
    agreed_for = fields.IntField(default=0)
    price_basis = fields.CharField(max_length=200, default="")
    discount = fields.BigIntField(default=0)
    tax = fields.BigIntField(default=0)
    total = fields.BigIntField(default=0)
    currency = fields.CharField(max_length=3)
    # What the source of the order says a unit costs.
    stated_price = fields.BigIntField(null=True)
    ordered = fields.IntField()
    cancelled = fields.IntField(default=0)
    # Of the cancelled units those that live on in another order.
    moved = fields.IntField(default=0)
    reserved = fields.IntField(default=0)
    backordered = fields.IntField(default=0)
    # Units that ever had to wait for stock, each as often as it did.
    waited = fields.IntField(default=0)
    picked = fields.IntField(default=0)
    packed = fields.IntField(default=0)
    shipped = fields.IntField(default=0)
    delivered = fields.IntField(default=0)
    return_requested = fields.IntField(default=0)
    return_received = fields.IntField(default=0)
    return_rejected = fields.IntField(default=0)
    written_off = fields.IntField(default=0)
    waiting_since = fields.DatetimeField(null=True)
    queue_key = fields.CharField(max_length=60, null=True)
    expected_at = fields.DatetimeField(null=True)

    class Meta:
        table = "order_lines"
        indexes = (
            ("expected_at", "id"),
            ("order_id", "id"),
            ("variant_id", "id"),
            ("variant_id", "queue_key"),
            ("queue_key", "id"),
        )

    @property
    def remaining(self) -> int:
        return self.ordered - self.cancelled

    @property
    def is_queued(self) -> bool:
        """Whether units of it wait in the queue for stock."""
        return self.queue_key is not None and self.queue_key < OUTSIDE

    @property
    def stepped_out(self) -> bool:
        """Whether units of it wait, but not in the queue."""
        return self.queue_key is not None and self.queue_key >= OUTSIDE

    def reserve(self, units: int) -> None:
        self.reserved += units
        self._balance()

    def pick(self, units: int) -> None:
        self.reserved -= units
        self.picked += units
        self._balance()

    def pack(self, units: int) -> None:
        self.packed += units
        self._balance()

    def ship(self, units: int) -> None:
        self.shipped += units
        self._balance()

    def deliver(self, units: int) -> None:
        self.delivered += units
        self._balance()

    def request_return(self, units: int) -> None:
        """Expect delivered units back; fewer than nothing takes it back."""
        self.return_requested += units
        self._balance()

    def receive_return(self, units: int) -> None:
        self.return_received += units
        self._balance()

    def reject_return(self, units: int) -> None:
        """Do not make good for units that came back; fewer than nothing makes good for them."""
        self.return_received -= units
        self.return_rejected += units
        self._balance()

    def write_off(self, units: int) -> None:
        """Give up units that were lost on their way; fewer than nothing takes it back."""
        self.written_off += units
        self._balance()

    @property
    def is_through(self) -> bool:
        """Whether nothing of it is to come any more."""
        return self.delivered + self.written_off == self.remaining

    def put_back(self, *, picked: int, packed: int) -> None:
        """Undo picking and packing of units that have not left the building."""
        self.picked -= picked
        self.packed -= packed
        self.reserved += picked
        self._balance()

    def backorder(self, units: int, *, queue_key: str, at: datetime) -> None:
        """Let units that were reserved, or were to be, wait for stock."""
        self.reserved -= units
        self.backordered += units
        self.waited += units
        self.queue_key, self.waiting_since = queue_key, self.waiting_since or at
        self.stop_waiting()
        self._balance()

    def allocate(self, units: int) -> None:
        """Reserve units that were waiting for stock."""
        self.backordered -= units
        self.reserved += units
        self.stop_waiting()
        self._balance()

    def cancel(self) -> None:
        """Give up every unit; what was picked has been put back before."""
        self.cancelled, self.reserved, self.backordered = self.ordered, 0, 0
        self.stop_waiting()
        self._balance()

    def give_back(self, units: int, *, backordered: int = 0) -> None:
        """Ask for fewer units, none of which is picked."""
        self.ordered -= units
        self._let_go(units, backordered)

    def cancel_units(self, units: int, *, backordered: int = 0, moved: bool = False) -> None:
        """Give up some units, none of which is picked; `moved` ones live on in another order."""
        self.cancelled += units
        self.moved += units if moved else 0
        self._let_go(units, backordered)

    def _let_go(self, units: int, backordered: int) -> None:
        self.backordered -= backordered
        self.reserved -= units - backordered
        self.stop_waiting()
        self._balance()

    def stop_waiting(self) -> None:
        """Leave the queue, where no unit is waiting any more."""
        if not self.backordered:
            self.queue_key = self.waiting_since = self.expected_at = None

    def broken_rules(self) -> list[str]:
        """The rules of the line ledger that do not hold; none, unless there is a bug."""
        chain = (self.delivered, self.shipped, self.packed, self.picked, self.remaining)
        spoken_for = self.reserved + self.backordered + self.picked
        returned = self.return_received + self.return_rejected
        rules = {
            "no count is negative": min(
                *(*chain, self.reserved, self.backordered),
                *(self.return_requested, self.return_received, self.return_rejected),
                self.written_off,
            )
            >= 0,
            "delivered ≤ shipped ≤ packed ≤ picked ≤ ordered − cancelled": sorted(chain)
            == list(chain),
            "reserved + backordered + picked is ordered − cancelled or nothing": spoken_for
            in (0, self.remaining),
            "delivered + written off ≤ shipped": self.delivered + self.written_off <= self.shipped,
            "returned ≤ requested ≤ delivered": returned <= self.return_requested <= self.delivered,
        }
        return [rule for rule, holds in rules.items() if not holds]

    def _balance(self) -> None:
        if broken := self.broken_rules():
            raise RuntimeError(f"Line {self.number} breaks its ledger: {'; '.join(broken)}.")
