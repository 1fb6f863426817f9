"""Statuses and kinds, published with the sentences that explain them where they are defined."""

import strawberry

import models
from models.lifecycle import Status
from services.actors import Permission
from services.amounts import StepKind
from services.causes import EvidenceKind
from services.delays import DelayReason, Remedy
from services.inspections import Verdict
from services.papers.paper import PaperKind
from services.progress import OrderFulfillmentStatus, OrderReturnStatus, OrderStage
from services.receiving import OverDelivery, WrongItem
from services.refunds import RefundStepKind
from services.return_receiving import Unexpected


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
publish(models.TransferStatus, "Where a transfer stands in its life.")
publish(models.ReceiptStatus, "Where a receipt stands in its life.")
publish(models.Condition, "In which condition goods came.")
publish(models.ScanResult, "What became of what was scanned.")
publish(models.SupplierClaimStatus, "Where a claim stands in its life.")
publish(models.SupplierClaimKind, "What was wrong with a delivery.")
publish(models.Settlement, "What a supplier gives for a claim.")
publish(OverDelivery, "What to do with more than was ordered.")
publish(WrongItem, "What to do with what was not ordered.")
publish(Verdict, "What becomes of units that were inspected.")
publish(models.AllocationPolicy, "By which rule locations are chosen for an order's units.")
publish(models.PurchaseOrderStatus, "Where a purchase order stands in its life.")
publish(models.PurchaseChannel, "By which way a supplier is told.")
publish(models.PurchaseMessage, "What a supplier is told.")
publish(models.LandedCostKind, "What goods cost besides their price.")
publish(models.StockAlertStatus, "Where a stock alert stands in its life.")
publish(models.StockAlertKind, "What a stock alert is about.")
publish(models.DemandClass, "Which kind of demand a stock level sees.")
publish(models.ReplenishmentMethod, "By which rule a stock level is filled up again.")
publish(models.Urgency, "How pressing it is to replenish a stock level.")
publish(models.ProposalStatus, "Where a proposal stands in its life.")
publish(models.ForecastMethod, "How demand is forecast.")
publish(models.PaymentStatus, "How far money has come.")
publish(models.PaymentMethod, "By what means somebody pays.")
publish(models.PaymentProvider, "Who moves money.")
publish(models.PaymentEventKind, "What is asked for, or done, with a payment.")
publish(models.PaymentEventState, "Whether something was asked for, worked or failed.")
publish(models.StoreCreditReason, "Why a store credit moved.")
publish(models.HoldKind, "Why an order is held.")
publish(models.ExceptionKind, "What keeps an order from going its way.")
publish(models.FraudReview, "What became of the review of an order that looked risky.")
publish(models.FraudLevel, "How risky an order looks.")
publish(models.DataIssueKind, "What is missing or wrong in an order.")
publish(models.CaseKind, "What a service case is about.")
publish(models.CaseChannel, "How a service case came in.")
publish(models.CasePriority, "How urgent a service case is.")
publish(models.CaseStatus, "Where a service case stands in its life.")
publish(models.SurveySubject, "What a survey is about.")
publish(models.SurveyStatus, "Where a survey stands in its life.")
publish(DelayReason, "Why an order is late or may be.")
publish(Remedy, "What helps against a delay.")
publish(models.Weekday, "A day of the week.")
publish(models.ServiceLevel, "How fast a shipping method is.")
publish(models.CustomerSegment, "How a customer buys, compared with the others.")
publish(models.TraitKind, "What two customers have in common.")
publish(models.OrderChannel, "How an order came in.")
publish(models.TaxClass, "How something is taxed; each place has its own rate for each.")
publish(StepKind, "Which kind of rule was applied to a price.")
publish(models.Tracking, "How the units of a variant are told apart.")
publish(models.Rotation, "Which lot of a variant leaves first.")
publish(models.LocationKind, "What a location is for.")
publish(models.ValueClass, "How much of a location's turnover a level stands for.")
publish(models.StockCountStatus, "Where a stock count stands in its life.")
publish(models.CountScope, "What of a location a stock count counts.")
publish(models.Meanwhile, "Where units were that moved between two scans.")
publish(models.VarianceStatus, "Where a variance stands in its life.")
publish(models.VarianceCause, "What caused a variance.")
publish(EvidenceKind, "What speaks for a cause.")
publish(models.MovementReason, "Why a stock level changed.")
publish(models.StockState, "What shape units are in.")
publish(models.Storage, "Under which conditions something has to lie, or does.")
publish(models.Role, "What somebody is here for.")
publish(PaperKind, "What a paper is for.")
publish(Permission, "Something a role may do.")
publish(OrderFulfillmentStatus, "How far the units of an order have come.")
publish(OrderReturnStatus, "How much of an order has come back.")
publish(models.ReturnStatus, "Where a return stands in its life.")
publish(models.ReturnReason, "Why something is sent back.")
publish(models.ReturnResolution, "What a customer gets for what came back.")
publish(models.ReturnCondition, "In which condition something came back.")
publish(models.Disposition, "What becomes of units that came back.")
publish(Unexpected, "What to do with what nobody had announced.")
publish(OrderStage, "Which part of order management an order is in.")
publish(models.ClaimKind, "What is wrong with what a customer got.")
publish(models.ClaimStatus, "Where a claim stands in its life.")
publish(models.ClaimRemedy, "How a claim is made good.")
publish(models.RecoveryStatus, "Whether somebody else bears what a claim has cost.")
publish(models.ExchangeMode, "When the new goods of an exchange go out.")
publish(RefundStepKind, "Which kind of rule was applied to what is given back.")
publish(models.ReturnResolution, "What a customer gets for a return.")
