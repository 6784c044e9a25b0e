"""The three headers of a webhook, out of whatever a web framework calls headers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple, Protocol, TypeAlias, runtime_checkable

from clerkkit.errors import WebhookVerificationError


@runtime_checkable
class HasItems(Protocol):
    """A mapping, or what looks like one."""

    def items(self) -> Iterable[tuple[Any, Any]]:
        """Names and values."""
        ...


Headers: TypeAlias = HasItems | Iterable[tuple[str, str]] | Iterable[tuple[bytes, bytes]]
"""Headers of httpx, Starlette, Django, Werkzeug or `http.client`, a dict, Django's `META` or another WSGI environ, or
pairs such as an ASGI scope has. Names in any case; other headers and keys are not looked at."""

SVIX = ("svix-id", "svix-timestamp", "svix-signature")
STANDARD = ("webhook-id", "webhook-timestamp", "webhook-signature")
_ENVIRON_PREFIX = "HTTP_"


class SignedHeaders(NamedTuple):
    """What is said about a message beside its body; none is empty."""

    message_id: str
    timestamp: str
    signature: str


def signed_headers(headers: Headers) -> SignedHeaders:
    """Svix's headers; those of Standard Webhooks where none of Svix's is there, since nobody should mix them.

    Raises:
        WebhookVerificationError: `headers-invalid` for what are no headers, `headers-missing` for some that lack.
    """
    found = _found(headers)
    names = STANDARD if found.keys() and found.keys() <= {*STANDARD} else SVIX
    missing = [name for name in names if name not in found]
    if missing:
        raise WebhookVerificationError("headers-missing", f"the request has no {', '.join(missing)}")
    return SignedHeaders(*[found[name] for name in names])


def _found(headers: Headers) -> dict[str, str]:
    found: dict[str, str] = {}
    try:
        pairs: Iterable[tuple[object, object]] = headers.items() if isinstance(headers, HasItems) else headers
        for key, value in pairs:
            name = _name(key)
            if name in SVIX or name in STANDARD:
                text = _text(value).strip()
                if text:  # a header that comes twice is one list, as in HTTP; of an id, none that was signed
                    found[name] = f"{found[name]}, {text}" if name in found else text
    except (TypeError, ValueError):
        pass
    else:
        return found
    raise WebhookVerificationError(
        "headers-invalid", "expected the request's headers: a mapping or pairs, names and values being text"
    )


def _name(key: object) -> str:
    name = _text(key) if isinstance(key, str | bytes) else ""
    if name.startswith(_ENVIRON_PREFIX):
        name = name.removeprefix(_ENVIRON_PREFIX).replace("_", "-")
    return name.lower()


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, str):
        return value
    raise TypeError
