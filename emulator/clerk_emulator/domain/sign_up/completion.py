"""Complete sign-ups: the person becomes a user with a session."""

from __future__ import annotations

from clerk_emulator.domain.lifecycle import user_lifecycle
from clerk_emulator.domain.sessions import client_tokens, session_lifecycle
from clerk_emulator.domain.sign_up import attempts, invitations
from clerk_emulator.domain.sign_up.requirements import VERIFIABLE
from clerk_emulator.domain.social import accounts
from clerk_emulator.domain.users import identifications
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import CLIENTS, IDENTIFICATIONS, USERS


def complete_if_ready(store: Store, row: Json, client: Json) -> Json:
    """Complete a sign-up that lacks nothing, and return it. Another is returned as it is."""
    if attempts.missing_fields(store, row) or attempts.unverified_fields(store, row):
        return row
    return complete(store, row, client=client, origin=row["_origin"])


def complete(store: Store, row: Json, *, client: Json | None = None, origin: str | None = None) -> Json:
    """Create the user of a sign-up, with a session, and return the sign-up.

    `client` is the browser, by default a new one. Raises ClerkAPIError if the sign-up is not open, lacks a required
    field, or has an identifier that another user has got meanwhile.
    """
    attempts.require_open(row)
    missing = attempts.missing_fields(store, row)
    if missing:
        message = f"The sign-up lacks {', '.join(missing)}."
        raise ClerkAPIError(422, "form_data_missing", "missing data", message, param_names=missing)
    _require_unclaimed(store, row)
    user_id = user_lifecycle.create(store, _user_parameters(row), lambda user: _completed_user(store, row, user))["id"]
    if row["_ticket"]:
        invitations.accept(store, row["_ticket"], user_id)
    if attempts.is_account_verified(row):
        accounts.join_organization(store, user_id, row["_external_account"]["account"])
    session = session_lifecycle.start(store, user_id, client=client, origin=origin)
    client = client_tokens.rotate(store, store.require(CLIENTS, session["client_id"]))
    store.update(CLIENTS, client, sign_up_id=None, last_authentication_strategy=_last_strategy(row))
    return store.update(
        attempts.SIGN_UPS, row, status="complete", created_user_id=user_id, created_session_id=session["id"]
    )


def _require_unclaimed(store: Store, row: Json) -> None:
    """Raise Clerk's 400 if another user has got an identifier of the sign-up since it was given."""
    claimed = [name for name in VERIFIABLE if row[name] and identifications.find(store, name, row[name])]
    if row["username"] and store.find(USERS, USERS.c.username == row["username"]):
        claimed.append("username")
    if claimed:
        message = f"Another user has the {claimed[0]} of this sign-up now."
        raise ClerkAPIError(400, "identification_claimed", "is claimed", message, param_name=claimed[0])


def _user_parameters(row: Json) -> Json:
    """Return the body of `POST /users` for the person."""
    body: Json = {name: row[name] for name in ("username", "first_name", "last_name", "external_id", "locale")}
    body = {name: value for name, value in body.items() if value is not None}
    for name in VERIFIABLE:
        if row[name]:
            body[name] = [row[name]]
            status = "verified" if attempts.is_verified(row, name) else "unverified"
            body[f"{name}_identification_status"] = [status]
    if row["_password_digest"]:
        body |= {"password_digest": row["_password_digest"], "password_hasher": row["_password_hasher"]}
    return {**body, "unsafe_metadata": row["unsafe_metadata"], "public_metadata": row["public_metadata"]}


def _completed_user(store: Store, row: Json, user: Json) -> Json:
    """Return the user of a sign-up with what no request of the Backend API can set."""
    for identification in identifications.of_user(store, user["id"]):
        verification = row["_verifications"].get(identification["object"])
        if verification is not None and verification["status"] == "verified":
            shown = {name: value for name, value in verification.items() if name[0] != "_"}
            store.update(IDENTIFICATIONS, identification, verification=shown)
    if attempts.is_account_verified(row):
        accounts.add(store, user["id"], row["_external_account"]["account"])
    return store.update(USERS, user, legal_accepted_at=row["legal_accepted_at"])


def _last_strategy(row: Json) -> str:
    """Return the strategy by which a browser shows how its user signed up."""
    if attempts.is_account_verified(row):
        return str(row["_external_account"]["verification"]["strategy"])
    if row["_ticket"]:
        return "ticket"
    if row["_password_digest"]:
        return "password"
    verified = [one["strategy"] for one in row["_verifications"].values() if one["status"] == "verified"]
    return str(verified[0]) if verified else "password"
