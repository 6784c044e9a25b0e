"""The control API is for programs of this machine, unless told otherwise."""

from __future__ import annotations

import socket

import pytest

from clerk_emulator import Emulator
from clerk_emulator.control.access import refusal
from tests.emulator.api import Api
from tests.emulator.control.conftest import Control

LOCAL = "127.0.0.1"


@pytest.mark.parametrize("peer", [LOCAL, "127.8.8.8", "::1", "::ffff:127.0.0.1"])
@pytest.mark.parametrize("host", ["127.0.0.1:4010", "localhost:4010", "LOCALHOST", "[::1]:4010"])
def test_accepts_programs_of_this_machine(peer: str, host: str) -> None:
    assert refusal({"host": host}, peer, ()) is None


@pytest.mark.parametrize("peer", ["10.0.0.7", "::ffff:10.0.0.7", "fe80::1", "testclient", "", None])
def test_refuses_other_machines(peer: str | None) -> None:
    assert "--control-host" in str(refusal({"host": "127.0.0.1:4010"}, peer, ()))


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "127.0.0.1.evil.example:4010",
        "localhost.evil.example",
        "evil.example@localhost",
        "[::1",
    ],
)
def test_refuses_host_names_that_point_to_this_machine(host: str) -> None:
    """A page whose host name resolves to 127.0.0.1 sends requests to itself, without an Origin for a GET."""
    assert "--control-host" in str(refusal({"host": host}, LOCAL, ()))
    assert refusal({"host": host, "origin": f"http://{host}"}, LOCAL, ())


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1:3000", "http://localhost:4010", ""]
)
def test_refuses_pages_of_other_origins(origin: str) -> None:
    assert "web pages" in str(refusal({"host": "127.0.0.1:4010", "origin": origin}, LOCAL, ()))


@pytest.mark.parametrize(("site", "accepted"), [("cross-site", False), ("same-site", False), ("none", True)])
def test_refuses_requests_that_pages_cause(site: str, accepted: bool) -> None:
    """An image or a form of a page has no Origin, but modern browsers send Sec-Fetch-Site."""
    assert (refusal({"host": "localhost:4010", "sec-fetch-site": site}, LOCAL, ()) is None) is accepted


def test_accepts_a_page_of_the_emulator_itself() -> None:
    headers = {"host": "localhost:4010", "origin": "http://localhost:4010", "sec-fetch-site": "same-origin"}
    assert refusal(headers, LOCAL, ()) is None


def test_control_host_admits_other_machines_under_that_name_only() -> None:
    hosts = {"clerk"}
    assert refusal({"host": "clerk:4010"}, "172.18.0.3", hosts) is None
    assert refusal({"host": "localhost:4010"}, LOCAL, hosts) is None
    assert refusal({"host": "evil.example:4010"}, "172.18.0.3", hosts)
    assert refusal({"host": "clerk:4010", "origin": "http://evil.example"}, "172.18.0.3", hosts)


def test_refuses_what_an_application_passes_on() -> None:
    """An application that is open to others can pass their requests on, as a proxy for the Frontend API does."""
    headers = {"host": "127.0.0.1:4010"}
    assert refusal(headers | {"x-forwarded-for": "127.0.0.1", "x-forwarded-host": "localhost:3000"}, LOCAL, ()) is None
    for name, value in (
        ("clerk-proxy-url", "http://localhost:3000/__clerk"),
        ("x-forwarded-for", "203.0.113.9"),
        ("x-forwarded-for", "127.0.0.1, 203.0.113.9"),
        ("x-forwarded-host", "app.example.com"),
        ("x-forwarded-host", ""),
    ):
        assert refusal(headers | {name: value}, LOCAL, ())
    assert refusal({"host": "clerk", "x-forwarded-host": "evil.example"}, LOCAL, {"clerk"})


def test_is_not_served_below_the_path_of_a_proxy(api: Api, control: Control) -> None:
    user = api.user()["id"]
    for path in ("/__clerk/_emulator/reset", "//_emulator/reset", "/__clerk//_emulator/reset"):
        assert control.http.post(path).status_code in (404, 405)
    assert api.get(f"/users/{user}")


def test_refusals_change_nothing(api: Api, control: Control) -> None:
    user = api.user()["id"]
    for headers in ({"Host": "evil.example"}, {"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert control.refused("POST", "/reset", headers=headers) == (403, [("forbidden", None)])
        assert control.refused("GET", "/dump", headers=headers) == (403, [("forbidden", None)])
    assert api.get(f"/users/{user}")


def test_refuses_bodies_that_a_form_of_a_page_can_send(api: Api, control: Control) -> None:
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        problem = control.refused("POST", "/faults", content=b'{"status": 503}', headers={"Content-Type": content_type})
        assert problem == (415, [("unsupported_content_type", None)])
    assert api.user()


def test_serves_other_machines_only_if_told(own_address: str) -> None:
    """With `host`, the API is served to other machines, and the control API is not."""
    with Emulator(host="0.0.0.0") as emulator:
        assert status(emulator, own_address, "/v1/users") == 401
        assert status(emulator, own_address, "/_emulator/health") == 403
    with Emulator(host="0.0.0.0", control_hosts=[own_address]) as emulator:
        assert status(emulator, own_address, "/_emulator/health") == 200


@pytest.fixture
def own_address() -> str:
    """An address of this machine that is not a loopback one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing, only selects the address to send from
        except OSError:
            pytest.skip("this machine has only loopback addresses")
        return str(probe.getsockname()[0])


def status(emulator: Emulator, address: str, path: str) -> int:
    port = int(emulator.origin.rpartition(":")[2])
    with socket.create_connection((address, port), timeout=10) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {address}:{port}\r\nConnection: close\r\n\r\n".encode())
        return int(connection.recv(4096)[9:12])
