"""What must hold of demand and forecasts."""

from services.checks.rules import Rule

RULES = (
    Rule(
        name="demand-days",
        description="What was asked for of a level on a day is the sum of what orders asked for.",
        says="{units} units were counted for {level_id} on {day}, {asked} were asked for.",
        broken="""
            SELECT level_id, day, SUM(units) AS units, SUM(asked) AS asked FROM (
              SELECT level_id, day, units, 0 AS asked FROM demand_days
              UNION ALL
              SELECT level_id, day, 0, units FROM demand_asks
            ) AS both_sides
            GROUP BY level_id, day HAVING SUM(units) <> SUM(asked)
        """,
    ),
    Rule(
        name="demand-shares",
        description="No day was out of stock for less than none of it, or for more than all.",
        says="{level_id} was out of stock for {out} of {day}.",
        broken="""
            SELECT level_id, day, out FROM demand_days WHERE out < 0 OR out > 1
        """,
    ),
    Rule(
        name="forecast-copies",
        description="A forecast is of the variant and the location of its level, and nothing less "
        "than nothing is expected.",
        says="{forecast_id} does not fit {level_id}.",
        broken="""
            SELECT forecasts.id AS forecast_id, stock_levels.id AS level_id
            FROM forecasts JOIN stock_levels ON stock_levels.id = forecasts.level_id
            WHERE forecasts.variant_id <> stock_levels.variant_id
               OR forecasts.location_id <> stock_levels.location_id
               OR forecasts.mean < 0 OR forecasts.spread < 0
        """,
    ),
)
