"""No filter and no sort of a list reads a table that grows with history from end to end."""

from dataclasses import fields

import pytest

import models
from models.searching import SOUGHT
from tests.api.test_lists import FIELDS, KINDS, SORTS, named

# A shop has some hundreds of these, however long it is in business.
SMALL = {
    models.Address,
    models.Bin,
    models.Customer,
    models.Forecast,
    models.Level,
    models.Location,
    models.Person,
    models.PriceList,
    models.Product,
    models.ReplenishmentPolicy,
    models.Supplier,
    models.SupplierItem,
    models.TaxRate,
    models.Token,
    models.Variant,
}
GROWING = [name for name in FIELDS if KINDS[name][0] not in SMALL]


def led_by(kind):
    """The columns that an index of a table begins with."""
    meta = kind._meta
    found = {name for name, field in meta.fields_map.items() if field.pk or field.unique}
    found |= {(getattr(index, "fields", None) or index)[0] for index in meta.indexes}
    return found | {columns[0] for columns in meta.unique_together}


@pytest.mark.parametrize("name", GROWING)
def test_every_filter_of_a_list_has_an_index(name):
    kind, _ = KINDS[name]
    given = FIELDS[name].args.get("filter")
    if given is None:
        return
    filter = named(given.type).extensions["strawberry-definition"].origin
    lookups = [each.metadata["lookup"] for each in fields(filter)]
    columns = {each.split("__")[0] for each in lookups if isinstance(each, str)}

    own = {each for each in columns if each not in kind._meta.fetch_fields}
    assert own - led_by(kind) == set()


@pytest.mark.parametrize("name", GROWING)
def test_every_sort_of_a_list_has_an_index(name):
    kind, _ = KINDS[name]
    columns = {each.removeprefix("-") for each in SORTS[name].values()}

    assert columns - led_by(kind) == set()


@pytest.mark.parametrize("name", GROWING)
def test_every_text_that_is_searched_has_an_index(name):
    sought = FIELDS[name].extensions["strawberry-definition"].metadata["search"]
    for column in sought:
        kind, _ = KINDS[name]
        *path, last = column.split("__")
        for step in path:
            kind = getattr(models, kind._meta.fields_map[step].model_name.removeprefix("models."))

        assert kind in SMALL or last in SOUGHT[kind._meta.db_table]


def test_what_is_small_is_listed():
    assert {kind for kind, _ in KINDS.values()} >= SMALL
