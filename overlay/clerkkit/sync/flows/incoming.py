"""Reads an event: which object it is about, and what it says about it. Pure functions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from clerk_core import InvalidArgument, Model
from clerk_core.guards import is_mapping, is_object
from clerkkit.sync.schema.kinds import BY_EVENT, KINDS, Kind
from clerkkit.sync.schema.rules import to_milliseconds
from clerkkit.sync.schema.values import ID_LENGTH, is_id, is_storable, make_storable

_DELETED = "deleted"


class IncomingEvent(NamedTuple):
    """An event, as far as the copy uses it."""

    message_id: str
    type: str
    kind: Kind | None
    """The kind of its object; None if it is not copied."""
    id: str | None
    """The id of its object."""
    item: dict[str, Any]
    is_deletion: bool
    timestamp: int
    """Unix milliseconds."""
    instance_id: str | None
    envelope: dict[str, Any]
    body: str

    @property
    def nested(self) -> list[tuple[Kind, dict[str, Any]]]:
        """The whole objects that the object contains."""
        keys = self.kind.nested if self.kind else {"user": "users"} if self.type.startswith("session.") else {}
        found = [(KINDS[kind], self.item.get(key)) for key, kind in keys.items()]
        return [(kind, item) for kind, item in found if is_object(item) and is_id(item.get("id"))]

    @property
    def user_id(self) -> str | None:
        """The user whose data the event contains, for `forget`."""
        people = [self.item.get("user_id"), self.id if self.kind is KINDS["users"] else None]
        for key in ("public_user_data", "payer", "user"):
            inner = self.item.get(key)
            people += [inner.get("user_id"), inner.get("id") if key == "user" else None] if is_object(inner) else []
        return next((one for one in people if is_id(one)), None)


def read_incoming(event: object, message_id: str | None, now: int, body: str | None = None) -> IncomingEvent:
    """Read an event of `verify_webhook`, or its JSON object. `body` is the text that it was read from.

    An event without a message id gets one that depends on its content, so that it is recognized if it comes again.

    Raises:
        InvalidArgument: it is not an event.
    """
    plain = event.to_dict() if isinstance(event, Model) else event
    if not is_mapping(plain) or not isinstance(plain.get("type"), str) or not is_object(plain.get("data")):
        raise InvalidArgument("event", "expected an event with a type and data, as verify_webhook returns it")
    if message_id is not None and not is_id(message_id):
        raise InvalidArgument("message_id", f"expected the header svix-id, up to {ID_LENGTH} characters")
    envelope: dict[str, Any] = {**plain}
    if body is None or not is_storable(body):
        envelope = make_storable(envelope)
    text = body or json.dumps(envelope, ensure_ascii=False, separators=(",", ":"))
    item, event_type = envelope["data"], envelope["type"][:ID_LENGTH]
    group, _, verb = event_type.partition(".")
    found = item.get("id")
    instance = envelope.get("instance_id")
    return IncomingEvent(
        message_id=message_id or f"content_{_digest(text)}",
        type=event_type,
        kind=BY_EVENT.get(group) if verb else None,
        id=found if is_id(found) else None,
        item=item,
        is_deletion=verb == _DELETED or item.get(_DELETED) is True,
        timestamp=to_milliseconds(envelope.get("timestamp")) or now,
        instance_id=instance if isinstance(instance, str) else None,
        envelope=envelope,
        body=text,
    )


def _digest(body: str) -> str:
    return hashlib.blake2b(body.encode(), digest_size=16).hexdigest()


def load_body(body: str) -> Mapping[str, Any]:
    """Return the event that was stored in the inbox."""
    envelope: Mapping[str, Any] = json.loads(body)
    return envelope
