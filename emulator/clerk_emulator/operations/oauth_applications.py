"""OAuth applications, and the access tokens that they hold."""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.domain import images, machine_tokens, oauth_tokens, value_rules
from clerk_emulator.domain.oauth_tokens import OAUTH_APPLICATIONS, OAUTH_TOKENS
from clerk_emulator.errors import Json, Refusal
from clerk_emulator.request.call import Answer, Call, deleted, operation, shown
from clerk_emulator.request.listing import listing, partial
from clerk_emulator.storage.settings import OAUTH_APPLICATION_SETTINGS
from clerk_emulator.storage.tables import USERS

_DEFAULT_SCOPES = ["profile", "email"]
# The contract tells the first four; that the two of OpenID Connect are taken as well is our choice.
_SCOPES = ("profile", "email", "public_metadata", "private_metadata", "openid", "offline_access")
_NAME_LIMIT = 256


@operation("CreateOAuthApplication")
def create_oauth_application(call: Call) -> Json:
    application: Json = {
        "client_id": call.ids.secret(16),
        "client_uri": None,
        "instance_id": call.keys.instance_id,
        "dynamically_registered": False,
        "consent_screen_enabled": True,
        "pkce_required": False,
        "public": False,
        "redirect_uris": [],
        "scopes": " ".join(OAUTH_APPLICATION_SETTINGS.read(call.store)["default_scopes"] or _DEFAULT_SCOPES),
        "_client_secret": call.ids.secret(32),
        "_image": None,
    }
    made = call.store.create(OAUTH_APPLICATIONS, {**application, **_changes(call.body, application)})
    return _show_with_secret(call, made)


@operation("ListOAuthApplications")
def list_oauth_applications(call: Call) -> Answer:
    # Without order_by the oldest come first: so says the contract's default, and its text the opposite.
    where = partial(call.query["name_query"], OAUTH_APPLICATIONS.c.name, exact=OAUTH_APPLICATIONS.c.client_id)
    return listing(call, OAUTH_APPLICATIONS, where, sort=("created_at", "name"), show=_show_all)


@operation("GetOAuthApplication")
def get_oauth_application(call: Call) -> Json:
    return _show(call, _named(call))


@operation("UpdateOAuthApplication")
def update_oauth_application(call: Call) -> Json:
    application = _named(call)
    return _show(call, call.store.update(OAUTH_APPLICATIONS, application, **_changes(call.body, application)))


@operation("DeleteOAuthApplication")
def delete_oauth_application(call: Call) -> Json:
    application = _named(call)
    images.drop(call, application)
    call.store.delete(OAUTH_APPLICATIONS, OAUTH_APPLICATIONS.c.id == application["id"])
    return deleted(application)


@operation("UploadOAuthApplicationLogo")
def upload_oauth_application_logo(call: Call) -> Json:
    application = _named(call)
    if call.body.get("uploader_user_id"):
        call.store.need(USERS, call.body["uploader_user_id"])
    image = images.take(call, application)
    return _show(call, call.store.update(OAUTH_APPLICATIONS, application, _image=image))


@operation("RotateOAuthApplicationSecret")
def rotate_oauth_application_secret(call: Call) -> Json:
    changed = call.store.update(OAUTH_APPLICATIONS, _named(call), _client_secret=call.ids.secret(32))
    return _show_with_secret(call, changed)


@operation("RevokeOAuthApplicationToken")
def revoke_oauth_application_token(call: Call) -> None:
    application, secret = _named(call), call.body["token"]
    if "." in secret:
        raise errors.invalid("token", "must be opaque: an access token that is a JWT cannot be revoked")
    of_application = OAUTH_TOKENS.c.application_id == application["id"]
    token = call.store.find(OAUTH_TOKENS, OAUTH_TOKENS.c.secret == secret, of_application)
    if token is None:
        raise machine_tokens.unverified(OAUTH_TOKENS.name)
    # All tokens of a user belong to the one grant that the user has given to the application.
    grant = (of_application, OAUTH_TOKENS.c.user_id == token["subject"], ~OAUTH_TOKENS.c.revoked)
    call.store.update_all(OAUTH_TOKENS, *grant, revoked=True)


@operation("verifyOAuthAccessToken")
def verify_oauth_access_token(call: Call) -> Json:
    secret = call.body["access_token"]
    if "." in secret:
        token = oauth_tokens.of_jwt(call.store, call.keys, secret)
        return {"active": False} if token is None else machine_tokens.show(call, token)
    return machine_tokens.show(call, machine_tokens.verified(call, OAUTH_TOKENS, secret))


def _named(call: Call) -> Json:
    return call.named(OAUTH_APPLICATIONS, "oauth_application_id")


def _changes(body: Json, application: Json) -> Json:
    """What the body says of an application, checked. Null is as good as nothing."""
    given = {name: value for name, value in body.items() if value is not None}
    changes: Json = {
        name: given[name] for name in ("consent_screen_enabled", "pkce_required", "public") if name in given
    }
    if "name" in given:
        changes["name"] = _name(given["name"])
    if "scopes" in given:
        changes["scopes"] = _scopes(given["scopes"])
    if "callback_url" in given or "redirect_uris" in given:
        first = [given["callback_url"]] if given.get("callback_url") else []
        changes["redirect_uris"] = _redirect_uris(first, given.get("redirect_uris", []))
    if changes.get("public", application["public"]):
        if given.get("pkce_required") is False:
            message = "pkce_required must be true for a client that is public."
            raise Refusal(
                422, "form_public_client_requires_pkce", "PKCE is required", message, param_name="pkce_required"
            )
        changes["pkce_required"] = True
    return changes


def _name(value: str) -> str:
    if not value.strip():
        raise errors.null("name")
    if len(value) > _NAME_LIMIT:
        message = f"name must not have more than {_NAME_LIMIT} characters."
        raise Refusal(422, "form_param_max_length_exceeded", "is too long", message, param_name="name")
    return value


def _scopes(value: str) -> str:
    scopes = value.split()
    if not scopes or not set(scopes) <= set(_SCOPES):
        raise errors.invalid("scopes", f"must be some of {', '.join(_SCOPES)}, with spaces in between")
    return " ".join(dict.fromkeys(scopes))


def _redirect_uris(callback: list[str], uris: list[str]) -> list[str]:
    """All redirect URIs; the callback URL, by which older callers know the first one, can be among them as well."""
    for uri in callback:
        value_rules.url("callback_url", uri, schemes=())
    for uri in uris:
        value_rules.url("redirect_uris", uri, schemes=())
    if len(set(uris)) < len(uris):
        raise Refusal(400, "duplicate_record", "has duplicates", "redirect_uris must not hold a URI twice.")
    return list(dict.fromkeys(callback + uris))


def _show_with_secret(call: Call, row: Json) -> Json:
    return {**_show(call, row), "client_secret": "" if row["public"] else row["_client_secret"]}


def _show_all(call: Call, rows: list[Json]) -> list[Json]:
    return [_show(call, row) for row in rows]


def _show(call: Call, row: Json) -> Json:
    frontend = call.keys.issuer
    return {
        **shown(row),
        "callback_url": next(iter(row["redirect_uris"]), ""),
        "client_image_url": images.url(call, row) if row["_image"] else None,
        "authorize_url": f"{frontend}/oauth/authorize",
        "token_fetch_url": f"{frontend}/oauth/token",
        "token_introspection_url": f"{frontend}/oauth/token_info",
        "user_info_url": f"{frontend}/oauth/userinfo",
        "discovery_url": f"{frontend}/.well-known/openid-configuration",
    }
