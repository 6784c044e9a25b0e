"""Rejects options that cannot work. Problems never quote the value: it may be a key in the wrong place."""

from __future__ import annotations

import base64
import binascii

from clerk_core import InvalidArgument
from clerkkit.auth.requests import urls
from clerkkit.auth.tokens.keys import of_pem
from clerkkit.errors import TokenRefused

_KEY_PREFIXES = ("sk_", "pk_", "ak_", "whsec_")


def check_text(argument: str, value: object) -> str:
    """Return the value if it is a string without quotes around it, and without blanks.

    Raises:
        InvalidArgument: it is not.
    """
    if not isinstance(value, str):
        raise InvalidArgument(argument, f"expected a string, got {type(value).__name__}")
    if value[:1] in ("'", '"', "`"):
        raise InvalidArgument(argument, "is in quotes; remove them")
    if any(character.isspace() or not character.isprintable() for character in value):
        raise InvalidArgument(argument, "holds blanks, line ends or control characters")
    return value


def check_flag(argument: str, value: object) -> None:
    """Check that the value is a boolean: the string "false" would count as true.

    Raises:
        InvalidArgument: it is not.
    """
    if not isinstance(value, bool):
        raise InvalidArgument(argument, f"expected True or False, got {type(value).__name__}")


def check_domain(value: object) -> None:
    """Check the domain of a satellite.

    Raises:
        InvalidArgument: it is more than a host and a port.
    """
    domain = check_text("domain", value)
    if domain and urls.placed("https", domain) is None:
        raise InvalidArgument("domain", "expected a host such as satellite.example, without scheme and path")


def check_proxy_url(value: object, origins: tuple[urls.Url, ...]) -> None:
    """Check the URL of the Frontend API's proxy, which may be a path on the site's own origins.

    Raises:
        InvalidArgument: it is neither, or a path although no origin is known that it may be resolved against.
    """
    url = check_text("proxy_url", value)
    if not url:
        return
    parsed = _parsed(url)
    if parsed is None or parsed.query is not None or "#" in url:
        raise InvalidArgument("proxy_url", "expected an http(s) URL, or a path such as /__clerk, without a query")
    if url.startswith("/") and not origins:
        raise InvalidArgument(
            "proxy_url", "is a path, which needs authorized_parties: sessions are sent to no other host"
        )


def check_sign_in_url(value: object, *, is_satellite: bool) -> None:
    """Check the URL of the sign-in page.

    Raises:
        InvalidArgument: it is no http(s) URL; that of a satellite is on another domain, and not a path.
    """
    url = check_text("sign_in_url", value)
    if url and _parsed(url) is None:
        raise InvalidArgument("sign_in_url", "expected an http(s) URL, or a path such as /sign-in")
    if is_satellite and url.startswith("/"):
        raise InvalidArgument("sign_in_url", "expected a whole URL: that of a satellite is on another domain")


def _parsed(url: str) -> urls.Url | None:
    """The URL, or the path on some site; `//host` is no path."""
    return urls.parse(f"https://site.example{url}" if url.startswith("/") and not url.startswith("//") else url)


def check_jwt_key(value: object) -> None:
    """Check the public key of the instance.

    Raises:
        InvalidArgument: it is no PEM public key. Its line ends may be missing, or written as `\\n`.
    """
    if not isinstance(value, str):
        raise InvalidArgument("jwt_key", f"expected a string, got {type(value).__name__}")
    text = value.strip()
    problem = ""
    if text[:1] in ("'", '"', "`"):
        problem = "is in quotes; remove them"
    elif text.startswith(_KEY_PREFIXES):
        problem = "is another key; expected the PEM public key (JWKS Public Key) in Clerk's dashboard"
    elif "PRIVATE KEY" in text:
        problem = "is a private key; expected the PEM public key in Clerk's dashboard"
    elif _is_encoded_pem(text):
        problem = "is a PEM in base64; decode it"
    if not problem:
        try:
            of_pem(value)
        except TokenRefused as error:
            problem = f"expected the PEM public key in Clerk's dashboard ({error.problem.rstrip('.')})"
    if problem:
        raise InvalidArgument("jwt_key", problem)


def _is_encoded_pem(text: str) -> bool:
    try:
        return base64.b64decode(text, validate=False).lstrip().startswith(b"-----BEGIN")
    except binascii.Error:
        return False


def check_machine_secret_key(value: object) -> None:
    """Check the secret key of a machine.

    Raises:
        InvalidArgument: it is none.
    """
    key = check_text("machine_secret_key", value)
    if not key.startswith("ak_") or not key.isascii():
        raise InvalidArgument("machine_secret_key", "expected the secret key of a machine, which begins with ak_")
