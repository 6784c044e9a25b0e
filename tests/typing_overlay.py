"""Public types of the overlay. Type checkers check them like `typing_cases.py`; they never run."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, assert_type

import httpx
from django.http import HttpRequest
from starlette.requests import HTTPConnection

import clerkkit
from clerk_bapi.api import get_user, list_organizations, list_users
from clerk_bapi.events import UserCreatedEvent
from clerk_bapi.models import (
    DeletedObject,
    EmailAddress,
    OAuthAccessToken,
    Organization,
    OrganizationMembership,
    OrganizationMembershipPage,
    Session,
    SessionToken,
    User,
)
from clerkkit import (
    AsyncClerk,
    Clerk,
    ClerkError,
    Drift,
    Model,
    NotFound,
    RateLimitOptions,
    Request,
    codes,
    to_datetime,
)
from clerkkit.api.users import password_matches
from clerkkit.auth import MachineToken, SessionClaims
from clerkkit.integrations import asgi, django, fastapi, starlette, wsgi
from clerkkit.testing import SignedWebhook, instance, signed_webhook
from clerkkit.webhooks import Reason, WebhookEvent, WebhookVerificationError, verify_webhook


def pages(clerk: Clerk) -> None:
    clerk.users.iterate(limit=10)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    clerk.users.update("user_1", public_metadata={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    assert_type(clerk.users.iterate(page_size=500), Iterator[User])
    assert_type(clerk.organizations.iterate(), Iterator[Organization])
    assert_type(clerk.paginate(list_users, email_address=["a@example.com"]), Iterator[User])
    assert_type(clerk.paginate(list_organizations, query="acme"), Iterator[Organization])
    clerk.paginate(list_organizations, no_such_filter=True)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    assert_type(clerk.map([get_user("user_1")]), Iterator[User | ClerkError])
    assert_type(clerk.map([password_matches("user_1", "x")]), Iterator[bool | ClerkError])
    assert_type(clerk.request("GET", "/anything"), Any)
    assert_type(clerk.request("GET", "/users/user_1", model=User), User)
    assert_type(clerk.request("GET", "/users", model=list[User]), list[User])
    assert_type(clerk.with_options(max_retries=0), Clerk)


def resources(clerk: Clerk, opened: Path) -> None:
    assert_type(clerk.users.set_profile_image("user_1", "me.png"), User)
    assert_type(clerk.users.set_profile_image("user_1", file=opened), User)
    clerk.users.set_profile_image("user_1", 5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    with opened.open("rb") as file:
        assert_type(clerk.organizations.upload_logo("org_1", file).id, str)
    assert_type(clerk.users.update_metadata("user_1", public_metadata={"a": None}), User)
    assert_type(clerk.users.replace_metadata("user_1", unsafe_metadata={}), User)
    assert_type(clerk.organizations.replace_metadata("org_1", private_metadata={}), Organization)
    assert_type(clerk.organization_memberships.replace_metadata("o", "u", public_metadata={}), OrganizationMembership)
    clerk.users.update_metadata("user_1", public={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    clerk.organizations.replace_metadata("o", unsafe_metadata={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    clerk.organization_memberships.replace_metadata("o", "u", unsafe_metadata={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    assert_type(clerk.users.find(email_address="ada@example.com"), User | None)
    clerk.users.find()  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    clerk.users.find(username="ada", external_id="7")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    assert_type(clerk.organization_memberships.get("org_1", "user_1"), OrganizationMembership | None)
    assert_type(clerk.sessions.revoke_all("user_1"), list[Session])
    assert_type(clerk.users.password_matches("user_1", "x"), bool)
    assert_type(clerk.users.list_oauth_access_tokens("user_1", "google"), list[OAuthAccessToken])
    assert_type(clerk.users.iterate_oauth_access_tokens("user_1", "google"), Iterator[OAuthAccessToken])
    assert_type(clerk.users.oauth_access_token("user_1", "google"), list[OAuthAccessToken])
    assert_type(clerk.users.get_id("user_1"), User)
    assert_type(clerk.users.list_memberships("user_1", limit=5), OrganizationMembershipPage)
    assert_type(clerk.email_addresses.get_id("idn_1"), EmailAddress)
    assert_type(clerk.jwt_templates.delete_id("jtmp_1"), DeletedObject)
    assert_type(
        clerk.sessions.create_from_jwt_template("sess_1", "mine", expires_in_seconds=60),
        SessionToken,
    )


def deprecated(clerk: Clerk) -> None:
    clerk.clients.list()  # pyright: ignore[reportDeprecated]
    clerk.clients.list(paginated=True)  # pyright: ignore[reportDeprecated]
    clerk.saml_connections.iterate()  # pyright: ignore[reportDeprecated]
    clerk.users.get_oauth_access_token("user_1", "google")  # pyright: ignore[reportDeprecated]


def times(clerk: Clerk, user: User) -> None:
    assert_type(to_datetime(user.created_at), datetime)
    assert_type(to_datetime(user.last_sign_in_at), datetime | None)
    clerk.users.list(created_at_after=datetime.now().astimezone())
    clerk.users.list(created_at_after="2026-01-31T12:00:00Z", created_at_before=1769860800123)


def errors(clerk: Clerk) -> None:
    try:
        clerk.users.get("user_1")
    except NotFound as error:
        assert_type(error.has_code(codes.RESOURCE_NOT_FOUND), bool)
        assert_type(error.code, str | None)
        assert_type(error.message, str)
        assert_type(error.errors[0].param_name, str | None)
    except RateLimitOptions:  # type: ignore[misc]  # pyright: ignore[reportGeneralTypeIssues]
        pass
    except clerkkit.errors.TokenRefused as refused:
        assert_type(refused.message, str)
    except (clerkkit.errors.TimedOut, TimeoutError) as late:
        assert_type(late.errno, int | None)
    for result in clerk.map([get_user("user_1")]):
        if isinstance(result, ClerkError):
            assert_type(result.failed_request, Request[Any] | None)


def drift(drifts: list[Drift]) -> None:
    assert_type(drifts[0].pointer, str)


async def asynchronous(clerk: AsyncClerk) -> None:
    assert_type(await clerk.users.set_profile_image("user_1", b""), User)
    assert_type(await clerk.users.totp_matches("user_1", "123456"), bool)
    assert_type(await clerk.users.get_id("user_1"), User)
    assert_type(clerk.users.iterate(), AsyncIterator[User])
    assert_type(clerk.paginate(list_users), AsyncIterator[User])
    assert_type(clerk.map([get_user("user_1")]), AsyncIterator[User | ClerkError])
    assert_type(await clerk.request("GET", "/anything"), Any)
    assert_type(await clerk.request("GET", "/users/user_1", model=User), User)
    async with AsyncClerk(on_drift=drift) as other:
        assert_type(other.with_options(timeout=5), AsyncClerk)


def webhooks(body: bytes, environ: dict[str, Any], scope: list[tuple[bytes, bytes]]) -> None:
    event = verify_webhook(body, {"svix-id": "x"}, ["whsec_a"], tolerance=1, now=1.5)
    assert_type(event, WebhookEvent)
    if event.type == "user.created":
        assert_type(event, UserCreatedEvent)
        assert_type(event.data, User)
    assert_type(Clerk().webhooks.verify(body, environ), WebhookEvent)
    assert_type(AsyncClerk().webhooks.verify(body, scope, ["whsec_a"], tolerance=1), WebhookEvent)
    assert_type(clerkkit.events.EVENTS, Mapping[str, type[Model]])
    verify_webhook(body, environ)
    verify_webhook(body, scope)
    verify_webhook(body, httpx.Headers())
    verify_webhook("text", {})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    verify_webhook(body, "headers")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    try:
        verify_webhook(body, {})
    except WebhookVerificationError as error:
        assert_type(error.reason, Reason)
    assert_type(signed_webhook({"type": "x"}), SignedWebhook)
    assert_type(instance().session_token(version=1), str)


def frameworks() -> None:
    assert_type(fastapi.require_auth(role="admin"), Callable[[HTTPConnection], Awaitable[SessionClaims]])
    assert_type(fastapi.require_auth(token_type="api_key"), Callable[[HTTPConnection], Awaitable[MachineToken]])
    assert_type(starlette.require_auth(), Callable[[HTTPConnection], SessionClaims])


def callers(connection: HTTPConnection, request: HttpRequest, environ: dict[str, Any]) -> None:
    assert_type(fastapi.get_auth(connection), SessionClaims | None)
    assert_type(starlette.get_auth(connection, token_type="session_token"), SessionClaims | None)
    assert_type(django.get_auth(request, token_type="api_key"), MachineToken | None)
    assert_type(wsgi.get_auth(environ, token_type="any"), SessionClaims | MachineToken | None)
    assert_type(asgi.get_auth(environ, token_type=["api_key", "m2m_token"]), SessionClaims | MachineToken | None)
    wsgi.get_auth(environ, token_type="sessions")  # type: ignore[arg-type]  # pyright: ignore[reportCallIssue, reportArgumentType]
