"""API keys of users, organizations and machines."""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.domain.tokens import opaque_tokens
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage import sql
from clerk_emulator.storage.conditions import contains_text, equals
from clerk_emulator.storage.store import ResourceTable, Store, Where
from clerk_emulator.storage.tables import MACHINES, ORGANIZATIONS, USERS

API_KEYS = ResourceTable(
    "api_key",
    "ak",
    {**opaque_tokens.COLUMNS, "subject": str, "name": str, "type": str},
    owners={"user_id": "user", "organization_id": "organization", "machine_id": "machine"},
    unique=("secret",),
)
"""`subject` is the id of the owner, which is also in the owner column of its type."""

_SUBJECTS = {"user": ("_user_id", USERS), "org": ("_organization_id", ORGANIZATIONS), "mch": ("_machine_id", MACHINES)}


def create(store: Store, body: Json, created_by: str | None) -> Json:
    """Create a key, and return it. Its `_secret` is to be shown once. `body` is that of `POST /api_keys`."""
    subject = require_subject(store, body["subject"])
    namesake = store.find(
        API_KEYS,
        API_KEYS.c.subject == body["subject"],
        API_KEYS.c.name == body["name"],
        ~API_KEYS.c.revoked,
        opaque_tokens.unexpired(store, API_KEYS),
    )
    if namesake is not None:
        # Clerk's components have a text for this code. That names are unique within a subject is our choice.
        message = f"{body['subject']} already has an API key with this name."
        raise ClerkAPIError(409, "api_key_name_already_exists", "already exists", message, param_name="name")
    seconds = body.get("seconds_until_expiration")
    return store.create(
        API_KEYS,
        {
            **opaque_tokens.NEW_TOKEN,
            "id": store.ids.new_hex(API_KEYS.prefix),
            "type": body.get("type", "api_key"),
            "name": body["name"],
            **subject,
            "scopes": body.get("scopes", []),
            "claims": opaque_tokens.parse_claims(body),
            "description": body.get("description"),
            "created_by": created_by,
            "expiration": opaque_tokens.expiration(store, "seconds_until_expiration", seconds),
            "_secret": f"ak_{store.ids.hex()}",
        },
    )


def conditions(store: Store, query: Json) -> list[Where | None]:
    """Return the conditions for the keys that a query asks for: `subject`, `type`, `include_invalid` and `query`."""
    valid = sql.and_(~API_KEYS.c.revoked, opaque_tokens.unexpired(store, API_KEYS))
    return [
        API_KEYS.c.subject == query["subject"],
        equals(API_KEYS.c.type, query["type"]),
        None if query["include_invalid"] == "true" else valid,
        contains_text(query["query"], API_KEYS.c.name, exact=API_KEYS.c.id),
    ]


def require_subject(store: Store, subject: str) -> Json:
    """Return the subject of a key and its owner column. Raises ClerkAPIError if the subject does not exist.

    Directories (`scim_`) never exist.
    """
    owners: Json = {owner: None for owner, _ in _SUBJECTS.values()}
    owner, kind = _SUBJECTS.get(subject.partition("_")[0], ("", None))
    if kind is None or store.get(kind, subject) is None:
        raise errors.referenced_not_found("subject", subject)
    return {"subject": subject, **owners, owner: subject}
