"""The hook `on_call`, and the recipes of docs/observability.md with the real packages."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
import sentry_sdk
from opentelemetry import metrics, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from clerkkit import AsyncClerk, CallAttempt, Clerk, ConnectionFailed, InvalidArgument, NotFound
from tests.loopback import KEY, Act, respond, serve

PAGE = Path(__file__).resolve().parents[2] / "docs" / "observability.md"
USER = {"id": "user_1"}
GONE = respond(404, {"errors": [{"code": "resource_not_found", "message": "x"}], "clerk_trace_id": "trace_1"})
BUSY = respond(503, {"errors": [], "clerk_trace_id": "trace_0"})
GOOD = respond(200, USER, {"cf-ray": "ray-1"})


def summaries(calls: list[CallAttempt]) -> list[tuple[Any, ...]]:
    return [(call.operation, call.attempt, call.status, call.error, call.trace_id) for call in calls]


def test_each_attempt_is_reported() -> None:
    calls: list[CallAttempt] = []
    with serve(BUSY, GOOD, GONE) as server, Clerk(KEY, base_url=server.url, on_call=calls.append) as clerk:
        clerk.users.get("user_1")
        with pytest.raises(NotFound):
            clerk.with_options(max_retries=0).users.get("user_secret")
    assert summaries(calls) == [
        ("GET /users/{user_id}", 1, 503, None, "trace_0"),
        ("GET /users/{user_id}", 2, 200, None, "ray-1"),
        ("GET /users/{user_id}", 1, 404, None, "trace_1"),
    ]
    assert [call.retry_in is not None for call in calls] == [True, False, False]
    assert all(0 < call.seconds < 20 for call in calls)
    assert (calls[0].method, calls[0].path) == ("GET", "/users/{user_id}")
    assert KEY not in repr(calls)
    assert "user_secret" not in repr(calls)


def test_failures_without_a_response_are_reported() -> None:
    calls: list[CallAttempt] = []
    with (
        serve([Act.HANG_UP]) as server,
        Clerk(KEY, base_url=server.url, on_call=calls.append) as clerk,
        pytest.raises(ConnectionFailed),
    ):
        clerk.users.create(first_name="Ada")
    assert summaries(calls) == [("POST /users", 1, None, "ConnectionFailed", None)]


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_async_client_reports_too(backend: str) -> None:
    calls: list[CallAttempt] = []

    async def call(url: str) -> None:
        async with AsyncClerk(KEY, base_url=url, on_call=calls.append) as clerk:
            await clerk.users.get("user_1")
            await clerk.request("GET", "/x/y")

    with serve(GOOD) as server:
        anyio.run(call, server.url, backend=backend)
    assert [call.operation for call in calls] == ["GET /users/{user_id}", "GET /x/y"]


def test_what_the_hook_raises_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    def fail(_: CallAttempt) -> None:
        raise RuntimeError("no collector")

    with serve(GOOD) as server, Clerk(KEY, base_url=server.url, on_call=fail) as clerk:
        assert clerk.users.get("user_1").id == "user_1"
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert record.getMessage() == "the hook on_call failed for GET /users/{user_id}"
    assert "no collector" in caplog.text


def test_hook_must_be_a_function() -> None:
    for made in (Clerk, AsyncClerk):
        with pytest.raises(InvalidArgument, match="on_call: expected a function, got str"):
            made(KEY, on_call="print")  # type: ignore[arg-type]


# -- the page ------------------------------------------------------------------------------------------------------


def recipe(word: str, url: str) -> dict[str, Any]:
    """Run the block of the page that imports `word`, with a client of the server; return its names."""
    blocks = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    (block,) = [block for block in blocks if word in block]
    names: dict[str, Any] = {}
    code = block.replace('"sk_test_..."', f"{KEY!r}, base_url={url!r}")
    exec(compile(code, PAGE.name, "exec", dont_inherit=True), names)
    return names


@pytest.fixture
def providers(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[InMemorySpanExporter, InMemoryMetricReader]]:
    spans, reader = InMemorySpanExporter(), InMemoryMetricReader()
    tracers, meters = TracerProvider(), MeterProvider([reader])
    tracers.add_span_processor(SimpleSpanProcessor(spans))
    monkeypatch.setattr(trace, "get_tracer", tracers.get_tracer)
    monkeypatch.setattr(metrics, "get_meter", meters.get_meter)
    yield spans, reader
    tracers.shutdown()
    meters.shutdown()


def test_recipe_for_opentelemetry(providers: tuple[InMemorySpanExporter, InMemoryMetricReader]) -> None:
    spans, reader = providers
    with serve(BUSY, GOOD, GONE) as server, recipe("opentelemetry", server.url)["clerk"] as clerk:
        with trace.get_tracer("app").start_as_current_span("request") as parent:
            clerk.users.get("user_1")
        with pytest.raises(NotFound):
            clerk.users.get("user_2")
    busy, good, request, gone = spans.get_finished_spans()
    assert request.name == "request"
    assert [span.name for span in (busy, good, gone)] == ["GET /users/{user_id}"] * 3
    assert busy.parent == good.parent == parent.get_span_context()
    assert [(span.attributes or {})["http.response.status_code"] for span in (busy, good, gone)] == [503, 200, 404]
    assert [(span.attributes or {})["http.request.resend_count"] for span in (busy, good, gone)] == [0, 1, 0]
    assert [span.status.is_ok for span in (busy, good, gone)] == [False, True, False]
    assert (gone.attributes or {})["clerk.trace_id"] == "trace_1"
    assert all((span.end_time or 0) > (span.start_time or 0) for span in (busy, good, gone))
    data = reader.get_metrics_data()
    assert data is not None
    (metric,) = data.resource_metrics[0].scope_metrics[0].metrics
    assert sum(point.count for point in metric.data.data_points) == 3  # type: ignore[union-attr]


def test_recipe_for_sentry() -> None:
    events: list[Any] = []

    def keep(event: Any, _: Any) -> None:
        events.append(event)

    # A client of this scope alone: `sentry_sdk.init` would change httpx for all tests.
    client = sentry_sdk.Client(dsn="http://key@127.0.0.1:1/1", before_send=keep, default_integrations=False)
    with (
        sentry_sdk.isolation_scope() as scope,
        serve(BUSY, GOOD, GONE) as server,
        recipe("sentry_sdk", server.url)["clerk"] as clerk,
    ):
        scope.set_client(client)
        clerk.users.get("user_1")
        try:
            clerk.users.get("user_2")
        except NotFound as error:
            sentry_sdk.capture_exception(error)
    client.close()
    (event,) = events
    crumbs = event["breadcrumbs"]["values"]
    assert [(crumb["message"], crumb["level"], crumb["data"]["status"]) for crumb in crumbs] == [
        ("GET /users/{user_id}", "warning", 503),
        ("GET /users/{user_id}", "info", 200),
        ("GET /users/{user_id}", "warning", 404),
    ]
    assert crumbs[2]["data"]["trace_id"] == "trace_1"
    assert KEY not in repr(event)


def test_example_with_a_counter_prints_what_the_page_shows(capsys: pytest.CaptureFixture[str]) -> None:
    with serve(GOOD) as server:
        recipe("Counter", server.url)
    assert capsys.readouterr().out == "GET /users/{user_id} 200\n"
