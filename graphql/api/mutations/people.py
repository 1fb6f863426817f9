"""Mutations of people: who may call, in which role, with which token; signing in and out."""

from datetime import datetime

import strawberry

import models
from api import changes
from api.changes import Change, Payload, Step, given, mutation, optional
from api.context import Info
from api.fields import column
from api.nodes import decode
from api.permissions import Anybody
from api.types.people import Person, Token
from services import passwords, people, sessions
from services.actors import Actor, Permission


@strawberry.type(description="What a mutation of a person answers.")
class PersonPayload(Payload):
    person: Person | None = column("The person as they are now; null when nothing was changed.")


@strawberry.type(description="What a mutation of a token answers.")
class TokenPayload(Payload):
    token: Token | None = column("The token as it is now; null when nothing was changed.")


@strawberry.input
class PersonCreateInput(Step):
    name: str = column("What they are called.")
    role: models.Role = column("What they are here for.")
    username: str | None = strawberry.field(
        default=None, description="The name they sign in by, unlike any other; case is ignored."
    )
    customer_id: strawberry.ID | None = strawberry.field(
        default=None, description="Whom they act for: with the role CUSTOMER, and only then."
    )
    supplier_id: strawberry.ID | None = strawberry.field(
        default=None, description="Whom they act for: with the role SUPPLIER, and only then."
    )


@strawberry.input
class PersonUpdateInput(Change):
    name: str | None = optional("What they are called.")
    username: str | None = optional("The name they sign in by; null for none.")


@strawberry.input
class PersonRoleSetInput(Change):
    role: models.Role = column("What they are here for from now on.")
    customer_id: strawberry.ID | None = strawberry.field(
        default=None, description="Whom they act for: with the role CUSTOMER, and only then."
    )
    supplier_id: strawberry.ID | None = strawberry.field(
        default=None, description="Whom they act for: with the role SUPPLIER, and only then."
    )


@strawberry.input
class PersonDeactivateInput(Change):
    pass


@strawberry.input
class PasswordSetInput(Change):
    password: str = column("Their new password, of 12 to 500 characters.")


@strawberry.input
class PasswordChangeInput(Step):
    current_password: str = column("The one you have.")
    password: str = column("The one you want, of 12 to 500 characters.")


@strawberry.input
class SignInInput(Step):
    username: str = column("The name you sign in by.")
    password: str = column("Your password.")


@strawberry.input
class SignOutInput(Step):
    pass


@strawberry.input
class TokenCreateInput(Step):
    person_id: strawberry.ID = column("Who will call with it.")
    label: str = strawberry.field(default="", description="What it is for.")
    expires_at: datetime | None = strawberry.field(
        default=None, description="When it ends; left out, never."
    )


@strawberry.input
class TokenRevokeInput(Change):
    pass


def _id(kind: type[models.Row], given: strawberry.ID | None) -> int | None:
    return None if given is None else decode(kind, given)


async def _proven(actor: Actor, input: SignInInput) -> models.Person | None:
    return await sessions.prove(actor, input.username, input.password)


async def _hashed(actor: Actor, input: PasswordSetInput) -> str:
    return await passwords.hashed(input.password)


async def _changed(actor: Actor, input: PasswordChangeInput) -> str | None:
    return await sessions.new_password(actor, input.current_password, input.password)


_WRITE = Permission.PEOPLE_WRITE


@strawberry.type
class PeopleMutations:
    @mutation(people.create, PersonPayload, _WRITE)
    async def person_create(self, info: Info, input: PersonCreateInput) -> models.Person:
        return await people.create(
            info.context.actor,
            name=input.name,
            role=input.role,
            username=input.username,
            customer_id=_id(models.Customer, input.customer_id),
            supplier_id=_id(models.Supplier, input.supplier_id),
        )

    @mutation(people.update, PersonPayload, _WRITE, changes=models.Person)
    async def person_update(self, info: Info, input: PersonUpdateInput) -> models.Person:
        return await people.update(
            info.context.actor, decode(models.Person, input.id), given(input, "name", "username")
        )

    @mutation(people.set_role, PersonPayload, _WRITE, changes=models.Person)
    async def person_role_set(self, info: Info, input: PersonRoleSetInput) -> models.Person:
        return await people.set_role(
            info.context.actor,
            decode(models.Person, input.id),
            role=input.role,
            customer_id=_id(models.Customer, input.customer_id),
            supplier_id=_id(models.Supplier, input.supplier_id),
        )

    @mutation(people.deactivate, PersonPayload, _WRITE, changes=models.Person)
    async def person_deactivate(self, info: Info, input: PersonDeactivateInput) -> models.Person:
        return await people.deactivate(info.context.actor, decode(models.Person, input.id))

    @mutation(passwords.set, PersonPayload, _WRITE, changes=models.Person, before=_hashed)
    async def password_set(self, info: Info, input: PasswordSetInput) -> models.Person:
        return await passwords.set(
            info.context.actor, decode(models.Person, input.id), hash=changes.found.get()
        )

    @mutation(passwords.change, PersonPayload, None, before=_changed)
    async def password_change(self, info: Info, input: PasswordChangeInput) -> models.Person:
        return await passwords.change(info.context.actor, hash=changes.found.get())

    @mutation(sessions.sign_in, TokenPayload, Anybody.MAY, before=_proven)
    async def sign_in(self, info: Info, input: SignInInput) -> models.Token:
        return await sessions.sign_in(info.context.actor, changes.found.get())

    @mutation(sessions.sign_out, PersonPayload, None)
    async def sign_out(self, info: Info, input: SignOutInput) -> models.Person:
        return await sessions.sign_out(info.context.actor)

    @mutation(people.give_token, TokenPayload, _WRITE)
    async def token_create(self, info: Info, input: TokenCreateInput) -> models.Token:
        return await people.give_token(
            info.context.actor,
            decode(models.Person, input.person_id),
            label=input.label,
            expires_at=input.expires_at,
        )

    @mutation(people.revoke_token, TokenPayload, _WRITE, changes=models.Token)
    async def token_revoke(self, info: Info, input: TokenRevokeInput) -> models.Token:
        return await people.revoke_token(info.context.actor, decode(models.Token, input.id))
