"""Duplicates: customers who are likely the same, found by an index as customers change.

Three traits speak for it: the same mailbox, the same telephone number, the same name at the same
postal code. Each is kept as a digest of its plainest spelling. Whenever customers or addresses were
changed, which the event log tells, the traits of those customers are made anew, and so are the
pairs they are in.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from unicodedata import normalize

from tortoise.connection import get_connection
from tortoise.expressions import Q

from models import Address, Customer, CustomerDuplicate, CustomerTrait, TraitKind
from models.errors import Blocked, Refused
from models.rows import store_all
from models.statements import select, select_by_id
from services import event_log, scopes
from services.actors import Actor
from services.clock import now
from services.commit import announce, operation
from services.facts.customers import (
    AddressArchived,
    AddressCreated,
    AddressUpdated,
    CustomerArchived,
    CustomerCreated,
    CustomerDuplicateDismissed,
    CustomerErased,
    CustomerMerged,
    CustomerUpdated,
)

READER = "customer duplicates"
BATCH = 500
KINDS = frozenset(
    fact.__name__
    for fact in (
        AddressArchived,
        AddressCreated,
        AddressUpdated,
        CustomerArchived,
        CustomerCreated,
        CustomerErased,
        CustomerMerged,
        CustomerUpdated,
    )
)
# Nobody goes through more of them, and what many share tells nobody apart.
MOST_PER_CUSTOMER = 20
SCORES: Mapping[str, int] = {TraitKind.EMAIL: 60, TraitKind.PHONE: 40, TraitKind.PLACE: 30}
# These providers deliver to the same mailbox with dots or without.
_WITHOUT_DOTS = {"gmail.com", "googlemail.com"}
# The end of a number is the same with its country code, with a zero in its place, or with neither.
_DIGITS = 8

Trait = tuple[int, TraitKind, str]
Pair = tuple[int, int]


async def due(at: datetime, limit: int) -> list[int]:
    """A number where there is news of customers that was not read yet."""
    return [0] if await event_log.unread_of(READER, KINDS) else []


@operation
async def read_on(_: int) -> None:
    """Look again at the customers of the next events."""
    events = await event_log.read_on(READER, BATCH, KINDS)
    await look_at({each.customer_id for each in events if each.customer_id is not None})


@operation
async def dismiss(actor: Actor, duplicate_id: int) -> CustomerDuplicate:
    """Decide that two customers who look alike are two all the same; they are not put forward
    again while no more speaks for it."""
    row = await scopes.take(actor, CustomerDuplicate, duplicate_id)
    if row.dismissed_at is not None:
        raise Refused(Blocked(message=f"{row.number} is dismissed already.", path=("id",)))
    row.dismissed_at, row.dismissed_by = now(), actor.label
    await row.store()

    about = {"customer_id": row.customer_id, "other_customer_id": row.other_id}
    announce(actor, CustomerDuplicateDismissed(**about))
    return row


async def look_at(customer_ids: Collection[int]) -> None:
    """Make the traits of customers anew, and the pairs they are in; in as many statements for many
    as for one."""
    if not customer_ids:
        return
    customers = await select_by_id(Customer, customer_ids)
    places: dict[int, list[Address]] = defaultdict(list)
    for address in await select(Address, customer_id__in=customer_ids):
        if address.archived_at is None:
            places[address.customer_id].append(address)
    wanted = {
        (row.id, kind, digest)
        for row in customers.values()
        if row.archived_at is None
        for kind, digest in traits_of(row, places[row.id])
    }
    await _keep_traits(customer_ids, wanted)
    await _keep_pairs(customer_ids)


def traits_of(customer: Customer, addresses: Iterable[Address]) -> set[tuple[TraitKind, str]]:
    """By what a customer may be told to be another one."""
    found = set()
    if customer.email:
        found.add((TraitKind.EMAIL, _digest(_mailbox(customer.email))))
    digits = re.sub(r"\D", "", customer.phone or "")
    if len(digits) >= _DIGITS:
        found.add((TraitKind.PHONE, _digest(digits[-_DIGITS:])))
    name = " ".join(sorted(_plain(customer.name).split()))
    for address in addresses:
        if name and (code := re.sub(r"\s", "", _plain(address.postal_code))):
            found.add((TraitKind.PLACE, _digest(f"{name}|{code}|{address.country_code}")))
    return found


async def _keep_traits(customer_ids: Collection[int], wanted: Collection[Trait]) -> None:
    rows = await select(CustomerTrait, customer_id__in=customer_ids)
    known = {(row.customer_id, row.kind, row.digest): row.id for row in rows}
    if gone := [row_id for trait, row_id in known.items() if trait not in wanted]:
        await CustomerTrait.filter(id__in=gone).delete()
    await CustomerTrait.bulk_create(
        [
            CustomerTrait(customer_id=customer_id, kind=kind, digest=digest)
            for customer_id, kind, digest in sorted(wanted)
            if (customer_id, kind, digest) not in known
        ]
    )


async def _keep_pairs(customer_ids: Collection[int]) -> None:
    wanted = await _alike(customer_ids)
    ids = list(customer_ids)
    rows = await CustomerDuplicate.filter(Q(customer_id__in=ids) | Q(other_id__in=ids))
    known = {(row.customer_id, row.other_id): row for row in rows}
    if gone := [row.id for pair, row in known.items() if pair not in wanted]:
        await CustomerDuplicate.filter(id__in=gone).delete()
    changed = []
    for pair, row in known.items():
        if pair in wanted and row.traits != wanted[pair]:
            if len(row.traits) < len(wanted[pair]):
                row.dismissed_at = row.dismissed_by = None
            row.traits, row.score = wanted[pair], _score(wanted[pair])
            changed.append(row)
    await store_all(changed, "traits", "score", "dismissed_at", "dismissed_by")
    await CustomerDuplicate.bulk_create(
        [
            CustomerDuplicate(
                customer_id=pair[0], other_id=pair[1], traits=traits, score=_score(traits)
            )
            for pair, traits in sorted(wanted.items())
            if pair not in known
        ]
    )


async def _alike(customer_ids: Collection[int]) -> dict[Pair, list[str]]:
    """The pairs that these customers are in, with what both have in common."""
    ids = ", ".join(f"{each:d}" for each in customer_ids)
    rows = await get_connection("default").execute_query_dict(f"""
        SELECT customer_id, other_id, kind FROM (
          SELECT mine.customer_id, other.customer_id AS other_id, mine.kind,
                 DENSE_RANK() OVER (
                   PARTITION BY mine.customer_id ORDER BY other.customer_id
                 ) AS place
          FROM customer_traits AS mine
          JOIN customer_traits AS other ON other.kind = mine.kind
            AND other.digest = mine.digest AND other.customer_id <> mine.customer_id
          WHERE mine.customer_id IN ({ids})
        ) AS found WHERE place <= {MOST_PER_CUSTOMER}
    """)
    found: dict[Pair, set[str]] = defaultdict(set)
    for row in rows:
        first, last = sorted((row["customer_id"], row["other_id"]))
        found[first, last].add(row["kind"])
    return {pair: sorted(kinds) for pair, kinds in found.items()}


def _score(traits: Sequence[str]) -> int:
    return min(100, sum(SCORES[each] for each in traits))


def _mailbox(email: str) -> str:
    name, _, domain = email.casefold().partition("@")
    name = name.partition("+")[0]
    return f"{name.replace('.', '') if domain in _WITHOUT_DOTS else name}@{domain}"


def _plain(text: str) -> str:
    """Without accents, signs and capitals."""
    letters = normalize("NFKD", text).encode("ascii", "ignore").decode() or text
    return re.sub(r"[\W_]+", " ", letters).strip().casefold()


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:32]
