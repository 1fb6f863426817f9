"""An input that works for every mutation of people, and the people it needs."""

from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any

from argon2 import PasswordHasher

from models import Password, Person, Role, Row, Token
from services import people

Input = dict[str, Any]

PASSWORD = "a sentence is a good one"
NEW_PASSWORD = "another sentence is too"


async def somebody() -> Person:
    """A clerk with a password, who is none of the cast."""
    person = await Person.create(id=900, name="Karla", role=Role.CLERK, username="karla")
    await Password.create(person_id=person.id, hash=hash_of(PASSWORD))
    return person


async def token_of_somebody() -> Token:
    return await people.make_token((await somebody()).id)


async def _owned(person: Awaitable[Person], **rest: Any) -> Input:
    return {"personId": (await person).number} | rest


async def _sign_in(_: object) -> Input:
    await somebody()
    return {"username": "KARLA", "password": PASSWORD}


async def _sign_out(_: object) -> Input:
    await _cast()
    return {}


async def _password_change(_: object) -> Input:
    for person in await _cast():
        await Password.create(person_id=person.id, hash=hash_of(PASSWORD))
    return {"currentPassword": PASSWORD, "password": NEW_PASSWORD}


async def _cast() -> list[Person]:
    """A row for everybody who may appear in a test."""
    rows = [
        Person(id=n, name=f"Person {n}", role=Role.CLERK, username=f"person-{n}")
        for n in range(1, 21)
    ]
    await Person.bulk_create(rows)
    return rows


@cache
def hash_of(password: str) -> str:
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(password)


async def _given(**input: Any) -> Input:
    return input


async def _on(row: Awaitable[Row], **rest: Any) -> Input:
    return {"id": (await row).number} | rest


PEOPLE: dict[str, Callable[[Any], Awaitable[Input]]] = {
    "personCreate": lambda _: _given(name="Karla", role="CLERK", username="Karla"),
    "personUpdate": lambda _: _on(somebody(), name="Karla K.", username=None),
    "personRoleSet": lambda _: _on(somebody(), role="SUPPORT"),
    "personDeactivate": lambda _: _on(somebody()),
    "passwordSet": lambda _: _on(somebody(), password=NEW_PASSWORD),
    "passwordChange": _password_change,
    "signIn": _sign_in,
    "signOut": _sign_out,
    "tokenCreate": lambda _: _owned(somebody(), label="Scanner 3"),
    "tokenRevoke": lambda _: _on(token_of_somebody()),
}
