"""Who is asking, and what people in that role may do."""

from dataclasses import dataclass
from datetime import datetime

from models import Role
from models.lifecycle import Status


class Permission(Status):
    CATALOG_READ = "catalog_read", "See products and variants."
    CATALOG_WRITE = "catalog_write", "Keep products and variants."
    CUSTOMERS_READ = "customers_read", "See customers and their addresses."
    CUSTOMERS_CREATE = "customers_create", "Enter customers and put them away."
    CUSTOMERS_WRITE = "customers_write", "Change customers and keep their addresses."
    LOCATIONS_READ = "locations_read", "See locations."
    LOCATIONS_WRITE = "locations_write", "Keep locations."
    BINS_WRITE = "bins_write", "Keep bins, and say what lies in which."
    STOCK_READ = "stock_read", "See stock levels, movements and alerts."
    STOCK_RECEIVE = "stock_receive", "Take units into stock, and put them into bins."
    STOCK_ADJUST = "stock_adjust", "Correct stock levels."
    LOTS_RECALL = "lots_recall", "Call lots back, and end recalls."
    STOCK_EXPECT = "stock_expect", "Say which units are expected where and when."
    CLAIMS_WRITE = "claims_write", "Claim from suppliers what was wrong with their deliveries."
    TRANSFERS_WRITE = "transfers_write", "Send units from one location to another."
    SUPPLIERS_READ = "suppliers_read", "See suppliers, what they sell and how well they deliver."
    SUPPLIERS_WRITE = "suppliers_write", "Keep suppliers and what they sell."
    PURCHASES_READ = "purchases_read", "See purchase orders and what came of them."
    PURCHASES_ANSWER = "purchases_answer", "Say what of a purchase order comes, and when."
    BUYING_READ = "buying_read", "See what suppliers are not shown: drafts, notes and ranks."
    PURCHASES_WRITE = "purchases_write", "Draft, send, change and close purchase orders."
    PURCHASES_APPROVE = "purchases_approve", "Approve purchase orders, up to the limit of buyers."
    PURCHASES_APPROVE_MORE = (
        "purchases_approve_more",
        "Approve purchase orders, up to the limit of managers.",
    )
    COUNTS_READ = "counts_read", "See stock counts and how far they have come."
    COUNTS_PLAN = "counts_plan", "Plan, open and cancel stock counts."
    COUNTS_WORK = "counts_work", "Count stock."
    COUNTS_REVIEW = "counts_review", "See what counts found, explain, approve and post it."
    STOCK_PLAN = "stock_plan", "Set reorder points and take notice of alerts."
    ORDERS_READ = "orders_read", "See orders, their fulfillments and their shipments."
    ORDERS_ENTER = "orders_enter", "Draft, edit and place orders."
    ORDERS_CONFIRM = "orders_confirm", "Accept placed orders, hold them and release holds."
    FRAUD_REVIEW = "fraud_review", "See how risky orders look, and decide about them."
    ORDERS_CANCEL = "orders_cancel", "Cancel orders."
    PICKING_READ = "picking_read", "See pick lists, waves and mispicks."
    ORDERS_DISCOUNT = "orders_discount", "Give discounts, up to the limit of clerks."
    ORDERS_DISCOUNT_MORE = "orders_discount_more", "Give discounts, up to the limit of managers."
    PRICES_READ = "prices_read", "See price lists and tax rates."
    PRICES_WRITE = "prices_write", "Keep price lists."
    INVOICES_READ = "invoices_read", "See invoices and credit notes."
    INVOICES_ISSUE = "invoices_issue", "Issue invoices and credit notes."
    TAXES_WRITE = "taxes_write", "Keep tax rates."
    RESERVATIONS_WRITE = "reservations_write", "Extend reservations, and give them back."
    FULFILLMENTS_RELEASE = "fulfillments_release", "Hand work to a location, or take it back."
    FULFILLMENTS_WORK = "fulfillments_work", "Pick, pack, ship and record what carriers report."
    SHIPPING_READ = "shipping_read", "See carriers, shipping methods and what they would cost."
    SHIPPING_WRITE = "shipping_write", "Keep carriers, shipping methods and calendars."
    EXCEPTIONS_READ = "exceptions_read", "See the queue of exceptions."
    EXCEPTIONS_WORK = "exceptions_work", "Take exceptions, and say how they were dealt with."
    PAYMENTS_READ = "payments_read", "See payments and what became of them."
    PAYMENTS_TAKE = "payments_take", "Authorize, capture, take and void payments."
    PAYMENTS_REFUND = "payments_refund", "Give money back, and record chargebacks."
    CREDITS_WRITE = "credits_write", "Give customers store credit, and take it back."
    RETURNS_READ = "returns_read", "See returns, exchanges and claims."
    RETURNS_REQUEST = "returns_request", "Ask to send something back, and say that it was sent."
    RETURNS_DECIDE = "returns_decide", "Approve and decline returns, refund and exchange them."
    RETURNS_RECEIVE = "returns_receive", "Receive what comes back, and say what becomes of it."
    RETURNS_CLAIM = "returns_claim", "Decide claims, and have carriers and suppliers bear them."
    CASES_READ = "cases_read", "See service cases and what customers said afterwards."
    CASES_WRITE = "cases_write", "Open service cases, and answer in them."
    CASES_WORK = "cases_work", "Take service cases, note and see what is internal, resolve them."
    CUSTOMERS_MERGE = "customers_merge", "Make one customer of two."
    CUSTOMERS_ERASE = "customers_erase", "Hand out and erase what is kept about a customer."
    CUSTOMERS_ANALYZE = "customers_analyze", "See what customers are worth, and their segments."
    KPIS_READ = "kpis_read", "See key figures, bottlenecks and reports."
    PEOPLE_READ = "people_read", "See who may call."
    PEOPLE_WRITE = "people_write", "Say who may call: keep people, roles, passwords and tokens."


