"""Reads the three headers of a webhook from the headers of any web framework."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple, Protocol, TypeAlias, runtime_checkable

from clerkkit.errors import WebhookVerificationError


@runtime_checkable
class HasItems(Protocol):
    """A mapping, or an object with its method `items`."""

    def items(self) -> Iterable[tuple[Any, Any]]:
        """Return names and values."""
        ...


Headers: TypeAlias = HasItems | Iterable[tuple[str, str]] | Iterable[tuple[bytes, bytes]]
"""Headers of httpx, Starlette, Django, Werkzeug or `http.client`, a dict, Django's `META` or another WSGI environ, or
pairs as in an ASGI scope. Names may be in upper or lower case; other headers and keys are ignored."""

SVIX_NAMES = ("svix-id", "svix-timestamp", "svix-signature")
STANDARD_NAMES = ("webhook-id", "webhook-timestamp", "webhook-signature")
_ENVIRON_PREFIX = "HTTP_"


class SignedHeaders(NamedTuple):
    """The values of the three headers, none of which is empty."""

    message_id: str
    timestamp: str
    signature: str


def read_signed_headers(headers: Headers) -> SignedHeaders:
    """Return the headers named by Svix; those named by Standard Webhooks only if Svix's are all absent.

    Raises:
        WebhookVerificationError: `headers-invalid` if the argument holds no headers, `headers-missing` if it lacks one.
    """
    values = _read_values(headers)
    names = STANDARD_NAMES if values.keys() and values.keys() <= {*STANDARD_NAMES} else SVIX_NAMES
    missing = [name for name in names if name not in values]
    if missing:
        raise WebhookVerificationError("headers-missing", f"the request has no {', '.join(missing)}")
    return SignedHeaders(*[values[name] for name in names])


def _read_values(headers: Headers) -> dict[str, str]:
    values: dict[str, str] = {}
    try:
        pairs: Iterable[tuple[object, object]] = headers.items() if isinstance(headers, HasItems) else headers
        for key, value in pairs:
            name = _read_name(key)
            if name in SVIX_NAMES or name in STANDARD_NAMES:
                text = _read_text(value).strip()
                if text:  # repeated headers are joined, as in HTTP; a joined id or timestamp was not signed
                    values[name] = f"{values[name]}, {text}" if name in values else text
    except (TypeError, ValueError):
        pass
    else:
        return values
    raise WebhookVerificationError(
        "headers-invalid", "expected the request's headers: a mapping or pairs, with names and values as text"
    )


def _read_name(key: object) -> str:
    name = _read_text(key) if isinstance(key, str | bytes) else ""
    if name.startswith(_ENVIRON_PREFIX):
        name = name.removeprefix(_ENVIRON_PREFIX).replace("_", "-")
    return name.lower()


def _read_text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, str):
        return value
    raise TypeError
