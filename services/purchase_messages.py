"""What suppliers are told about an order, as a mail with its PDF or as signed JSON."""

from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any

import httpx
import orjson

from models import (
    Location,
    PurchaseChannel,
    PurchaseDispatch,
    PurchaseMessage,
    PurchaseOrder,
    PurchaseOrderLine,
    Supplier,
)
from models.statements import get, select
from services import mails, policies
from services.actors import SYSTEM
from services.clock import now
from services.mails import Attachment, Mail, Unsent
from services.money import to_decimal
from services.papers import purchases
from services.papers.paper import Paper
from services.signatures import HEADER, sign

SUBJECTS = {
    PurchaseMessage.ORDER: "Purchase order {number}",
    PurchaseMessage.CHANGE: "Changed: purchase order {number}",
    PurchaseMessage.CANCELLATION: "No longer wanted: purchase order {number}",
}
SENTENCES = {
    PurchaseMessage.ORDER: "please deliver what is ordered in the enclosed document.",
    PurchaseMessage.CHANGE: "we have changed this order. What stands in the enclosed document is "
    "what we ask for now, in place of what we sent before.",
    PurchaseMessage.CANCELLATION: "what has not come of this order is no longer wanted. Please "
    "do not send it.",
}


class Untold(Exception):
    """The supplier could not be told; the message says why."""


async def bring(dispatch: PurchaseDispatch) -> None:
    """Tell a supplier what a dispatch says, as the order is now; raises Untold."""
    order = await get(PurchaseOrder, dispatch.purchase_order_id)
    if dispatch.channel is PurchaseChannel.EMAIL:
        await _mail(dispatch, order)
    else:
        await _post(dispatch, order)


def secret_of(supplier: Supplier) -> str:
    """What orders to a supplier's system are signed with; empty where there is none."""
    pairs = (each.strip().partition("=") for each in policies.current().supplier_secrets.split(","))
    return {code.upper(): secret for code, _, secret in pairs}.get(supplier.code.upper(), "")


async def _mail(dispatch: PurchaseDispatch, order: PurchaseOrder) -> None:
    [paper] = await purchases.purchase_orders_of(SYSTEM, [order])
    policy = policies.current()
    lines = [
        "Dear Sir or Madam,",
        SENTENCES[dispatch.message],
        f"Reason: {order.reason}" if order.reason else "",
        order.note,
        f"Please state {order.number} in your answer, and what comes when.",
        policy.seller_name,
    ]
    mail = Mail(
        id=dispatch.number,
        to=dispatch.address,
        subject=SUBJECTS[dispatch.message].format(number=order.number),
        text="\n\n".join(line for line in lines if line) + "\n",
        attachments=[
            Attachment(
                name=f"{order.number}.pdf", kind="application/pdf", draw=partial(_draw, paper)
            )
        ],
    )
    try:
        await mails.send(mail)
    except Unsent as error:
        raise Untold(str(error)) from error


def _draw(paper: Paper) -> bytes:
    # Loaded with the first one: PDF and its fonts take a second, which nothing else needs.
    render: Callable[[Paper], bytes] = import_module("services.papers.pdf").render
    return render(paper)


async def _post(dispatch: PurchaseDispatch, order: PurchaseOrder) -> None:
    supplier = await get(Supplier, order.supplier_id)
    secret = secret_of(supplier)
    if not secret:
        raise Untold(f"There is no secret of {supplier.code} in WAYBILL_SUPPLIER_SECRETS.")
    body = orjson.dumps(await _content(dispatch, order), default=str)
    headers = {
        "Content-Type": "application/json",
        "Idempotency-Key": dispatch.number,
        HEADER: sign(secret, body, at=now()),
    }
    try:
        async with httpx.AsyncClient(timeout=policies.current().supplier_timeout_seconds) as client:
            answer = await client.post(dispatch.address, content=body, headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Untold(f"{type(error).__name__}: {error}") from error
    if not answer.is_success:
        raise Untold(f"{supplier.code} answered {answer.status_code}.")


async def _content(dispatch: PurchaseDispatch, order: PurchaseOrder) -> dict[str, Any]:
    lines = await select(PurchaseOrderLine, purchase_order_id=order.id)
    place = await get(Location, order.location_id)
    return {
        "id": dispatch.number,
        "message": dispatch.message.name,
        "order": {
            "number": order.number,
            "version": order.version,
            "currency": order.currency,
            "total": to_decimal(order.total, order.currency),
            "reference": order.reference,
            "note": order.note,
            "reason": order.reason,
            "deliverTo": {
                "name": place.name,
                "line1": place.line1,
                "postalCode": place.postal_code,
                "city": place.city,
                "region": place.region,
                "countryCode": place.country_code,
            },
            "lines": [_line(line) for line in lines],
        },
    }


def _line(line: PurchaseOrderLine) -> dict[str, Any]:
    return {
        "number": line.number,
        "sku": line.sku,
        "supplierSku": line.supplier_sku,
        "name": line.name,
        "units": line.quantity - line.cancelled,
        "price": to_decimal(line.price, line.currency),
        "expectedAt": line.due_at,
    }
