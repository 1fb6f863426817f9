"""What a fact is: something that happened, which the event log keeps.

The fields named like columns of the event log are kept there, where readers look for them; the
rest become the event's details. The docstring of a fact is its description in the schema.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from services.actors import Permission

COLUMNS = ("order_id", "customer_id", "variant_id", "location_id", "supplier_id")


@dataclass(frozen=True, kw_only=True)
class Fact:
    """Something that happened."""

    NEEDS: ClassVar[Permission]

    @property
    def kind(self) -> str:
        return type(self).__name__

    def columns(self) -> dict[str, int | None]:
        return {name: getattr(self, name, None) for name in COLUMNS}

    def details(self) -> dict[str, Any]:
        return {name: _plain(value) for name, value in vars(self).items() if name not in COLUMNS}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
