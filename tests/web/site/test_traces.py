"""Traces by OpenTelemetry: a span a request reaches the collector, and says the route and nothing of whom or what was asked for."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import copied
from tests.support.hanging import wait_until
from tests.support.served import served
from web.site import traces
from web.site.request_ids import HEADER

pytestmark = pytest.mark.slow

TRACE = "0af7651916cd43dd8448eb211c80319c"


class Collector:
    """A collector of traces: what was sent to it, span by span."""

    def __init__(self) -> None:
        self.spans: list[Any] = []
        self.resources: list[dict[str, str]] = []
        self.paths: set[str] = set()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.take(self.path, self.rfile.read(int(self.headers["Content-Length"])), self.headers)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, path: str, body: bytes, headers: Any) -> None:
        import gzip

        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

        sent = ExportTraceServiceRequest()
        sent.ParseFromString(gzip.decompress(body) if headers.get("Content-Encoding") == "gzip" else body)
        self.paths.add(path)
        for of in sent.resource_spans:
            self.resources.append({one.key: one.value.string_value for one in of.resource.attributes})
            for scope in of.scope_spans:
                self.spans += scope.spans

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"


@pytest.fixture
def collector() -> Iterator[Collector]:
    found = Collector()
    yield found
    found.server.shutdown()
    found.server.server_close()


def attributes_of(span: Any) -> dict[str, Any]:
    return {one.key: one.value.string_value or one.value.int_value for one in span.attributes}


@pytest.mark.parametrize("setting", [traces.SETTING, "OTEL_EXPORTER_OTLP_ENDPOINT"])
def test_each_request_is_a_span_that_says_its_route_alone(
    setting: str, collector: Collector, template: Path, tmp_path: Path
) -> None:
    database = copied(template, tmp_path)
    more = {setting: collector.address, "OTEL_BSP_SCHEDULE_DELAY": "100"}
    with served(tmp_path, "demo", "--samples-only", "--database", str(database), **more) as site:
        session = site.signed_in("p.anstey")
        answer = site.get(
            "/cases/V465889/1?as_at=2005-12-01&sought=Aisha", cookies=session.cookies,
            headers={"traceparent": f"00-{TRACE}-b7ad6b7169203331-01", "User-Agent": "Anstey"},
        )  # fmt: skip
        site.get("/no/such/A504771/1")
        wait_until(lambda: any(one.name == "GET none" for one in collector.spans))
    (shown,) = [one for one in collector.spans if attributes_of(one).get("caseaudit.endpoint") == "cases.show"]
    assert shown.name == "GET /cases/<crn>/<int:number>"
    assert attributes_of(shown) == {
        "http.request.method": "GET", "http.route": "/cases/<crn>/<int:number>", "http.response.status_code": 200,
        "caseaudit.endpoint": "cases.show", "caseaudit.request_id": answer.headers[HEADER],
    }  # fmt: skip
    assert shown.trace_id.hex() != TRACE, "nobody is a trusted proxy here"
    said = " ".join(map(str, collector.spans))
    assert not {word for word in ("V465889", "A504771", "Aisha", "Anstey", "anstey", "2005-12-01") if word in said}
    assert collector.paths == {"/v1/traces"}
    assert collector.resources[0]["service.name"] == "caseaudit"


def test_without_a_collector_nothing_is_traced(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (traces.SETTING, *traces.STANDARD):
        monkeypatch.delenv(name, raising=False)
    assert traces.asked_for() == ""
    assert traces.begun({}, trusted=True) is None
    monkeypatch.setenv(traces.SETTING, "http://localhost:4318")
    assert traces.asked_for() == "http://localhost:4318"
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    assert traces.asked_for() == ""


def test_a_collector_without_the_packages_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(traces.SETTING, "http://localhost:4318")
    monkeypatch.setattr(traces, "find_spec", lambda name: None)
    with pytest.raises(traces.WrongTraces, match=r"pip install 'caseaudit\[opentelemetry\]'"):
        traces.asked_for()
