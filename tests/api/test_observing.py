"""What is known of each operation: how it ended, how long it took, and what it asked."""

import logging

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import REGISTRY

from api import observing
from app import tracing
from models import measuring
from services.actors import GUEST
from tests.cast import ADMIN

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

CREATE = 'mutation Enter { customerCreate(input: {name: "%s"}) { userErrors { code } } }'


def count(name: str, outcome: str, kind: str = "mutation") -> float:
    labels = {"operation": name, "kind": kind, "outcome": outcome}
    return REGISTRY.get_sample_value("waybill_operations_total", labels) or 0


@on_sqlite
class TestOutcome:
    async def test_is_counted(self, api, database):
        before = {each: count("Enter", each) for each in ("ok", "refused", "failed")}
        await api.send(ADMIN, CREATE % "Ada")
        await api.send(ADMIN, CREATE % "")
        await api.send(GUEST, CREATE % "Eve")

        after = {each: count("Enter", each) for each in before}
        assert after == {"ok": before["ok"] + 1, "refused": before["refused"] + 1, "failed": 0}


def test_names_are_bounded(monkeypatch):
    monkeypatch.setattr(observing, "_names", set())

    labels = {observing.label(f"Made{n}Up") for n in range(observing.MOST_NAMES + 1)}

    assert len(labels) == observing.MOST_NAMES + 1
    assert observing.label("x" * 65) == observing.OTHER
    assert observing.label(None) == observing.ANONYMOUS


@on_sqlite
class TestSlowOperation:
    async def test_is_told_without_its_variables(self, api, database, policy, caplog):
        policy(slow_operation_seconds=0)
        with caplog.at_level(logging.INFO, "api.observing"):
            await api.send(ADMIN, "CustomerCreate", input={"name": "Very Secret"})

        [record] = [each for each in caplog.records if each.name == "api.observing"]
        assert record.levelname == "WARNING"
        assert record.getMessage().startswith("Slow: CustomerCreate ok in ")
        assert (record.kind, record.outcome) == ("mutation", "ok")
        assert record.statements > 0
        assert record.seconds >= record.sql_seconds > 0
        assert "Very Secret" not in str(vars(record))


class TestTraces:
    async def test_lead_from_the_request_to_the_database(self, http, caplog):
        kept = InMemorySpanExporter()
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(kept))
        tracing.use(provider)
        try:
            await http.post("/graphql", json={"query": "query Ready { __typename }"})
            await http.get("/readyz")
        finally:
            measuring.trace_with(None)

        spans = {each.name: each for each in kept.get_finished_spans()}
        request, operation = spans["POST /graphql"], spans["query Ready"]
        assert operation.parent.span_id == request.context.span_id
        assert spans["sql"].parent.span_id == spans["GET /readyz"].context.span_id
        assert "SELECT" in spans["sql"].attributes["db.query.text"]
