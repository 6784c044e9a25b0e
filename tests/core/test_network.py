"""Proxies and certificates from environment variables."""

from __future__ import annotations

import ssl
import sys
import threading
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from clerk_bapi import AsyncClient, Client, InvalidArgument, api
from clerk_core.transport.network import Network
from clerk_core.transport.tls import Certificates
from tests.loopback import KEY, WAYS, echo_id, respond, send_by, serve

VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE")
PROXY = "http://proxy.test:3128"


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


# -- proxies -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("no_proxy", "url", "used"),
    [
        ("", "https://api.clerk.com", True),
        ("*", "https://api.clerk.com", False),
        ("clerk.com", "https://api.clerk.com", False),
        (".clerk.com", "https://api.clerk.com", False),
        (".clerk.com", "https://clerk.com", False),  # as curl does
        ("*.clerk.com", "https://api.clerk.com", False),
        ("CLERK.COM.", "https://api.clerk.com", False),
        ("lerk.com", "https://api.clerk.com", True),
        ("a.test, clerk.com", "https://api.clerk.com", False),
        ("a.test clerk.com", "https://api.clerk.com", False),
        ("api.clerk.com:443", "https://api.clerk.com", False),
        ("api.clerk.com:8443", "https://api.clerk.com", True),
        ("https://api.clerk.com", "https://api.clerk.com", False),
        ("http://api.clerk.com", "https://api.clerk.com", True),
        ("localhost", "http://localhost:4010", False),
        ("127.0.0.1", "http://127.0.0.1:4010", False),
        ("127.0.0.0/8", "http://127.0.0.1:4010", False),
        ("10.0.0.0/8", "http://127.0.0.1:4010", True),
        ("10.0.0.1/8", "http://10.2.3.4", False),
        ("::1", "http://[::1]:4010", False),
        ("[::1]", "http://[::1]:4010", False),
        ("[::1]:4010", "http://[::1]:4010", False),
        ("[::1]:4011", "http://[::1]:4010", True),
        ("fd00::/8", "http://[fd12::1]", False),
        ("fe80::/10,::1/128", "https://api.clerk.com", True),
        ("10.0.0.0/99, [::1, fe80::1%eth0, http://[, /, :, ://", "https://api.clerk.com", True),
    ],
)
def test_no_proxy_excludes_hosts(monkeypatch: pytest.MonkeyPatch, no_proxy: str, url: str, used: bool) -> None:
    monkeypatch.setenv("ALL_PROXY", PROXY)
    monkeypatch.setenv("NO_PROXY", no_proxy)
    assert Network.from_environment(url).proxy == (PROXY if used else None)


def test_proxy_of_the_scheme_overrides_all_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://all.test")
    monkeypatch.setenv("HTTPS_PROXY", "secure.test:3128")
    assert Network.from_environment("https://api.clerk.com").proxy == "http://secure.test:3128"
    assert Network.from_environment("http://api.clerk.com").proxy == "http://all.test"


