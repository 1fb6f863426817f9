"""A database of an earlier Waybill, brought up to date."""

from tortoise.connection import get_connection
from tortoise.migrations.executor import MigrationTarget

from models import Level, Quant
from models import database as databases
from services import checks

FIRST = MigrationTarget(app_label="models", name="0001_begin")
AT = "'2026-01-05 09:00:00+00:00'"

# A shop with stock, as the tables were before units had a bin or a lot: of one variant there are
# ten units, and of the other there are none any more.
STOCKED = (
    "INSERT INTO products (id, version, name, description, created_at, updated_at) "
    f"VALUES (1, 1, 'Souvenir', '', {AT}, {AT})",
    *(
        "INSERT INTO variants (id, version, product_id, sku, name, price, currency, tax_class, "
        "backorderable, weight_grams, created_at, updated_at) "
        f"VALUES ({n}, 1, 1, 'MUG-{n}', 'Mug', 1250, 'EUR', 'standard', FALSE, 0, {AT}, {AT})"
        for n in (1, 2)
    ),
    "INSERT INTO locations (id, version, code, name, kind, priority, line1, city, region, "
    "postal_code, country_code, time_zone, works_on, holidays_of, created_at, updated_at) VALUES "
    f"(1, 1, 'NORTH', 'North', 'warehouse', 1, '', '', '', '', '', 'UTC', '12345', '', {AT}, {AT})",
    *(
        "INSERT INTO stock_levels (id, version, variant_id, location_id, on_hand, reserved, "
        f"created_at, updated_at) VALUES ({n}, 2, {n}, 1, {on_hand}, 0, {AT}, {AT})"
        for n, on_hand in ((1, 10), (2, 0))
    ),
    *(
        "INSERT INTO stock_movements (level_id, variant_id, location_id, reason, on_hand_change, "
        "reserved_change, on_hand_after, reserved_after, note, actor, at) VALUES "
        f"({n}, {n}, 1, '{reason}', {change}, 0, {after}, 0, '', 'SYSTEM', {AT})"
        for n, reason, change, after in (
            (1, "received", 10, 10),
            (2, "received", 4, 4),
            (2, "adjusted", -4, 0),
        )
    ),
    "INSERT INTO stock_alerts (version, level_id, variant_id, location_id, kind, status, is_open, "
    "threshold, available, created_at, updated_at) VALUES "
    f"(1, 2, 2, 1, 'out_of_stock', 'open', TRUE, 0, 0, {AT}, {AT})",
)


async def test_what_was_in_stock_lies_in_no_bin_and_everything_adds_up(empty_database_url):
    async with databases.opened(empty_database_url):
        connection = get_connection("default")
        await databases._executor().migrate([FIRST])
        for statement in STOCKED:
            await connection.execute_query(statement)

        await databases.migrate(empty_database_url)

        [quant] = await Quant.all()
        assert (quant.level_id, quant.bin_id, quant.lot_id, quant.on_hand) == (1, None, None, 10)
        assert (
            await Level.all().order_by("id").values_list("damaged", "quarantined") == [(0, 0)] * 2
        )
        assert [result for result in await checks.run() if result.broken] == []
