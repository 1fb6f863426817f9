"""Questions about people, and about whoever asks."""

import strawberry

import models
from api.connections import ById, Connection, condition, listed
from api.context import Info
from api.permissions import require
from api.types.people import Person, Token


@strawberry.input(description="Which people.")
class PersonFilter:
    role: list[models.Role] | None = condition("role__in", "In any of these roles.")
    active: bool | None = condition("deactivated_at__isnull", "Who may call, or no longer.")


@strawberry.input(description="Which tokens.")
class TokenFilter:
    person_id: strawberry.ID | None = condition("person_id", "Of this person.", of=models.Person)
    revoked: bool | None = condition("revoked_at__not_isnull", "Revoked, or not.")
    by_password: bool | None = condition("by_password", "Given for signing in, or not.")


@strawberry.type
class PeopleQueries:
    people: Connection[Person] = listed(
        models.Person,
        "People who may call, or might once. Search looks into their names.",
        filter=PersonFilter,
        sort=ById,
        search=["name", "username"],
    )
    tokens: Connection[Token] = listed(
        models.Token,
        "The tokens people call with, without their secrets. Search looks into what they are for "
        "and the names of their people.",
        filter=TokenFilter,
        sort=ById,
        search=["label", "person__name"],
    )

    @strawberry.field(description="Who you are.", graphql_type=Person)
    async def me(self, info: Info) -> models.Person:
        require(info.context.actor, None)
        return await models.Person.get(id=info.context.actor.person_id)