@pytest.mark.parametrize("way", WAYS)
def test_calls_use_the_proxy_with_its_credentials(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(echo_id) as proxy:
        monkeypatch.setenv("NO_PROXY", "::1/128,10.0.0.0/8")
        monkeypatch.setenv("no_proxy", "::1/128,10.0.0.0/8")
        monkeypatch.setenv("HTTP_PROXY", proxy.url.replace("//", "//me:pass%20word@"))
        assert send_by(way, api.get_user("user_1"), "http://clerk.test/v1").id == "user_1"
    assert proxy.request.whole_target == "http://clerk.test/v1/users/user_1"
    login = b64encode(b"me:pass word").decode()
    assert proxy.request.headers["Proxy-Authorization"] == f"Basic {login}"
    assert proxy.request.headers["Host"] == "clerk.test"


@pytest.mark.parametrize("kind", [Client, AsyncClient])
@pytest.mark.parametrize(
    ("variable", "value", "problem"),
    [
        ("HTTPS_PROXY", "ftp://me:hidden@proxy.test", "got the scheme 'ftp'"),
        ("HTTPS_PROXY", "socks4://me:hidden@proxy.test:1080", "got the scheme 'socks4'"),
        ("https_proxy", "http://me:hidden@proxy.test:port", "not a URL"),
        ("HTTPS_PROXY", "http://", "expected the URL"),
        ("HTTPS_PROXY", "http://me:hidden@[::1", "not a URL"),
        ("SSL_CERT_FILE", "/no/such/file.pem", "No such file"),
        ("SSL_CERT_FILE", __file__.replace("test_network", "test_logs"), "contains no PEM certificate"),
        ("SSL_CERT_DIR", "/no/such/folder", "not a folder"),
        ("SSLKEYLOGFILE", "/no/such/folder/keys.log", "cannot write"),
    ],
)
def test_rejects_invalid_variables_by_name(
    kind: type[Client] | type[AsyncClient], variable: str, value: str, problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(InvalidArgument, match=problem) as caught:
        kind(KEY)
    assert caught.value.argument == variable
    assert "hidden" not in f"{caught.value!r} {caught.value}"
    kind(KEY, base_url="http://127.0.0.1:4010")  # uses neither proxies nor certificates


@pytest.mark.parametrize("proxy", ["socks5://proxy.test:1080", "socks5h://proxy.test:1080"])
def test_socks_proxy_requires_its_extra(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    Client(KEY)
    monkeypatch.setitem(sys.modules, "socksio", None)
    with pytest.raises(InvalidArgument, match=r'ALL_PROXY: .*pip install "clerkkit\[socks\]"'):
        Client(KEY)


def test_aiohttp_rejects_a_socks_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://proxy.test:1080")
    with pytest.raises(InvalidArgument, match="transport: 'aiohttp' cannot use the SOCKS proxy"):
        AsyncClient(KEY, transport="aiohttp")


# -- certificates --------------------------------------------------------------------------------------------------


@pytest.fixture
def secure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Return the URL of a server whose certificate authority SSL_CERT_FILE contains."""
    authority, tls = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    with serve(respond(200, {"id": "user_1"}), tls=tls) as server:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
        yield server.url


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[threading.Thread]:
    """Record the threads that load certificates."""
    threads: list[threading.Thread] = []
    load = Certificates._load

    def noted(certificates: Certificates) -> ssl.SSLContext:
        threads.append(threading.current_thread())
        return load(certificates)

    monkeypatch.setattr(Certificates, "_load", noted)
    return threads


@pytest.mark.parametrize("way", WAYS)
def test_certificates_are_loaded_once_in_another_thread(secure: str, loads: list[threading.Thread], way: str) -> None:
    for _ in range(3):
        assert send_by(way, api.get_user("user_1"), secure).id == "user_1"
    (thread,) = loads
    assert (thread is threading.current_thread()) == (way == "sync")


def test_replaced_certificates_are_reloaded(secure: str, loads: list[threading.Thread], tmp_path: Path) -> None:
    send_by("sync", api.get_user("user_1"), secure)
    path = tmp_path / "authority.pem"
    path.write_bytes(path.read_bytes() * 2)
    send_by("sync", api.get_user("user_1"), secure)
    assert len(loads) == 2


@pytest.mark.parametrize("way", WAYS)
def test_http_loads_no_certificates(loads: list[threading.Thread], way: str) -> None:
    with serve(echo_id) as server:
        send_by(way, api.get_user("user_1"), server.url)
    assert loads == []


@pytest.mark.parametrize("way", WAYS)
def test_file_with_an_invalid_certificate_is_named(way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "broken.pem"
    broken.write_text("-----BEGIN CERTIFICATE-----\nbm9uZQ==\n-----END CERTIFICATE-----\n")
    monkeypatch.setenv("SSL_CERT_FILE", str(broken))
    with pytest.raises(InvalidArgument, match="SSL_CERT_FILE: cannot load"):
        send_by(way, api.get_user("user_1"), "https://127.0.0.1:1")


# -- transports ----------------------------------------------------------------------------------------------------


def test_rejects_an_unknown_transport() -> None:
    with pytest.raises(InvalidArgument, match="transport: expected one of 'httpx', 'aiohttp'"):
        AsyncClient(KEY, transport="requests")  # type: ignore[arg-type]


def test_missing_aiohttp_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "aiohttp", None)
    with pytest.raises(ImportError, match=r'pip install "clerkkit\[aiohttp\]"'):
        AsyncClient(KEY, transport="aiohttp")


def test_aiohttp_is_rejected_on_trio() -> None:
    import trio

    async def main() -> None:
        async with AsyncClient(KEY, base_url="http://127.0.0.1:1", transport="aiohttp") as client:
            await client.users.get("user_1")

    with pytest.raises(InvalidArgument, match="transport: 'aiohttp' works on asyncio only"):
        trio.run(main)
