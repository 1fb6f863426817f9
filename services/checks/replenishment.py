"""What must hold of replenishment."""

from collections.abc import Mapping
from typing import Any

import orjson

from models import ProposalStatus
from services.checks.rules import Rule

_S = ProposalStatus


def _adds_up(row: Mapping[str, Any]) -> bool:
    terms = row["explanation"]
    terms = orjson.loads(terms) if isinstance(terms, str | bytes) else terms
    return bool(sum(term["value"] for term in terms) == row["quantity"])


RULES = (
    Rule(
        name="proposal-open",
        description="A proposal is open until it is decided; of a level one is at most.",
        says="{proposal_id} is {status}, which does not fit whether it is open.",
        broken=f"""
            SELECT id AS proposal_id, status FROM replenishment_proposals
            WHERE (status = '{_S.OPEN}') <> (is_open IS NOT NULL)
               OR (status = '{_S.OPEN}') <> (decided_at IS NULL)
               OR is_open = FALSE
        """,
    ),
    Rule(
        name="proposal-explanation",
        description="What a proposal is made of sums up to its quantity.",
        says="The explanation of {proposal_id} does not sum up to {quantity}.",
        broken="""
            SELECT id AS proposal_id, quantity, explanation FROM replenishment_proposals
        """,
        key="proposal_id",
        holds=_adds_up,
    ),
    Rule(
        name="proposal-packs",
        description="What is proposed is more than nothing, in whole packs.",
        says="{proposal_id} is of {quantity} units in packs of {pack_size}.",
        broken="""
            SELECT id AS proposal_id, quantity, pack_size FROM replenishment_proposals
            WHERE quantity <= 0 OR quantity % pack_size <> 0
        """,
    ),
    Rule(
        name="proposal-orders",
        description="A proposal is part of a purchase order of its supplier for its location, or "
        "of a transfer there, if and only if it was accepted.",
        says="{proposal_id} is {status}, which does not fit what became of it.",
        broken=f"""
            SELECT proposal.id AS proposal_id, proposal.status
            FROM replenishment_proposals AS proposal
            LEFT JOIN purchase_orders ON purchase_orders.id = proposal.purchase_order_id
             AND purchase_orders.supplier_id = proposal.supplier_id
             AND purchase_orders.location_id = proposal.location_id
            LEFT JOIN transfers ON transfers.id = proposal.transfer_id
             AND transfers.source_id = proposal.source_id
             AND transfers.destination_id = proposal.location_id
            WHERE (proposal.status = '{_S.ACCEPTED}')
               <> (purchase_orders.id IS NOT NULL OR transfers.id IS NOT NULL)
        """,
    ),
    Rule(
        name="proposal-drafts",
        description="Proposals become part of purchase orders that are not sent yet.",
        says="{proposal_id} was accepted into an order that was sent before.",
        broken="""
            SELECT proposal.id AS proposal_id
            FROM replenishment_proposals AS proposal
            JOIN purchase_orders ON purchase_orders.id = proposal.purchase_order_id
            WHERE purchase_orders.sent_at < proposal.decided_at
        """,
    ),
    Rule(
        name="replenishment-copies",
        description="Policies and proposals are of the variant and the location of their level, "
        "and a policy that is removed is not looked at.",
        says="{level_id} is not what a policy or a proposal of it says.",
        broken="""
            SELECT stock_levels.id AS level_id FROM stock_levels
            JOIN replenishment_policies AS policy ON policy.level_id = stock_levels.id
            WHERE policy.variant_id <> stock_levels.variant_id
               OR policy.location_id <> stock_levels.location_id
               OR (policy.archived_at IS NOT NULL) <> (policy.due_at IS NULL)
            UNION ALL
            SELECT stock_levels.id FROM stock_levels
            JOIN replenishment_proposals AS proposal ON proposal.level_id = stock_levels.id
            WHERE proposal.variant_id <> stock_levels.variant_id
               OR proposal.location_id <> stock_levels.location_id
        """,
    ),
)
