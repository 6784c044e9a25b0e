"""The ceremonies of WebAuthn: options for the browser, and checks of what its authenticator returns.

They need the package `webauthn`, which is not among those of the emulator.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json, is_object

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType


@dataclass(frozen=True)
class Credential:
    """A credential of an authenticator, whose private key it keeps."""

    id: str
    """The id in base64url, without padding."""
    public_key: str
    """The public key (COSE) in base64url."""
    sign_count: int


def require_origin(origin: str | None) -> str:
    """Return the origin of the page, which credentials are bound to. Raises Clerk's 400 if the browser sent none."""
    if origin is None:
        message = "The request must have an Origin, which passkeys are bound to."
        raise ClerkAPIError(400, "origin_missing", "is missing", message)
    return origin


def registration_options(
    origin: str, challenge: bytes, application: str, user: tuple[str, str], existing: Sequence[str]
) -> str:
    """Return the options to create a credential, as JSON for the browser.

    `user` are the user's id and name, `existing` the ids of the credentials that the user has.
    """
    webauthn = _package()
    options = webauthn.generate_registration_options(
        rp_id=_host(origin),
        rp_name=application,
        user_id=user[0].encode(),
        user_name=user[1],
        challenge=challenge,
        exclude_credentials=_descriptors(webauthn, existing),
    )
    values: Json = json.loads(webauthn.options_to_json(options))
    values["authenticatorSelection"] = {"residentKey": "required", "userVerification": "required"}
    return json.dumps(values)


def authentication_options(origin: str, challenge: bytes, credentials: Sequence[str]) -> str:
    """Return the options to use a credential, as JSON for the browser. Without ids, the browser offers all it has."""
    webauthn = _package()
    options = webauthn.generate_authentication_options(
        rp_id=_host(origin), challenge=challenge, allow_credentials=_descriptors(webauthn, credentials)
    )
    text: str = webauthn.options_to_json(options)
    return text


def parse(credential: str) -> Json:
    """Return a credential that a browser sends as JSON. Raises Clerk's 422 for a malformed one."""
    try:
        parsed: Any = json.loads(credential)
    except (ValueError, RecursionError):
        parsed = None
    if not is_object(parsed) or not isinstance(parsed.get("id"), str):
        message = "public_key_credential must be the credential of the browser, as JSON."
        raise ClerkAPIError(
            422,
            "passkey_invalid_public_key_credential",
            "is invalid",
            message,
            param_name="public_key_credential",
        )
    return parsed


def verify_registration(origin: str, challenge: bytes, credential: Json) -> Credential:
    """Return a new credential. Raises Clerk's 400 if it was not created for this challenge and page."""
    webauthn = _package()
    try:
        found = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=_host(origin),
            expected_origin=origin,
            require_user_verification=True,
        )
    except Exception as error:
        message = "The passkey could not be registered."
        raise ClerkAPIError(400, "passkey_registration_failure", "registration failed", message) from error
    encode = webauthn.helpers.bytes_to_base64url
    return Credential(encode(found.credential_id), encode(found.credential_public_key), found.sign_count)


def verify_authentication(origin: str, challenge: bytes, credential: Json, known: Credential) -> int:
    """Return the new number of signatures of a credential.

    Raises Clerk's 400 if the credential was not used for this challenge and page, or not by its authenticator.
    """
    webauthn = _package()
    try:
        found = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=_host(origin),
            expected_origin=origin,
            credential_public_key=webauthn.helpers.base64url_to_bytes(known.public_key),
            credential_current_sign_count=known.sign_count,
            require_user_verification=True,
        )
    except Exception as error:
        raise authentication_failure() from error
    count: int = found.new_sign_count
    return count


def authentication_failure() -> ClerkAPIError:
    """Return the error for a passkey that does not sign the user in."""
    message = "The passkey could not be verified."
    return ClerkAPIError(400, "passkey_authentication_failure", "authentication failed", message)


def _host(origin: str) -> str:
    return urlsplit(origin).hostname or ""


def _descriptors(webauthn: ModuleType, ids: Sequence[str]) -> list[Any]:
    structs = webauthn.helpers.structs
    return [structs.PublicKeyCredentialDescriptor(id=webauthn.helpers.base64url_to_bytes(one)) for one in ids]


def _package() -> Any:
    """Return the package `webauthn`. Raises an error that says how to install it."""
    try:
        import webauthn
    except ModuleNotFoundError:
        message = 'Passkeys need the package webauthn: pip install "clerkkit[passkeys]"'
        raise ClerkAPIError(405, "not_emulated", "not emulated", message) from None
    return webauthn
