"""An authenticator that keeps passkeys, as a phone or a security key does."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from tests.emulator.api import Json

_PRESENT_AND_VERIFIED = 0b101
_HAS_CREDENTIAL = 0b1000000


def encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


class Authenticator:
    """Creates a passkey for options of a server, and signs challenges with it, on a page of an origin."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.id = os.urandom(16)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._count = 0

    def create(self, options: str, **changes: Any) -> str:
        """Return a new credential as clerk-js sends it. `changes` replace what the browser tells about the page."""
        wanted: Json = json.loads(options)
        numbers = self._key.public_key().public_numbers()
        public_key = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        credential = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(public_key)
        data = self._data(wanted["rp"]["id"], _PRESENT_AND_VERIFIED | _HAS_CREDENTIAL) + credential
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        response = {
            "clientDataJSON": encode(self._client_data("webauthn.create", wanted, changes)),
            "attestationObject": encode(attestation),
            "transports": ["internal"],
        }
        return self._credential(response)

    def sign(self, options: str, **changes: Any) -> str:
        """Return the answer to a challenge as clerk-js sends it."""
        wanted: Json = json.loads(options)
        self._count += 1
        data = self._data(wanted["rpId"], _PRESENT_AND_VERIFIED)
        client_data = self._client_data("webauthn.get", wanted, changes)
        signature = self._key.sign(data + hashlib.sha256(client_data).digest(), ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": encode(client_data),
            "authenticatorData": encode(data),
            "signature": encode(signature),
            "userHandle": None,
        }
        return self._credential(response)

    def _data(self, rp_id: str, flags: int) -> bytes:
        return hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + self._count.to_bytes(4, "big")

    def _client_data(self, kind: str, wanted: Json, changes: Json) -> bytes:
        page = {"type": kind, "challenge": wanted["challenge"], "origin": self.origin, "crossOrigin": False}
        return json.dumps({**page, **changes}).encode()

    def _credential(self, response: Json) -> str:
        identity = {"id": encode(self.id), "rawId": encode(self.id)}
        return json.dumps(
            {**identity, "type": "public-key", "authenticatorAttachment": "platform", "response": response}
        )
