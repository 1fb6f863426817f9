"""Traces by OpenTelemetry, for those who want them: request, operation, SQL.

An extra of the package (`waybill[otel]`); without the setting it is not even imported.
"""

import logging
from typing import Any

from app.settings import Settings
from models import measuring

log = logging.getLogger(__name__)


def begin(settings: Settings) -> None:
    """Send spans from now on where the settings want it, as the variables OTEL_* say."""
    if not settings.traces:
        return
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": "waybill"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    use(provider)


def use(provider: Any) -> None:
    """Open spans with this provider."""
    tracer = provider.get_tracer("waybill")
    measuring.trace_with(
        lambda name, attributes: tracer.start_as_current_span(name, attributes=attributes)
    )
