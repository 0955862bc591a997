"""Traces of requests by OpenTelemetry, where the environment names a collector: the route, never the path, nothing of anybody.

They need the packages of the extra: ``pip install caseaudit[opentelemetry]``.
"""

import os
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from domain import __version__

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

SETTING = "CASEAUDIT_OTLP_ENDPOINT"

STANDARD = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
"""The variables by which the packages themselves know their collector."""

_TRACER: Any = None


class WrongTraces(ValueError):
    """Traces cannot be sent as the environment asks; the message says what to do."""


def asked_for() -> str:
    """Where traces go; empty: nowhere. ``WrongTraces``."""
    if os.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return ""
    name = next((name for name in (SETTING, *STANDARD) if os.environ.get(name, "").strip()), "")
    if not name:
        return ""
    said = os.environ[name].strip()
    parts = urlsplit(said)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise WrongTraces(f"{name} is '{said}'; write the address of a collector by HTTP, like http://localhost:4318")
    if find_spec("opentelemetry") is None or find_spec("opentelemetry.sdk") is None:
        raise WrongTraces(f"{name} is set, and the packages for it are missing: pip install 'caseaudit[opentelemetry]'")
    return said


def start() -> None:
    """Send the traces of this process, if asked for. To be called in each process of the site, after it was forked."""
    global _TRACER
    if not asked_for():
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    own = os.environ.get(SETTING, "").strip()
    exporter = OTLPSpanExporter(endpoint=f"{own.rstrip('/')}/v1/traces") if own else OTLPSpanExporter()
    about = {SERVICE_VERSION: __version__}
    if not os.environ.get("OTEL_SERVICE_NAME"):
        about[SERVICE_NAME] = "caseaudit"
    provider = TracerProvider(resource=Resource.create(about))
    provider.add_span_processor(BatchSpanProcessor(exporter))
    _TRACER = provider.get_tracer("caseaudit", __version__)


class Span:
    """The span of one request."""

    def __init__(self, span: Any):
        self._span = span

    def end(self, method: str, endpoint: str, route: str, status: int, request_id: str) -> None:
        """Say which page it was and what came of it."""
        from opentelemetry.trace import Status, StatusCode

        self._span.update_name(f"{method} {route or endpoint}")
        for name, value in {
            "http.request.method": method, "http.route": route, "http.response.status_code": status,
            "caseaudit.endpoint": endpoint, "caseaudit.request_id": request_id,
        }.items():  # fmt: skip
            self._span.set_attribute(name, value)
        if status >= 500:
            self._span.set_status(Status(StatusCode.ERROR))
        self._span.end()


def begun(environ: "WSGIEnvironment", *, trusted: bool) -> Span | None:
    """The span of a request that begins now; None where nothing is traced. It goes on with the trace of a trusted proxy."""
    if _TRACER is None:
        return None
    from opentelemetry.trace import SpanKind
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    carrier = {"traceparent": str(environ.get("HTTP_TRACEPARENT", ""))} if trusted else {}
    context = TraceContextTextMapPropagator().extract(carrier)
    return Span(_TRACER.start_span("request", context=context, kind=SpanKind.SERVER))
