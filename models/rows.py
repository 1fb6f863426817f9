"""What every row that people change has in common: an id, a version, its times, its number."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar, Self

from tortoise import fields
from tortoise.models import Model

from models import statements
from models.errors import Refused, WrongStatus
from models.lifecycle import Status

# Numbers start here, so that the first order of a shop does not look like its first.
FIRST_NUMBER = 1000


class Row(Model):
    """A record with a version that grows by one with every change."""

    PREFIX: ClassVar[str] = ""

    # Which columns the attributes are made of that are none themselves.
    DERIVED: ClassVar[Mapping[str, tuple[str, ...]]] = {"number": ("id",)}

    id = fields.BigIntField(primary_key=True)
    version = fields.IntField(default=1)
    created_at = fields.DatetimeField(auto_now_add=True)
    updated_at = fields.DatetimeField(auto_now=True)

    class Meta:
        abstract = True

    @property
    def number(self) -> str:
        """The number people read aloud, such as ORD-1042."""
        return self.number_of(self.id)

    @classmethod
    def number_of(cls, row_id: int) -> str:
        return f"{cls.PREFIX}-{FIRST_NUMBER + row_id}"

    @classmethod
    def id_of(cls, number: str) -> int | None:
        """The id behind a number such as ORD-1042, or None where it is no such number."""
        prefix, _, digits = number.strip().upper().partition("-")
        if not cls.PREFIX or prefix != cls.PREFIX or not (digits.isascii() and digits.isdigit()):
            return None
        # A number of 16 digits or more was never given out and would not fit the column.
        return int(digits) - FIRST_NUMBER if len(digits) < 16 else None

    async def store(self) -> None:
        """Save a changed row and let everyone who holds an older version know."""
        self.version += 1
        await self.save()


async def store_all(rows: Sequence[Row], *changed: str) -> None:
    """Save the named columns of many rows of one kind in one round trip."""
    if rows:
        for row in rows:
            row.version += 1
            row.updated_at = datetime.now(UTC)
        await statements.update(rows, (*changed, "version", "updated_at"))


class Lifecycle(Row):
    """A row with a status, which moves only along its table in models.lifecycle."""

    STEPS: ClassVar[Mapping[Status, frozenset[Status]]]
    status: Any

    class Meta:
        abstract = True

    def may_become(self, wanted: Status) -> bool:
        return wanted in self.STEPS[self.status]

    def step_to(self, wanted: Status) -> Self:
        """Move to a status; refused with WrongStatus where the table has no such step."""
        if not self.may_become(wanted):
            raise Refused(self.wrong_status(wanted))
        self.status = wanted
        return self

    def wrong_status(self, wanted: Status, path: str = "id") -> WrongStatus:
        following = self.STEPS[self.status]
        return WrongStatus(
            message=f"{self.number} is {self.status.spoken} and cannot become {wanted.spoken}.",
            path=(path,),
            current=self.status.name,
            wanted=wanted.name,
            allowed=tuple(status.name for status in type(wanted) if status in following),
        )
