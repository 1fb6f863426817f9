"""What lay at each level before there were quants lies in no particular bin."""

from tortoise import migrations
from tortoise.migrations.operations import RunSQL


class Migration(migrations.Migration):
    dependencies = [("models", "0002_inventory")]

    operations = [
        RunSQL(
            "INSERT INTO stock_quants (level_id, on_hand, damaged, quarantined) "
            "SELECT id, on_hand, 0, 0 FROM stock_levels WHERE on_hand > 0",
            reverse_sql="DELETE FROM stock_quants",
        )
    ]
