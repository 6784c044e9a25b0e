"""https beside http, with a certificate that a new authority issues."""

from __future__ import annotations

import base64
import os
import re
import signal
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from clerk_emulator import Emulator
from clerk_emulator.http.https import HttpsListener
from clerk_emulator.http.server import listen
from clerk_emulator.storage.keys import DEFAULT_HOST
from tests.emulator.http.test_server import ended, running


@pytest.fixture(scope="module")
def secure() -> Iterator[Emulator]:
    with Emulator(https_port=0) as emulator:
        yield emulator


def trusting(emulator: Emulator) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(emulator.https_authority))


def connect(emulator: Emulator, name: str, context: ssl.SSLContext) -> ssl.SSLSocket:
    """Connect as a client that resolves a name to this machine."""
    assert emulator.https_origin
    port = int(emulator.https_origin.rpartition(":")[2])
    return context.wrap_socket(socket.create_connection(("127.0.0.1", port), timeout=10), server_hostname=name)


def test_serves_the_same_state_over_both(secure: Emulator) -> None:
    headers = {"Authorization": f"Bearer {secure.secret_key}"}
    with httpx.Client(verify=trusting(secure), headers=headers, trust_env=False) as http:
        made = http.post(f"{secure.https_origin}/v1/users", json={"email_address": ["ada@example.com"]})
        assert made.status_code == 200
        assert http.get(f"{secure.url}/users/{made.json()['id']}").json()["id"] == made.json()["id"]


def test_addresses_in_responses_have_the_scheme_of_the_request(secure: Emulator) -> None:
    headers = {"Authorization": f"Bearer {secure.secret_key}"}
    with httpx.Client(verify=trusting(secure), headers=headers, trust_env=False) as http:
        user = http.post(f"{secure.https_origin}/v1/users", json={"first_name": "Ada", "username": "ada1"}).json()
        assert user["image_url"].startswith(f"{secure.https_origin}/")
        assert http.get(f"{secure.url}/users/{user['id']}").json()["image_url"].startswith(f"{secure.origin}/")


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "::1", DEFAULT_HOST])
def test_certificate_is_for_this_machine_and_the_host_in_the_publishable_key(secure: Emulator, name: str) -> None:
    with connect(secure, name, trusting(secure)) as connection:
        assert connection.version() in ("TLSv1.2", "TLSv1.3")


def test_certificate_is_for_no_other_host(secure: Emulator) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        connect(secure, "example.com", trusting(secure))


def test_is_refused_by_clients_that_do_not_trust_the_authority(secure: Emulator) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match=r"self-signed certificate|unable to get local issuer"):
        connect(secure, "localhost", ssl.create_default_context())


def test_each_emulator_has_an_authority_of_its_own(secure: Emulator) -> None:
    with Emulator(https_port=0) as other, pytest.raises(ssl.SSLCertVerificationError):
        connect(other, "localhost", trusting(secure))


def test_authority_file_has_no_key_and_is_deleted_at_the_end() -> None:
    with Emulator(https_port=0) as emulator:
        path = emulator.https_authority
        assert path
        assert b"PRIVATE" not in path.read_bytes()
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
        assert certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        assert isinstance(certificate.public_key(), ec.EllipticCurvePublicKey)
    assert not path.exists()


def test_certificate_lasts_no_longer_than_browsers_accept(secure: Emulator) -> None:
    with connect(secure, "localhost", trusting(secure)) as connection:
        der = connection.getpeercert(binary_form=True)
    assert der
    certificate = x509.load_der_x509_certificate(der)
    assert (certificate.not_valid_after_utc - certificate.not_valid_before_utc).days <= 398


def test_authority_file_can_be_chosen_and_is_kept(tmp_path: Path) -> None:
    listener = HttpsListener("127.0.0.1", 0, DEFAULT_HOST, tmp_path / "ca.pem")
    listener.close()
    assert (tmp_path / "ca.pem").read_bytes().startswith(b"-----BEGIN CERTIFICATE-----")


def test_failed_start_leaves_no_port_open() -> None:
    with listen() as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match=f"cannot listen on port {port}"):
            Emulator(https_port=port)
    with pytest.raises(ValueError, match="port: -1 is not between 0 and 65535"):
        HttpsListener("127.0.0.1", -1, DEFAULT_HOST)


def test_without_a_port_there_is_no_https() -> None:
    with Emulator() as emulator:
        assert (emulator.https_origin, emulator.https_authority) == (None, None)


def test_command_prints_the_origin_and_the_authority(tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    key = "pk_test_" + base64.b64encode(b"my-app-7.clerk.accounts.dev$").decode()
    arguments = ("--https", "0", "--https-ca", str(authority), "--publishable-key", key)
    with running(*arguments) as program:
        origin = re.search(r"HTTPS: +(https://\S+)\n", program.said)
        assert origin
        assert f"HTTPS authority: {authority}\n" in program.said
        context = ssl.create_default_context(cafile=str(authority))
        with httpx.Client(verify=context, trust_env=False) as http:
            assert http.get(f"{origin[1]}/_emulator/health").status_code == 200
        port = int(origin[1].rpartition(":")[2])
        raw = socket.create_connection(("127.0.0.1", port), timeout=10)
        with context.wrap_socket(raw, server_hostname="my-app-7.clerk.accounts.dev"):
            pass
        os.kill(program.process.pid, signal.SIGTERM)
        assert ended(program) == (0, "")
