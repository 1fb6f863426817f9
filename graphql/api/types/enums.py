"""Statuses and kinds, published with the sentences that explain them where they are defined."""

import strawberry

import models
from models.lifecycle import Status
from services.actors import Permission
from services.amounts import StepKind
from services.delays import DelayReason, Remedy
from services.papers.paper import PaperKind
from services.progress import OrderFulfillmentStatus, OrderStage


def publish(kind: type[Status], description: str) -> None:
    """Make an enum known to the schema, each value with its own description."""
    definition = strawberry.enum(kind, description=description).__strawberry_definition__  # type: ignore[attr-defined]
    for value in definition.values:
        value.description = kind[value.name].description


publish(models.OrderStatus, "Where an order stands in its life.")
publish(models.FulfillmentStatus, "Where a fulfillment stands in its life.")
publish(models.ShipmentStatus, "Where a parcel stands in its life.")
publish(models.WaveStatus, "Where a wave stands in its life.")
publish(models.PackageStatus, "Where a package stands in its life.")
publish(models.MispickKind, "What was wrong with a scan.")
publish(models.MispickStep, "What was being done when a scan went wrong.")
publish(models.ReservationStatus, "Whether a reservation still keeps its units.")
publish(models.ArrivalStatus, "Whether units are still expected.")
publish(models.AllocationPolicy, "By which rule locations are chosen for an order's units.")
publish(models.StockAlertStatus, "Where a stock alert stands in its life.")
publish(models.StockAlertKind, "What a stock alert is about.")
publish(models.PaymentStatus, "How far money has come.")
publish(models.PaymentMethod, "By what means somebody pays.")
publish(models.PaymentProvider, "Who moves money.")
publish(models.PaymentEventKind, "What is asked for, or done, with a payment.")
publish(models.PaymentEventState, "Whether something was asked for, worked or failed.")
publish(models.HoldKind, "Why an order is held.")
publish(models.ExceptionKind, "What keeps an order from going its way.")
publish(models.FraudReview, "What became of the review of an order that looked risky.")
publish(models.FraudLevel, "How risky an order looks.")
publish(models.DataIssueKind, "What is missing or wrong in an order.")
publish(DelayReason, "Why an order is late or may be.")
publish(Remedy, "What helps against a delay.")
publish(models.Weekday, "A day of the week.")
publish(models.ServiceLevel, "How fast a shipping method is.")
publish(models.OrderChannel, "How an order came in.")
publish(models.TaxClass, "How something is taxed; each place has its own rate for each.")
publish(StepKind, "Which kind of rule was applied to a price.")
publish(models.LocationKind, "What a location is for.")
publish(models.MovementReason, "Why a stock level changed.")
publish(models.Role, "What somebody is here for.")
publish(PaperKind, "What a paper is for.")
publish(Permission, "Something a role may do.")
publish(OrderFulfillmentStatus, "How far the units of an order have come.")
publish(OrderStage, "Which part of order management an order is in.")
