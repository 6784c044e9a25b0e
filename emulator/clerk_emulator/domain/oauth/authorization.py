"""Requests for authorization: an application sends a user here, who comes back with a code."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clerk_emulator.domain.access.origins import with_parameters
from clerk_emulator.domain.oauth import applications, grants
from clerk_emulator.domain.oauth.errors import OAuthError, invalid_client, invalid_request
from clerk_emulator.domain.oauth.scopes import DEFAULT, ORGANIZATION
from clerk_emulator.domain.tokens import jwts
from clerk_emulator.json_types import Json
from clerk_emulator.storage.keys import Keys
from clerk_emulator.storage.store import Store

_MIN_STATE = 8
_PROMPTS = {"none", "login", "consent"}
_RESPONSE_MODES = ("query", "form_post")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_LOGIN = "oauth_login"


class NextStep(enum.Enum):
    """What the user must do before the application gets an answer."""

    SIGN_IN = "sign in"
    CONSENT = "consent"


@dataclass(frozen=True)
class AuthorizationResponse:
    """The answer to an application, which the user's browser takes there."""

    redirect_uri: str
    response_mode: str
    parameters: dict[str, str]

    @property
    def location(self) -> str:
        """The redirect URI with the parameters in its query."""
        return with_parameters(self.redirect_uri, **self.parameters)


class AuthorizationError(OAuthError):
    """An error that is sent to the redirect URI of the application."""

    def __init__(self, request: AuthorizationRequest, error: str, description: str) -> None:
        super().__init__(error, description)
        self.response = request.answer(error=error, error_description=description)


@dataclass(frozen=True)
class AuthorizationRequest:
    """A request for authorization of a known application."""

    application: Json
    redirect_uri: str
    is_redirect_uri_sent: bool
    response_mode: str
    state: str | None
    scopes: Sequence[str] = ()
    prompts: frozenset[str] = frozenset()
    code_challenge: str | None = None
    nonce: str | None = None

    def answer(self, **parameters: str) -> AuthorizationResponse:
        """Return the answer to the application with these parameters."""
        state = {} if self.state is None else {"state": self.state}
        return AuthorizationResponse(self.redirect_uri, self.response_mode, {**parameters, **state})

    def denied(self) -> AuthorizationError:
        """Return the error for a user who does not consent."""
        return AuthorizationError(self, "access_denied", "The user did not grant access.")


def parse(store: Store, parameters: Mapping[str, str]) -> AuthorizationRequest:
    """Return a valid request.

    Raises AuthorizationError for an error that is sent to the application, and OAuthError for an unknown application or
    redirect URI, to which the browser must not be sent.
    """
    sent = {name: value for name, value in parameters.items() if value}
    application = applications.find(store, sent["client_id"]) if "client_id" in sent else None
    if application is None:
        raise invalid_client("There is no application with this client_id.")
    mode = sent.get("response_mode", "query")
    request = AuthorizationRequest(
        application=application,
        redirect_uri=_redirect_uri(application, sent.get("redirect_uri")),
        is_redirect_uri_sent="redirect_uri" in sent,
        response_mode=mode if mode in _RESPONSE_MODES else "query",
        state=sent.get("state"),
    )
    if mode not in _RESPONSE_MODES:
        raise AuthorizationError(request, "invalid_request", "The response_mode must be query or form_post.")
    if sent.get("response_type") != "code":
        raise AuthorizationError(request, "unsupported_response_type", "The response_type must be code.")
    prompts = frozenset(sent.get("prompt", "").split())
    if not prompts <= _PROMPTS or ("none" in prompts and len(prompts) > 1):
        raise AuthorizationError(request, "invalid_request", "The prompt must be none, or login and consent.")
    return AuthorizationRequest(
        application=application,
        redirect_uri=request.redirect_uri,
        is_redirect_uri_sent=request.is_redirect_uri_sent,
        response_mode=mode,
        state=request.state,
        scopes=_scopes(request, sent.get("scope", "")),
        prompts=prompts,
        code_challenge=_code_challenge(request, sent),
        nonce=sent.get("nonce"),
    )


