"""Rejects options that cannot work. Problems never quote the value: it may be a secret key in the wrong place."""

from __future__ import annotations

import base64
import binascii

from clerk_core import InvalidArgument
from clerkkit.auth.requests.adapters import urls
from clerkkit.auth.tokens.origins import normalize_authority
from clerkkit.auth.tokens.public_keys import load_pem_key
from clerkkit.errors import TokenRefused

_KEY_PREFIXES = ("sk_", "pk_", "ak_", "whsec_")
_QUOTES = ("'", '"', "`")


def check_text(argument: str, value: object) -> str:
    """Return the value if it is a string without quotes around it and without whitespace.

    Raises:
        InvalidArgument: the value is not such a string.
    """
    if not isinstance(value, str):
        raise InvalidArgument(argument, f"expected a string, got {type(value).__name__}")
    if value[:1] in _QUOTES:
        raise InvalidArgument(argument, "is in quotes; remove them")
    if any(character.isspace() or not character.isprintable() for character in value):
        raise InvalidArgument(argument, "contains whitespace or control characters")
    return value


def check_flag(argument: str, value: object) -> None:
    """Check that the value is a boolean: the string "false" would count as true.

    Raises:
        InvalidArgument: the value is not a boolean.
    """
    if not isinstance(value, bool):
        raise InvalidArgument(argument, f"expected True or False, got {type(value).__name__}")


def check_domain(value: object) -> None:
    """Check the domain of a satellite.

    Raises:
        InvalidArgument: the value is not a host with an optional port.
    """
    domain = check_text("domain", value)
    if domain and normalize_authority("https", domain) is None:
        raise InvalidArgument("domain", "expected a host such as satellite.example, without scheme and path")


def check_proxy_url(value: object, origins: tuple[urls.Url, ...]) -> None:
    """Check the URL of the Frontend API's proxy, which may be a path on one of the site's `origins`.

    Raises:
        InvalidArgument: the value is neither a URL nor a path, or is a path although there are no origins.
    """
    url = check_text("proxy_url", value)
    if not url:
        return
    parsed = _parse_url_or_path(url)
    if parsed is None or parsed.query is not None or "#" in url:
        raise InvalidArgument("proxy_url", "expected an http(s) URL, or a path such as /__clerk, without a query")
    if url.startswith("/") and not origins:
        raise InvalidArgument(
            "proxy_url", "is a path, which needs authorized_parties: sessions are sent to no other host"
        )


def check_page_url(argument: str, value: object, *, is_satellite: bool) -> None:
    """Check the URL of the sign-in or sign-up page.

    Raises:
        InvalidArgument: the value is neither a URL nor a path, or is a path although the site is a satellite.
    """
    url = check_text(argument, value)
    if url and _parse_url_or_path(url) is None:
        raise InvalidArgument(argument, "expected an http(s) URL, or a path such as /sign-in")
    if is_satellite and url.startswith("/"):
        raise InvalidArgument(argument, "expected an absolute URL: a satellite's pages are on another domain")


def _parse_url_or_path(url: str) -> urls.Url | None:
    """Parse a URL, or a path on any site. `//host` is not a path."""
    is_path = url.startswith("/") and not url.startswith("//")
    return urls.parse_url(f"https://site.example{url}" if is_path else url)


def check_jwt_key(value: object) -> None:
    """Check the public key of the instance.

    Raises:
        InvalidArgument: the value is not a PEM public key. Its line ends may be missing, or written as `\\n`.
    """
    if not isinstance(value, str):
        raise InvalidArgument("jwt_key", f"expected a string, got {type(value).__name__}")
    problem = _find_key_problem(value)
    if problem:
        raise InvalidArgument("jwt_key", problem)


def _find_key_problem(value: str) -> str | None:
    text = value.strip()
    if text[:1] in _QUOTES:
        return "is in quotes; remove them"
    if text.startswith(_KEY_PREFIXES):
        return "is another key; expected the PEM public key (JWKS Public Key) in Clerk's dashboard"
    if "PRIVATE KEY" in text:
        return "is a private key; expected the PEM public key in Clerk's dashboard"
    if _is_encoded_pem(text):
        return "is a PEM in base64; decode it"
    try:
        load_pem_key(value)
    except TokenRefused as error:
        return f"expected the PEM public key in Clerk's dashboard ({error.problem.rstrip('.')})"
    return None


def _is_encoded_pem(text: str) -> bool:
    try:
        return base64.b64decode(text, validate=False).lstrip().startswith(b"-----BEGIN")
    except binascii.Error:
        return False


def check_machine_secret_key(value: object) -> None:
    """Check the secret key of a machine.

    Raises:
        InvalidArgument: the value does not begin with `ak_`, or is not ASCII.
    """
    key = check_text("machine_secret_key", value)
    if not key.startswith("ak_") or not key.isascii():
        raise InvalidArgument("machine_secret_key", "expected the secret key of a machine, which begins with ak_")
