"""What must hold of invoices and credit notes: their numbers, their sums, and that nobody changed
them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from orjson import loads

from models.invoices import digest
from services.checks.rules import Rule
from services.money import to_minor_units


def _is_as_it_was(row: Mapping[str, Any]) -> bool:
    """Whether the content is what was hashed, and says the number and the total of its row."""
    content = loads(row["content"])
    if digest(content) != row["content_hash"]:
        return False
    total = to_minor_units(Decimal(content["total"]), row["currency"])
    return (content["number"], total) == (row["number"], row["total"])


def _rules(table: str, key: str, prefix: str, word: str) -> tuple[Rule, ...]:
    return (
        Rule(
            name=f"{word}-numbers",
            description=f"The numbers of {word}s begin with 1 and leave none out.",
            says=f"{{{key}}} stands where {{place}} should; the last number given out is {{last}}.",
            broken=f"""
                SELECT * FROM (
                  SELECT id AS {key}, ROW_NUMBER() OVER (ORDER BY id) AS place,
                         COUNT(*) OVER () AS documents,
                         (SELECT value FROM counters WHERE name = '{prefix}') AS last
                  FROM {table}
                ) AS counted
                WHERE {key} <> place OR last IS NULL OR last <> documents
            """,
        ),
        Rule(
            name=f"{word}-content",
            description=f"The content of every {word} is what it was when it was issued.",
            says=f"{{{key}}} was changed after it was issued.",
            broken=f"""
                SELECT id AS {key}, content, content_hash, currency, total,
                       '{prefix}-' || CASE WHEN id < 1000000
                         THEN SUBSTR(CAST(1000000 + id AS VARCHAR(20)), 2, 6)
                         ELSE CAST(id AS VARCHAR(20)) END AS number
                FROM {table}
            """,
            key=key,
            holds=_is_as_it_was,
        ),
    )


RULES = (
    *_rules("invoices", "invoice_id", "INV", "invoice"),
    *_rules("credit_notes", "credit_note_id", "CRN", "credit-note"),
    Rule(
        name="invoice-credited",
        description="No more is credited of an invoice than was invoiced, nor of its tax.",
        says="Of {invoice_id} over {total} minor units {credited} are credited.",
        broken="""
            SELECT * FROM (
              SELECT invoice.id AS invoice_id, invoice.total, SUM(note.total) AS credited,
                     invoice.tax_total, SUM(note.tax_total) AS tax_credited
              FROM invoices AS invoice JOIN credit_notes AS note ON note.invoice_id = invoice.id
              GROUP BY invoice.id, invoice.total, invoice.tax_total
            ) AS summed
            WHERE credited > total OR tax_credited > tax_total
               OR (credited = total AND tax_credited <> tax_total)
        """,
    ),
    Rule(
        name="invoice-order",
        description="An invoice is in the currency of its order, and a credit note of the order "
        "and in the currency of its invoice; none is negative.",
        says="{invoice_id} for {order_id} is in {currency}, which does not fit.",
        broken="""
            SELECT invoice.id AS invoice_id, invoice.order_id, invoice.currency
            FROM invoices AS invoice JOIN orders ON orders.id = invoice.order_id
            WHERE invoice.currency <> orders.currency
               OR invoice.tax_total < 0 OR invoice.total < invoice.tax_total
            UNION ALL
            SELECT note.invoice_id, note.order_id, note.currency
            FROM credit_notes AS note JOIN invoices AS invoice ON invoice.id = note.invoice_id
            WHERE note.currency <> invoice.currency OR note.order_id <> invoice.order_id
               OR note.tax_total < 0 OR note.total < note.tax_total
        """,
    ),
)
