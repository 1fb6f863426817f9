"""Mutations of packages."""

import strawberry

import models
from api.changes import Change, Payload, Step, mutation
from api.context import Info
from api.fields import column
from api.nodes import decode
from api.types.packages import Package
from services import packages
from services.actors import Permission


@strawberry.type(description="What a mutation of a package answers.")
class PackagePayload(Payload):
    package: Package | None = column("The package as it is now; null when nothing was changed.")


@strawberry.input
class PackageCreateInput(Step):
    fulfillment_id: strawberry.ID = column("The picked fulfillment it is packed for.")
    box: str = column("The code a scanner reads on the box.")
    material: str = strawberry.field(default="", description="What kind of box it is.")


@strawberry.input
class PackageCloseInput(Change):
    weight: int | None = strawberry.field(default=None, description="What it weighs, in grams.")
    material: str | None = strawberry.field(
        default=None, description="What kind of box it is, where that has changed."
    )


_WORK = Permission.FULFILLMENTS_WORK


@strawberry.type
class PackageMutations:
    @mutation(packages.create, PackagePayload, _WORK)
    async def package_create(self, info: Info, input: PackageCreateInput) -> models.Package:
        return await packages.create(
            info.context.actor,
            decode(models.Fulfillment, input.fulfillment_id),
            box=input.box,
            material=input.material,
        )

    @mutation(packages.close, PackagePayload, _WORK, changes=models.Package)
    async def package_close(self, info: Info, input: PackageCloseInput) -> models.Package:
        return await packages.close(
            info.context.actor,
            decode(models.Package, input.id),
            weight=input.weight,
            material=input.material,
        )
