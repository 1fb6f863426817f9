"""Who may do what: every role against everything the schema declares."""

import pytest

from api.execution import core
from api.permissions import Anybody, Needs
from models import Person, Role
from services.actors import GUEST, ROLE_PERMISSIONS, Permission
from tests import cast
from tests.api.examples import MUTATIONS, alert_in, example, hold_in, lot_in, needs, operation
from tests.buying import actor_of, supplier_of
from tests.cast import actor_for, everything
from tests.desk import case
from tests.documents import DOCUMENTS

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

QUERIES = core.query_type.fields
SUBSCRIPTIONS = core.subscription_type.fields
# The root fields that do not declare a permission, as everybody who is known may ask them, or
# as a tracking token is all they take.
FOR_THE_KNOWN = {"me", "node", "nodes", "cursor"}
FOR_ANYBODY = {"trackedOrder"}
WATCHES = {
    "Events": None,
    "OrderTracked": Permission.ORDERS_READ,
    "ExceptionsWatch": Permission.EXCEPTIONS_READ,
    "ServiceCasesWatch": Permission.CASES_READ,
    "StockLevelsWatch": Permission.STOCK_READ,
    "StockAlertsWatch": Permission.STOCK_READ,
    "BottlenecksWatch": Permission.KPIS_READ,
    "KpisWatch": Permission.KPIS_READ,
}
STAFF = [role for role in Role if role not in (Role.CUSTOMER, Role.SUPPLIER)]


DRY = {"dryRun": True}


async def people_of(shop):
    """Somebody of every role; the customer and the supplier are the shop's."""
    everybody = {role: cast.actor(role, n) for n, role in enumerate(STAFF, start=1)}
    supplier = actor_of(await supplier_of(shop))
    return everybody | {Role.CUSTOMER: actor_for(shop.customer), Role.SUPPLIER: supplier}


def permission_of(query):
    """The permission that the schema declares a query to need."""
    extensions = QUERIES[query].extensions["strawberry-definition"].extensions
    return next((each.permission for each in extensions if isinstance(each, Needs)), None)


def document_of(query):
    return next(name for name in DOCUMENTS if name.lower() == query.lower())


def test_every_query_declares_who_may_ask():
    undeclared = {name for name in QUERIES if permission_of(name) is None}

    assert undeclared == FOR_THE_KNOWN | FOR_ANYBODY


def test_every_description_says_what_is_needed():
    for name, field in MUTATIONS.items():
        assert field.description.endswith(f" {for_whom(needs(name))}")


def for_whom(permission):
    if permission is Anybody.MAY:
        return "For anybody."
    return "For everybody who is known." if permission is None else f"Needs {permission.name}."


def outcome_of(answer):
    """Whether a root field was answered, or the code of what kept it from being."""
    refusals = [each for each in answer.get("errors", []) if len(each.get("path", ())) <= 1]
    return refusals[0]["extensions"]["code"] if refusals else "answered"


def expected(permission):
    return {
        role: "answered"
        if permission in (None, Anybody.MAY) or permission in permissions
        else "FORBIDDEN"
        for role, permissions in ROLE_PERMISSIONS.items()
    }


@on_sqlite
@pytest.mark.parametrize("mutation", MUTATIONS)
async def test_only_who_is_permitted_changes_anything(api, shop, mutation):
    input = await example(mutation, shop)
    people = await people_of(shop)
    for role, actor in people.items():
        await Person.get_or_create({"name": role, "role": role}, id=actor.person_id)
    before = await everything()

    outcomes = {}
    for role, actor in people.items():
        answer = await api.send(actor, operation(mutation), input=input | DRY)
        outcomes[role] = outcome_of(answer)
        if outcomes[role] == "answered":
            assert answer["data"][mutation]["userErrors"] == []

    assert outcomes == expected(needs(mutation))
    for_guests = outcome_of(await api.send(GUEST, operation(mutation), input=input | DRY))
    assert for_guests == ("answered" if needs(mutation) is Anybody.MAY else "UNAUTHENTICATED")
    assert await everything() == before


@on_sqlite
@pytest.mark.parametrize("query", QUERIES)
async def test_only_who_is_permitted_is_answered(api, shop, query):
    order = await shop.order("delivered")
    given = {"token": order.tracking_token} if query in FOR_ANYBODY else {}
    if query == "shippingOptions":
        given = {"orderId": (await shop.order()).number}
    if query in ("lot", "lotTrace"):
        given = {"id": (await lot_in(shop)).number}
    people = await people_of(shop)
    for role, actor in people.items():
        await Person.get_or_create({"name": role, "role": role}, id=actor.person_id)

    outcomes = {
        role: outcome_of(await api.send(actor, document_of(query), **given))
        for role, actor in people.items()
    }

    assert outcomes == expected(permission_of(query))
    for_guests = outcome_of(await api.send(GUEST, document_of(query), **given))
    assert for_guests == ("answered" if query in FOR_ANYBODY else "UNAUTHENTICATED")


@on_sqlite
@pytest.mark.parametrize("subscription", WATCHES)
async def test_only_who_is_permitted_watches(api, shop, feed, subscription):
    order, _ = await shop.order(), await alert_in(shop)
    await hold_in(shop)
    await case(shop)
    # Everything so far is answered at once; to those who may see none of it, a lost cursor is.
    given = {"after": "999" if subscription == "Events" else "0"}
    given |= {"id": order.number} if subscription == "OrderTracked" else {}
    # Nobody has reckoned figures yet, so there is nothing but the first answer.
    given = {} if subscription == "KpisWatch" else given

    outcomes = {}
    for role, actor in (await people_of(shop)).items():
        [answer] = await api.watch(actor, subscription, **given)
        outcomes[role] = outcome_of(answer)

    assert outcomes == expected(WATCHES[subscription])
    [for_guests] = await api.watch(GUEST, subscription, **given)
    assert outcome_of(for_guests) == "UNAUTHENTICATED"


def test_every_subscription_is_tried():
    watched = {name.lower().removesuffix("watch") for name in WATCHES}

    assert watched == {name.lower() for name in SUBSCRIPTIONS}