def respond(
    store: Store, request: AuthorizationRequest, session: Json | None, *, has_just_signed_in: bool = False
) -> AuthorizationResponse | NextStep:
    """Return the answer to the application, or what the user must do first.

    `session` is the user's active session. `has_just_signed_in` says that it began for this request. Raises
    AuthorizationError if the user would have to do something, and the application wants no prompt.
    """
    silent = "none" in request.prompts
    if session is None or ("login" in request.prompts and not has_just_signed_in):
        if silent:
            raise AuthorizationError(request, "login_required", "The user is not signed in.")
        return NextStep.SIGN_IN
    if _needs_consent(store, request, session):
        if silent:
            raise AuthorizationError(request, "consent_required", "The user has not consented to these scopes.")
        return NextStep.CONSENT
    return grant(store, request, session, session["last_active_organization_id"])


def grant(
    store: Store, request: AuthorizationRequest, session: Json, organization_id: str | None
) -> AuthorizationResponse:
    """Return the answer with a code. The tokens for it are for an organization, if the scopes ask for one."""
    now = store.clock.now()
    store.delete(grants.OAUTH_CODES, grants.OAUTH_CODES.c.created_at <= now - 24 * 3600 * 1000)
    secret = store.ids.secret(40)
    store.create(
        grants.OAUTH_CODES,
        {
            "redirect_uri": request.redirect_uri if request.is_redirect_uri_sent else None,
            "scopes": list(request.scopes),
            "code_challenge": request.code_challenge,
            "nonce": request.nonce,
            "expires_at": now + grants.CODE_SECONDS * 1000,
            "used": False,
            "organization_id": organization_id if ORGANIZATION in request.scopes else None,
            "_application_id": request.application["id"],
            "_user_id": session["user_id"],
            "_secret": secret,
        },
    )
    return request.answer(code=secret)


def login_token(store: Store, keys: Keys) -> str:
    """Return a token that says when the user was asked to sign in again."""
    return jwts.sign(keys, {"st": _LOGIN, **jwts.lifetime(store, grants.CODE_SECONDS)})


def began_after(store: Store, keys: Keys, session: Json | None, token: str | None) -> bool:
    """Return whether a session began after the user was asked to sign in again, within the lifetime of the token."""
    claims = jwts.read(keys, token or "") or {}
    if session is None or claims.get("st") != _LOGIN or claims["exp"] * 1000 <= store.clock.now():
        return False
    return bool(session["created_at"] // 1000 >= claims["iat"])


def _redirect_uri(application: Json, sent: str | None) -> str:
    registered: list[str] = application["redirect_uris"]
    if sent is None:
        if len(registered) == 1:
            return registered[0]
        raise invalid_request("The redirect_uri is missing, and the application has not exactly one.")
    # Compared as a whole: matching parts of it is how open redirects arise.
    if sent not in registered:
        raise invalid_request("The redirect_uri is not one of the application's.")
    return sent


def _scopes(request: AuthorizationRequest, sent: str) -> list[str]:
    allowed: list[str] = request.application["scopes"].split()
    requested = list(dict.fromkeys(sent.split()))
    if not requested:
        return [scope for scope in allowed if scope in DEFAULT] or allowed
    for scope in requested:
        if scope not in allowed:
            raise AuthorizationError(request, "invalid_scope", f"The application may not ask for the scope {scope}.")
    return requested


def _code_challenge(request: AuthorizationRequest, sent: Mapping[str, str]) -> str | None:
    """Return the code challenge (PKCE). It, or a state of some length, protects against forged requests."""
    challenge = sent.get("code_challenge")
    if challenge is None:
        if request.application["pkce_required"] or request.application["public"]:
            raise AuthorizationError(request, "invalid_request", "The application must send a code_challenge.")
        if request.state is None or len(request.state) < _MIN_STATE:
            message = f"The state must have at least {_MIN_STATE} characters."
            raise AuthorizationError(request, "invalid_request", message)
        return None
    if sent.get("code_challenge_method") != "S256":
        raise AuthorizationError(request, "invalid_request", "The code_challenge_method must be S256.")
    if not _CHALLENGE.fullmatch(challenge):
        raise AuthorizationError(request, "invalid_request", "The code_challenge must be a SHA-256 hash in base64url.")
    return challenge


def _needs_consent(store: Store, request: AuthorizationRequest, session: Json) -> bool:
    application = request.application
    if "consent" in request.prompts:
        return True
    # That a consent is remembered is our choice.
    return bool(application["consent_screen_enabled"]) and not (
        set(request.scopes) <= grants.consented_scopes(store, application, session["user_id"])
    )