_P = Permission
_READS = {
    _P.CATALOG_READ,
    _P.CUSTOMERS_READ,
    _P.LOCATIONS_READ,
    _P.STOCK_READ,
    _P.ORDERS_READ,
    _P.EXCEPTIONS_READ,
    _P.PICKING_READ,
    _P.SHIPPING_READ,
    _P.SUPPLIERS_READ,
    _P.PURCHASES_READ,
    _P.BUYING_READ,
    _P.COUNTS_READ,
    _P.RETURNS_READ,
    _P.CASES_READ,
    _P.KPIS_READ,
}
_ENTRY = {
    _P.CUSTOMERS_CREATE,
    _P.CUSTOMERS_WRITE,
    _P.ORDERS_ENTER,
    _P.ORDERS_CONFIRM,
    _P.ORDERS_CANCEL,
    _P.ORDERS_DISCOUNT,
    _P.INVOICES_READ,
    _P.PRICES_READ,
    _P.RESERVATIONS_WRITE,
    _P.EXCEPTIONS_WORK,
    _P.RETURNS_REQUEST,
    _P.RETURNS_DECIDE,
    _P.CASES_WRITE,
    _P.CASES_WORK,
}
_LEAD = {
    _P.BINS_WRITE,
    _P.STOCK_RECEIVE,
    _P.STOCK_ADJUST,
    _P.STOCK_PLAN,
    _P.STOCK_EXPECT,
    _P.LOTS_RECALL,
    _P.TRANSFERS_WRITE,
    _P.COUNTS_PLAN,
    _P.COUNTS_WORK,
    _P.COUNTS_REVIEW,
    _P.RESERVATIONS_WRITE,
    _P.FULFILLMENTS_RELEASE,
    _P.FULFILLMENTS_WORK,
    _P.EXCEPTIONS_WORK,
    _P.SHIPPING_WRITE,
    _P.RETURNS_RECEIVE,
    _P.RETURNS_CLAIM,
    _P.CASES_WORK,
}
_MONEY = {_P.PAYMENTS_READ, _P.PAYMENTS_TAKE, _P.PAYMENTS_REFUND, _P.CREDITS_WRITE}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.CLERK: frozenset(_READS | _ENTRY | {_P.PAYMENTS_READ, _P.PAYMENTS_TAKE}),
    Role.SUPPORT: frozenset(
        _READS
        | _ENTRY
        | _MONEY
        | {_P.FRAUD_REVIEW, _P.RETURNS_CLAIM, _P.CUSTOMERS_MERGE, _P.CUSTOMERS_ANALYZE}
    ),
    Role.PICKER: frozenset(
        _READS - {_P.CUSTOMERS_READ}
        | {_P.FULFILLMENTS_WORK, _P.STOCK_RECEIVE, _P.COUNTS_WORK, _P.RETURNS_RECEIVE}
    ),
    Role.WAREHOUSE_LEAD: frozenset(_READS | _LEAD),
    Role.BUYER: frozenset(
        _READS
        | {
            _P.CATALOG_WRITE,
            _P.STOCK_PLAN,
            _P.STOCK_EXPECT,
            _P.STOCK_RECEIVE,
            _P.PRICES_READ,
            _P.PRICES_WRITE,
            _P.SUPPLIERS_WRITE,
            _P.CLAIMS_WRITE,
            _P.PURCHASES_WRITE,
            _P.PURCHASES_APPROVE,
            _P.PURCHASES_ANSWER,
        }
    ),
    Role.ACCOUNTANT: frozenset(
        _READS | _MONEY | {_P.PRICES_READ, _P.TAXES_WRITE, _P.INVOICES_READ, _P.INVOICES_ISSUE}
    ),
    Role.MANAGER: frozenset(set(Permission) - {_P.PEOPLE_READ, _P.PEOPLE_WRITE}),
    Role.ADMIN: frozenset(Permission),
    Role.CUSTOMER: frozenset(
        {
            _P.CATALOG_READ,
            _P.SHIPPING_READ,
            _P.CUSTOMERS_READ,
            _P.CUSTOMERS_WRITE,
            _P.ORDERS_READ,
            _P.INVOICES_READ,
            _P.ORDERS_ENTER,
            _P.ORDERS_CANCEL,
            _P.PAYMENTS_READ,
            _P.RETURNS_READ,
            _P.RETURNS_REQUEST,
            _P.CASES_READ,
            _P.CASES_WRITE,
        }
    ),
    Role.SUPPLIER: frozenset({_P.SUPPLIERS_READ, _P.PURCHASES_READ, _P.PURCHASES_ANSWER}),
}


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Somebody who calls. With a `customer_id` they see and touch only that customer's rows, with
    a `supplier_id` only that supplier's and nothing that is everybody's."""

    label: str
    permissions: frozenset[Permission] = frozenset()
    person_id: int | None = None
    customer_id: int | None = None
    supplier_id: int | None = None
    token_id: int | None = None
    expires_at: datetime | None = None

    @property
    def is_known(self) -> bool:
        return self.person_id is not None

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions


GUEST = Actor(label="GUEST")
SYSTEM = Actor(label="SYSTEM", permissions=frozenset(Permission))
