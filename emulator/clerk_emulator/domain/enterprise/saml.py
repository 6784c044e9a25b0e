"""The SAML settings of an identity provider (IdP): individual values, its metadata, and its certificate."""

from __future__ import annotations

import base64
import binascii
import xml.etree.ElementTree as ElementTree
from urllib.parse import urlsplit

from clerk_emulator import errors
from clerk_emulator.domain import formats
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json

NEW_SETTINGS: Json = {
    "name": None,
    "idp_entity_id": None,
    "idp_sso_url": None,
    "idp_certificate": None,
    "idp_certificate_issued_at": None,
    "idp_certificate_expires_at": None,
    "idp_metadata_url": None,
    "idp_metadata": None,
    "attribute_mapping": {
        "user_id": "",
        "email_address": "mail",
        "first_name": "firstName",
        "last_name": "lastName",
    },
    "allow_subdomains": False,
    "allow_idp_initiated": False,
    "force_authn": False,
    "login_hint": {"mode": "email_address"},
}
"""The settings of a new SAML connection. `name` is None until it differs from that of the enterprise connection."""

SAML_PARAMETERS = frozenset(NEW_SETTINGS) - {"name", "idp_certificate_issued_at", "idp_certificate_expires_at"}
"""The parameters of SAML connections that become settings."""

_METADATA = "{urn:oasis:names:tc:SAML:2.0:metadata}"
_SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}"
_BINDINGS = ("HTTP-Redirect", "HTTP-POST")
_SWITCHES = ("allow_subdomains", "allow_idp_initiated", "force_authn")


def changes(body: Json, current: Json, prefix: str = "") -> Json:
    """Return the validated changes that a body makes to SAML settings. Null changes nothing.

    Metadata takes precedence over individual values. `prefix` precedes the parameters' names in
    errors. Raises ClerkAPIError.
    """
    sent = {name: value for name, value in body.items() if value is not None}
    changed: Json = {name: sent[name] for name in _SWITCHES if name in sent}
    if "name" in sent:
        changed["name"] = sent["name"]
    if "attribute_mapping" in sent:
        mapping = {name: value for name, value in sent["attribute_mapping"].items() if value is not None}
        changed["attribute_mapping"] = {**current["attribute_mapping"], **mapping}
    if "login_hint" in sent:
        changed["login_hint"] = _login_hint(sent["login_hint"], f"{prefix}login_hint")
    values = _individual_values(sent, prefix)
    if values:
        # A document that was given before does not describe these values.
        changed |= values | {"idp_metadata": None}
    if sent.get("idp_metadata"):
        changed |= parse_metadata(sent["idp_metadata"]) | {"idp_metadata": sent["idp_metadata"]}
    if sent.get("idp_metadata_url"):
        changed["idp_metadata_url"] = _metadata_url(f"{prefix}idp_metadata_url", sent["idp_metadata_url"])
    return changed


def _individual_values(sent: Json, prefix: str) -> Json:
    values: Json = {}
    if "idp_entity_id" in sent:
        values["idp_entity_id"] = sent["idp_entity_id"] or None
    if "idp_sso_url" in sent:
        url = sent["idp_sso_url"]
        values["idp_sso_url"] = formats.url(f"{prefix}idp_sso_url", url) if url else None
    if "idp_certificate" in sent:
        values |= _certificate_fields(sent["idp_certificate"], f"{prefix}idp_certificate")
    return values


def is_configured(settings: Json) -> bool:
    """Return whether the settings are complete enough for a sign-in."""
    if settings["idp_metadata_url"]:
        return True
    return bool(settings["idp_entity_id"] and settings["idp_sso_url"] and settings["idp_certificate"])


def parse_metadata(text: str) -> Json:
    """Return the entity id, the sign-on URL and the certificate in a metadata document.

    Raises Clerk's 422 for a document that cannot be parsed, or lacks one of them.
    """
    # Declarations of entities could expand to gigabytes; metadata never needs them.
    if "<!DOCTYPE" in text:
        raise _unparsable()
    try:
        root = ElementTree.fromstring(text.strip())  # noqa: S314 - without a DOCTYPE, see above
    except (ElementTree.ParseError, ValueError):
        raise _unparsable() from None
    entity = next(root.iter(f"{_METADATA}EntityDescriptor"), None)
    provider = next(root.iter(f"{_METADATA}IDPSSODescriptor"), None)
    if entity is None or provider is None:
        raise _unparsable()
    services = {
        service.get("Binding", "").rpartition(":")[2]: service.get("Location")
        for service in provider.iter(f"{_METADATA}SingleSignOnService")
    }
    certificate = next((one.text for one in provider.iter(f"{_SIGNATURE}X509Certificate") if one.text), None)
    found = {
        "idp_entity_id": entity.get("entityID"),
        "idp_sso_url": next((services[name] for name in _BINDINGS if services.get(name)), None),
        "idp_certificate": certificate,
    }
    missing = [name for name, value in found.items() if not value]
    if missing:
        message = f"The metadata lacks {', '.join(missing)}."
        raise ClerkAPIError(422, "saml_metadata_missing_fields", "is incomplete", message, missing_fields=missing)
    try:
        return found | _certificate_fields(certificate or "", "idp_metadata")
    except ClerkAPIError:
        raise _unparsable() from None


def _unparsable() -> ClerkAPIError:
    message = "The metadata is not a SAML 2.0 document that describes an identity provider."
    return ClerkAPIError(422, "saml_failed_to_parse_idp_metadata", "cannot be parsed", message)


def _metadata_url(name: str, url: str) -> str:
    """Return the URL of metadata.

    The emulator contacts no other server: it accepts the URL, and does not know the values in the document. Hosts that
    end in `.invalid`, which never exist, give Clerk's error for a document that cannot be fetched.
    """
    formats.url(name, url)
    if (urlsplit(url).hostname or "").endswith(".invalid"):
        message = f"The metadata at {url} cannot be fetched."
        raise ClerkAPIError(400, "saml_failed_to_fetch_idp_metadata", "cannot be fetched", message)
    return url


def _login_hint(value: Json, name: str) -> Json:
    if value["mode"] != "custom_attribute":
        return {"mode": value["mode"]}
    if not value.get("source"):
        message = f"{name}.source must be included if the mode is custom_attribute."
        raise ClerkAPIError(422, "form_conditional_param_missing", "is missing", message, param_name=f"{name}.source")
    return value


def _certificate_fields(text: str, name: str) -> Json:
    """Return a certificate and its validity. It may be PEM, or only its Base64 part, as in metadata."""
    if not text:
        return {"idp_certificate": None, "idp_certificate_issued_at": None, "idp_certificate_expires_at": None}
    # Imported on first use, because an emulator starts faster without it.
    from cryptography import x509

    base64_part = "".join(part for part in text.split() if "-" not in part)
    try:
        certificate = x509.load_der_x509_certificate(base64.b64decode(base64_part, validate=True))
    except (ValueError, binascii.Error):
        raise errors.malformed(name, "an X.509 certificate in PEM format") from None
    return {
        "idp_certificate": text,
        "idp_certificate_issued_at": round(certificate.not_valid_before_utc.timestamp() * 1000),
        "idp_certificate_expires_at": round(certificate.not_valid_after_utc.timestamp() * 1000),
    }
