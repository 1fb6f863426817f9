"""Traces by OpenTelemetry, for those who want them: request, operation, SQL.

An extra of the package (`waybill[otel]`); without the setting it is not even imported.
"""

from importlib.util import find_spec
from typing import Any

from app.settings import Settings
from models import measuring


def reason_not_to(settings: Settings) -> str | None:
    """Why there can be no traces although they are wanted, or None."""
    if not settings.traces or _is_installed():
        return None
    return "WAYBILL_TRACES needs OpenTelemetry. Install the extra: pip install 'waybill[otel]'."


def _is_installed() -> bool:
    try:
        return find_spec("opentelemetry.exporter.otlp.proto.http") is not None
    except ModuleNotFoundError:
        return False


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
