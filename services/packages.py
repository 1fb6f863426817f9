"""Packages: take a box, prove by scan what goes into it, weigh and close it."""

from collections.abc import Sequence

from tortoise.exceptions import IntegrityError

from models import (
    Fulfillment,
    FulfillmentLine,
    FulfillmentStatus,
    Order,
    Package,
    PackageLine,
    PackageStatus,
)
from models.errors import Blocked, Problem, Refused, refuse_any
from models.statements import select
from services import scopes
from services.actors import Actor
from services.clock import now
from services.commit import announce, operation
from services.facts.packages import PackageClosed, PackageCreated, PackageFact, PackageVoided
from services.inputs import Inputs

MOST_GRAMS = 2_000_000


@operation
async def create(actor: Actor, fulfillment_id: int, *, box: str, material: str = "") -> Package:
    """Take a box for the picked units of a fulfillment, by the code on it."""
    inputs = Inputs()
    box = inputs.text(box, "box", most=60)
    material = inputs.text(material, "material", least=0, most=60)
    inputs.refuse()
    order, work = await scopes.take_part(actor, Fulfillment, fulfillment_id, "fulfillmentId")
    refuse_any(reasons_not_to_pack(work, "fulfillmentId"))
    package = Package(
        order_id=order.id,
        fulfillment_id=work.id,
        box=box,
        material=material,
        actor=actor.label,
    )
    try:
        await package.save()
    except IntegrityError as error:
        message = f"Box {box} is in use. Take another one."
        raise Refused(Problem(code="TAKEN", message=message, path=("box",))) from error

    _announce(actor, PackageCreated, order, package)
    return package


@operation
async def close(
    actor: Actor, package_id: int, *, weight: int | None = None, material: str | None = None
) -> Package:
    """Close a box that has something in it, with its weight in grams."""
    order, package = await scopes.take_part(actor, Package, package_id)
    inputs = Inputs()
    if weight is not None:
        package.weight = inputs.number(weight, "weight", most=MOST_GRAMS)
    if material is not None:
        package.material = inputs.text(material, "material", least=0, most=60)
    lines = await select(PackageLine, package_id=package.id)
    for problem in reasons_not_to_close(package, lines):
        inputs.add(problem)
    inputs.refuse()
    package.close(at=now())
    await package.store()

    _announce(actor, PackageClosed, order, package)
    return package


async def finish(actor: Actor, order: Order, work: Fulfillment) -> None:
    """Close the boxes of packed work; those that nothing was put into are free again."""
    for package in await of(work):
        if package.status is not PackageStatus.OPEN:
            continue
        if await PackageLine.filter(package_id=package.id).exists():
            package.close(at=now())
            _announce(actor, PackageClosed, order, package)
        else:
            package.void()
            _announce(actor, PackageVoided, order, package)
        await package.store()


async def void_all(actor: Actor, order: Order, work: Fulfillment) -> None:
    """Empty the boxes of work that is given up."""
    for package in await of(work):
        package.void()
        await package.store()
        _announce(actor, PackageVoided, order, package)


async def of(work: Fulfillment) -> list[Package]:
    """The boxes of a fulfillment that are not voided."""
    rows = await select(Package, fulfillment_id=work.id)
    return [row for row in rows if row.status is not PackageStatus.VOIDED]


def reasons_not_to_pack(work: Fulfillment, *path: str) -> list[Problem]:
    if work.status in (FulfillmentStatus.PICKED, FulfillmentStatus.PACKING):
        return []
    message = f"{work.number} is {work.status.spoken}; what is picked and not packed can be boxed."
    return [Blocked(message=message, path=path or ("id",))]


def reasons_not_to_close(package: Package, lines: Sequence[PackageLine]) -> list[Problem]:
    if not package.may_become(PackageStatus.CLOSED):
        return [package.wrong_status(PackageStatus.CLOSED)]
    if not lines:
        return [Blocked(message=f"Nothing is in box {package.box} yet.", path=("id",))]
    return []


def reasons_not_to_complete(work: Fulfillment, lines: Sequence[FulfillmentLine]) -> list[Problem]:
    """Why packing cannot be completed: units lie beside the boxes."""
    if not work.may_become(FulfillmentStatus.PACKED):
        return [work.wrong_status(FulfillmentStatus.PACKED)]
    packed, picked = sum(each.packed for each in lines), sum(each.picked for each in lines)
    if packed in (0, picked):
        return []
    message = f"{picked - packed} of {picked} picked units are in no package. Scan them into one."
    return [Blocked(message=message, path=("id",))]


def _announce(actor: Actor, fact: type[PackageFact], order: Order, package: Package) -> None:
    announce(actor, fact(order_id=order.id, customer_id=order.customer_id, package_id=package.id))
