"""Logs of httpx and httpcore contain no personal data of our requests, at any level."""

from __future__ import annotations

import logging
from typing import Any

import httpx
import pytest

from clerk_bapi import api
from clerkkit import httpx_log_filter
from tests.loopback import KEY, WAYS, respond, send_by, serve

EMAIL = "ada.lovelace@example.com"
FIND = api.list_users(email_address=[EMAIL], query="hunter22")


def logged(caplog: pytest.LogCaptureFixture) -> str:
    """Return everything that was logged, including attributes of records that are not in messages."""
    return "\n".join(f"{record.name} {record.getMessage()} {record.args!r}" for record in caplog.records)


@pytest.mark.parametrize(("way", "given"), [*((way, False) for way in WAYS), ("sync", True), ("asyncio", True)])
def test_logs_contain_no_url_key_or_response(way: str, given: bool, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    options: dict[str, Any] = {}
    if given:
        limits = httpx.Limits(max_keepalive_connections=0)
        options["http_client"] = httpx.Client(limits=limits) if way == "sync" else httpx.AsyncClient(limits=limits)
    with serve(respond(200, [{"id": "user_1", "first_name": "Adas name"}])) as server:
        send_by(way, FIND, server.url, **options)
    for secret in ("ada.lovelace", "hunter22", KEY, "Adas name"):
        assert secret not in logged(caplog)


def test_logs_of_other_httpx_clients_are_kept(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with serve(respond(200, [])) as server, httpx.Client() as http_client:
        http_client.get(f"{server.url}/before")
        send_by("sync", FIND, server.url, http_client=http_client)
        http_client.get(f"{server.url}/after")
    assert [record.args[1] for record in caplog.records if isinstance(record.args, tuple)] == [  # type: ignore[index]
        f"{server.url}/before",
        f"{server.url}/after",
    ]


def test_log_filter_can_be_removed(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    logger = logging.getLogger("httpx")
    logger.removeFilter(httpx_log_filter)
    try:
        with serve(respond(200, [])) as server, httpx.Client() as http_client:
            send_by("sync", FIND, server.url, http_client=http_client)
    finally:
        logger.addFilter(httpx_log_filter)
    assert "ada.lovelace" in logged(caplog)
