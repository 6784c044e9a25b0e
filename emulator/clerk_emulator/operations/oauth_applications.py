"""OAuth applications and their access tokens."""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.call import Call, Response
from clerk_emulator.domain import images
from clerk_emulator.domain.oauth import access_tokens, applications, grants, redirect_uris
from clerk_emulator.domain.oauth.access_tokens import OAUTH_TOKENS
from clerk_emulator.domain.oauth.applications import OAUTH_APPLICATIONS
from clerk_emulator.domain.oauth.scopes import known
from clerk_emulator.domain.tokens import opaque_tokens
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.operations.listing import list_resources
from clerk_emulator.operations.registry import operation
from clerk_emulator.storage.conditions import contains_text
from clerk_emulator.storage.rows import deleted_object, public_fields
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import USERS

_NAME_LIMIT = 256


@operation("CreateOAuthApplication")
def create_oauth_application(call: Call) -> Json:
    changes = _validated_changes(call.store, call.body, {"public": False})
    created = applications.create(call.store, call.keys.instance_id, **changes)
    return _serialize_with_secret(call, created)


@operation("ListOAuthApplications")
def list_oauth_applications(call: Call) -> Response:
    # Without order_by the oldest come first, as the contract's default says. Its description says the opposite.
    where = contains_text(call.query["name_query"], OAUTH_APPLICATIONS.c.name, exact=OAUTH_APPLICATIONS.c.client_id)
    return list_resources(call, OAUTH_APPLICATIONS, where, sort=("created_at", "name"), serialize=_serialize_all)


@operation("GetOAuthApplication")
def get_oauth_application(call: Call) -> Json:
    return _serialize(call, _application(call))


@operation("UpdateOAuthApplication")
def update_oauth_application(call: Call) -> Json:
    application = _application(call)
    return _serialize(
        call,
        call.store.update(OAUTH_APPLICATIONS, application, **_validated_changes(call.store, call.body, application)),
    )


@operation("DeleteOAuthApplication")
def delete_oauth_application(call: Call) -> Json:
    application = _application(call)
    images.delete(call.store, application)
    call.store.delete(OAUTH_APPLICATIONS, OAUTH_APPLICATIONS.c.id == application["id"])
    return deleted_object(application)


@operation("UploadOAuthApplicationLogo")
def upload_oauth_application_logo(call: Call) -> Json:
    application = _application(call)
    if call.body.get("uploader_user_id"):
        call.store.require(USERS, call.body["uploader_user_id"])
    image = images.store_upload(call.store, call.files["file"], application)
    return _serialize(call, call.store.update(OAUTH_APPLICATIONS, application, _image=image))


@operation("RotateOAuthApplicationSecret")
def rotate_oauth_application_secret(call: Call) -> Json:
    changed = call.store.update(OAUTH_APPLICATIONS, _application(call), _client_secret=call.ids.secret(32))
    return _serialize_with_secret(call, changed)


@operation("RevokeOAuthApplicationToken")
def revoke_oauth_application_token(call: Call) -> None:
    application, secret = _application(call), call.body["token"]
    if "." in secret:
        raise errors.invalid("token", "must be an opaque token: a JWT cannot be revoked")
    of_application = OAUTH_TOKENS.c.application_id == application["id"]
    token = call.store.find(OAUTH_TOKENS, OAUTH_TOKENS.c.secret == secret, of_application)
    if token is None:
        raise opaque_tokens.invalid_secret(OAUTH_TOKENS.name)
    grants.revoke(call.store, application["id"], token["subject"])


@operation("verifyOAuthAccessToken")
def verify_oauth_access_token(call: Call) -> Json:
    secret = call.body["access_token"]
    if "." in secret:
        token = access_tokens.of_jwt(call.store, call.keys, secret)
        return {"active": False} if token is None else opaque_tokens.serialize(call.store, token)
    return opaque_tokens.serialize(call.store, opaque_tokens.require_valid(call.store, OAUTH_TOKENS, secret))


def _application(call: Call) -> Json:
    return call.path_resource(OAUTH_APPLICATIONS, "oauth_application_id")


def _validated_changes(store: Store, body: Json, application: Json) -> Json:
    """Return the validated changes in a body. Null changes nothing."""
    sent = {name: value for name, value in body.items() if value is not None}
    changes: Json = {name: sent[name] for name in ("consent_screen_enabled", "pkce_required", "public") if name in sent}
    if "name" in sent:
        changes["name"] = _validate_name(sent["name"])
    if "scopes" in sent:
        changes["scopes"] = _validate_scopes(store, sent["scopes"])
    if "callback_url" in sent or "redirect_uris" in sent:
        first = [sent["callback_url"]] if sent.get("callback_url") else []
        changes["redirect_uris"] = _validate_redirect_uris(first, sent.get("redirect_uris", []))
    if changes.get("public", application["public"]):
        if sent.get("pkce_required") is False:
            message = "pkce_required must be true for a public client."
            raise ClerkAPIError(
                422, "form_public_client_requires_pkce", "PKCE is required", message, param_name="pkce_required"
            )
        changes["pkce_required"] = True
    return changes


def _validate_name(value: str) -> str:
    if not value.strip():
        raise errors.null("name")
    if len(value) > _NAME_LIMIT:
        message = f"name must not have more than {_NAME_LIMIT} characters."
        raise ClerkAPIError(422, "form_param_max_length_exceeded", "is too long", message, param_name="name")
    return value


def _validate_scopes(store: Store, value: str) -> str:
    scopes = value.split()
    # The contract lists four of them. Accepting those of the Frontend API's document too is our choice.
    if not scopes or not set(scopes) <= set(known(store)):
        raise errors.invalid("scopes", f"must be a selection of {', '.join(known(store))}, separated by spaces")
    return " ".join(dict.fromkeys(scopes))


def _validate_redirect_uris(callback: list[str], uris: list[str]) -> list[str]:
    """Return all redirect URIs without duplicates. The callback URL is the older parameter for the first one."""
    for uri in callback:
        redirect_uris.validate("callback_url", uri)
    for uri in uris:
        redirect_uris.validate("redirect_uris", uri)
    if len(set(uris)) < len(uris):
        raise ClerkAPIError(400, "duplicate_record", "has duplicates", "redirect_uris must not contain duplicates.")
    return list(dict.fromkeys(callback + uris))


def _serialize_with_secret(call: Call, row: Json) -> Json:
    return {**_serialize(call, row), "client_secret": "" if row["public"] else row["_client_secret"]}


def _serialize_all(call: Call, rows: list[Json]) -> list[Json]:
    return [_serialize(call, row) for row in rows]


def _serialize(call: Call, row: Json) -> Json:
    # The authorization server is this emulator, which does not listen at the host in the publishable key.
    frontend = call.store.origin
    return {
        **public_fields(row),
        "callback_url": next(iter(row["redirect_uris"]), ""),
        "client_image_url": images.url(call.store, row) if row["_image"] else None,
        "authorize_url": f"{frontend}/oauth/authorize",
        "token_fetch_url": f"{frontend}/oauth/token",
        "token_introspection_url": f"{frontend}/oauth/token_info",
        "user_info_url": f"{frontend}/oauth/userinfo",
        "discovery_url": f"{frontend}/.well-known/openid-configuration",
    }
