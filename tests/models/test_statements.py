import pytest

from models import Customer, Product
from models.rows import store_all
from models.statements import select, select_one


@pytest.fixture
async def people(database):
    return [
        await Customer.create(name=name, email=email)
        for name, email in [("Ada", None), ("Eva", "eva@example.com"), ("Ada", "ada@example.com")]
    ]


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ({"name": "Ada"}, [0, 2]),
        ({"name": "Ada", "email": None}, [0]),
        ({"email": None, "name": "Eva"}, []),
        ({"name": "Ada", "email": "ada@example.com"}, [2]),
        ({"id__in": [3, 1, 99]}, [0, 2]),
        ({"id__in": []}, []),
        ({"email": None, "id__in": {1, 2}}, [0]),
    ],
)
@pytest.mark.parametrize("locked", [False, True])
async def test_select_finds_rows_in_the_order_of_their_ids(people, where, found, locked):
    rows = await select(Customer, locked=locked, **where)

    assert rows == [people[n] for n in found]
    assert [row.created_at for row in rows] == [people[n].created_at for n in found]


async def test_select_one_finds_a_row_or_none(people):
    assert await select_one(Customer, name="Eva") == people[1]
    assert await select_one(Customer, name="Bea") is None


async def test_store_all_writes_the_named_columns_and_raises_the_version(people):
    for n, person in enumerate(people):
        person.name, person.phone = f"N{n}", "not to be stored"

    await store_all(people, "name")

    rows = await Customer.all().order_by("id")
    assert [(row.name, row.phone, row.version) for row in rows] == [
        ("N0", None, 2),
        ("N1", None, 2),
        ("N2", None, 2),
    ]
    assert [row.updated_at for row in rows] == [person.updated_at for person in people]


async def test_store_all_of_nothing_is_nothing(database):
    await store_all([], "name")

    assert await select(Product, name="") == []
