"""Questions about people, and about whoever asks."""

import strawberry

import models
from api.connections import ById, Connection, condition, listed
from api.context import Info
from api.permissions import require
from api.types.people import Person


@strawberry.input(description="Which people.")
class PersonFilter:
    role: list[models.Role] | None = condition("role__in", "In any of these roles.")


@strawberry.type
class PeopleQueries:
    people: Connection[Person] = listed(
        models.Person,
        "People who may call. Search looks into their names.",
        filter=PersonFilter,
        sort=ById,
        search=["name"],
    )

    @strawberry.field(description="Who you are.", graphql_type=Person)
    async def me(self, info: Info) -> models.Person:
        require(info.context.actor, None)
        return await models.Person.get(id=info.context.actor.person_id)
