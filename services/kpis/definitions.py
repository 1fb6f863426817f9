"""What each figure means: its numerator, its denominator, and which orders are in it.

All of them count an order for each location, supplier and picker that had a part in it, whole.
Its locations and pickers are those of its fulfillments, its suppliers those whom its goods were
bought from, first of all, when they were ordered. Days are those of the shop (`WAYBILL_TIME_ZONE`).
Orders that were merged into another one live on there and count there alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from models import KpiDimension, KpiName
from models.lifecycle import Status


class KpiUnit(Status):
    RATIO = "ratio", "A part of all, from 0 to 1."
    SECONDS = "seconds", "Seconds, on average."
    SCORE = "score", "A score of 1 to 5, on average; 5 is best."
    TIMES_A_YEAR = "times_a_year", "How often in a year."


class KpiCohort(Status):
    """By which day an order counts."""

    PLACED = "placed", "On the day it was placed."
    DELIVERED = "delivered", "On the day the customer had all of it, by the carrier's clock."
    ASKED = "asked", "On the day the customer was asked."
    ANSWERED = "answered", "On the day the customer answered."
    HAPPENED = "happened", "On the day it happened."


@dataclass(frozen=True, kw_only=True)
class Definition:
    """A figure as it is told to people."""

    name: KpiName
    definition: str
    unit: KpiUnit
    numerator: str
    denominator: str
    cohort: KpiCohort


DELIVERED = "Delivered orders."
# By what a figure can be told apart, where not by everything.
ONLY_BY: Mapping[KpiName, frozenset[KpiDimension]] = {
    KpiName.STOCK_TURNOVER: frozenset({KpiDimension.ALL, KpiDimension.LOCATION})
}

_ALL = (
    Definition(
        name=KpiName.ORDER_ACCURACY,
        definition="The part of delivered orders in which nothing went wrong between us and the "
        "customer: no mispick, nothing wrong or missing, no data issue after work on it began.",
        unit=KpiUnit.RATIO,
        numerator="Delivered orders for which no scan was refused as a mispick, no claim about "
        "wrong or missing goods was made that is not declined, nothing is sent back as a wrong "
        "item, and no data issue was found after the first fulfillment was released.",
        denominator=DELIVERED,
        cohort=KpiCohort.DELIVERED,
    ),
    Definition(
        name=KpiName.FULFILMENT_RATE,
        definition="The part of orders that were fulfilled, of those that were or should have "
        "been. What customers cancel themselves does not count, nor do orders under way.",
        unit=KpiUnit.RATIO,
        numerator="Orders that are completed or closed.",
        denominator="Orders that are completed, closed, cancelled by us or expired.",
        cohort=KpiCohort.PLACED,
    ),
    Definition(
        name=KpiName.CYCLE_TIME,
        definition="How long it took from the placing of an order to the delivery of its last "
        "parcel; the completion of one that had none.",
        unit=KpiUnit.SECONDS,
        numerator="Seconds from placing to delivery, of all delivered orders together.",
        denominator=DELIVERED,
        cohort=KpiCohort.DELIVERED,
    ),
    Definition(
        name=KpiName.ON_TIME,
        definition="The part of delivered orders that came by what the customer was promised "
        "first, whatever was promised later.",
        unit=KpiUnit.RATIO,
        numerator="Delivered orders whose last parcel came by the first promise.",
        denominator="Delivered orders for which something was promised.",
        cohort=KpiCohort.DELIVERED,
    ),
    Definition(
        name=KpiName.BACKORDER_RATE,
        definition="The part of orders of which some unit had to wait for stock, at their "
        "placement or later.",
        unit=KpiUnit.RATIO,
        numerator="Placed orders of which a unit ever waited.",
        denominator="Placed orders.",
        cohort=KpiCohort.PLACED,
    ),
    Definition(
        name=KpiName.RETURN_RATE,
        definition="The part of delivered units that came back, whenever that was, made good "
        "or not.",
        unit=KpiUnit.RATIO,
        numerator="Units that were received back, of the units in the denominator.",
        denominator="Units that were delivered.",
        cohort=KpiCohort.DELIVERED,
    ),
    Definition(
        name=KpiName.SATISFACTION,
        definition="How content customers are with orders, and with cases about orders: the mean "
        "of their scores.",
        unit=KpiUnit.SCORE,
        numerator="The sum of the scores.",
        denominator="Surveys that were answered.",
        cohort=KpiCohort.ANSWERED,
    ),
    Definition(
        name=KpiName.RESPONSE_RATE,
        definition="The part of customers who answered when they were asked about an order, or a "
        "case about one.",
        unit=KpiUnit.RATIO,
        numerator="Surveys that were answered.",
        denominator="Surveys that were sent.",
        cohort=KpiCohort.ASKED,
    ),
    Definition(
        name=KpiName.PERFECT_ORDER,
        definition="The part of delivered orders that came in full, by the first promise, as "
        "accurate as in ORDER_ACCURACY, and undamaged.",
        unit=KpiUnit.RATIO,
        numerator="Accurate orders that came by the first promise if there was one, of which no "
        "unit was cancelled, with no claim that is not declined, and nothing sent back as wrong, "
        "damaged or defective.",
        denominator=DELIVERED,
        cohort=KpiCohort.DELIVERED,
    ),
    Definition(
        name=KpiName.STOCK_TURNOVER,
        definition="How often a year the stock is turned over: what shipped goods have cost us, "
        "as if for a year, by the mean worth of stock. Costs are those of a unit when it was "
        "read that some moved, in minor units; variants in another currency than the shop's own "
        "are left out.",
        unit=KpiUnit.TIMES_A_YEAR,
        numerator="What the goods that were shipped have cost.",
        denominator="What the units in stock have cost, damaged ones and those in quarantine "
        "too, on average over the ends of the days.",
        cohort=KpiCohort.HAPPENED,
    ),
)

DEFINITIONS: Mapping[KpiName, Definition] = {each.name: each for each in _ALL}
