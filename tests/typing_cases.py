"""Public types, checked by mypy --strict and pyright strict.

A line whose argument must be rejected has an ignore comment, which both checkers report as unused if the argument is
accepted.
"""

from __future__ import annotations

from typing import Any, Literal, assert_type

from clerk_bapi import UNSET, AsyncClient, Client, DetailedResponse, ErrorDetail, File, NotFound, Page, Request, Unset
from clerk_bapi.api import (
    create_actor_token,
    create_bulk_invitations,
    create_email_address,
    create_enterprise_connection,
    create_organization,
    create_organization_domain,
    create_user,
    delete_svix_app,
    get_jwks,
    get_public_interstitial,
    get_user,
    list_api_keys,
    list_organization_domains,
    list_sessions,
    list_users,
    refresh_session,
    set_user_profile_image,
    update_user,
    verify_domain_proxy,
    verify_oauth_access_token,
)
from clerk_bapi.dicts import CreateBulkInvitationsItemDict
from clerk_bapi.events import OrganizationDeletedEvent, UserCreatedEvent, WebhookEvent, read_event
from clerk_bapi.models import (
    JWKS,
    CreateActorTokenActor,
    CreateBulkInvitationsItem,
    CreateEnterpriseConnectionSAML,
    DeletedObject,
    EmailAddress,
    InactiveOAuthAccessToken,
    InvitationPage,
    OAuthAccessTokenInfo,
    Organization,
    OrganizationMembership,
    Session,
    SessionCookies,
    SessionPage,
    SessionToken,
    User,
    VerificationOTP,
)


def results(client: Client) -> None:
    assert_type(client.send(get_user("user_1")), User)
    assert_type(client.send(list_users(limit=10)), list[User])
    assert_type(client.send_detailed(get_user("user_1")), DetailedResponse[User])
    assert_type(client.send_detailed(get_user("user_1")).value, User)
    assert_type(client.users.get("user_1"), User)
    assert_type(client.users.list(), list[User])
    assert_type(client.users.delete("user_1"), DeletedObject)
    assert_type(client.organizations.create(name="Acme"), Organization)
    assert_type(client.send(get_public_interstitial()), str)
    client.send(delete_svix_app())
    assert_type(delete_svix_app(), Request[None])
    assert_type(
        client.send(refresh_session("sess_1", expired_token="t", refresh_token="r", request_origin="o")),
        SessionToken,
    )
    assert_type(
        client.send(refresh_session("s", expired_token="t", refresh_token="r", request_origin="o", format="cookie")),
        SessionCookies,
    )
    assert_type(client.sessions.refresh("s", expired_token="t", refresh_token="r", request_origin="o"), SessionToken)
    assert_type(
        client.send(verify_oauth_access_token(access_token="t")), OAuthAccessTokenInfo | InactiveOAuthAccessToken
    )


async def results_async(client: AsyncClient) -> None:
    assert_type(await client.send(get_user("user_1")), User)
    assert_type(await client.users.get("user_1"), User)
    assert_type(await client.users.list(), list[User])
    assert_type(await client.send_detailed(get_user("user_1")), DetailedResponse[User])


def pages(client: Client, flag: bool) -> None:
    assert_type(list_sessions(), Request[list[Session]])
    assert_type(list_sessions(paginated=False), Request[list[Session]])
    assert_type(list_sessions(paginated=True), Request[SessionPage])
    assert_type(client.sessions.list(), list[Session])
    assert_type(client.sessions.list(paginated=True), SessionPage)
    assert_type(client.sessions.list(paginated=flag), list[Session] | SessionPage)


def rows(client: Client) -> None:
    page = client.organizations.list()
    for organization in page:
        assert_type(organization, Organization)
    assert_type([one.id for one in client.invitations.list(paginated=True)], list[str])
    assert_type(page[0], Organization)
    assert_type(page[:2], list[Organization])
    assert_type(page["total_count"], Any)
    assert_type(len(page), int)
    assert_type(dict(page), dict[str, Any])
    assert_type(list(page), list[Organization])
    listed: Page[Organization] = page
    assert_type(list(listed), list[Organization])


def attributes(user: User) -> None:
    assert_type(user.id, str)
    assert_type(user.first_name, str | None)
    assert_type(user.object, Literal["user"])
    assert_type(user.created_at, int)
    assert_type(user.email_addresses, list[EmailAddress])
    assert_type(user.public_metadata, dict[str, Any])
    assert_type(user["something_new"], Any)
    assert_type("locale" in user, bool)
    assert_type(user.to_dict(), dict[str, Any])
    assert_type(User.from_dict({}), User)
    _ = user.first_nam  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]


def narrowing(address: EmailAddress, response: SessionToken | SessionCookies) -> None:
    verification = address.verification
    if verification is not None and verification.object == "verification_otp":
        assert_type(verification, VerificationOTP)
    if response.object == "token":
        assert_type(response.jwt, str)
    else:
        assert_type(response.cookies, list[str])


def events(body: dict[str, Any]) -> None:
    event = read_event(body)
    if event.type == "user.created":
        assert_type(event, UserCreatedEvent)
        assert_type(event.data, User)
    if isinstance(event, OrganizationDeletedEvent):
        assert_type(event.data, DeletedObject)


def nested(user: User, membership: OrganizationMembership, page: InvitationPage, keys: JWKS) -> None:
    """Also run with unexpected values, by test_attributes.py."""
    for address in user.email_addresses:
        assert_type(address.id, str | None)
        verification = address.verification
        if verification is not None:
            assert_type(verification.expire_at, int | None)
            if verification.strategy == "ticket":
                assert_type(verification.attempts, int | None)
    assert_type([account.provider for account in user.external_accounts], list[str])
    assert_type(user.public_metadata.get("plan"), Any | None)
    assert_type(membership.organization.id, str)
    assert_type(membership.organization.public_metadata.get("plan"), Any | None)
    assert_type([invitation.id for invitation in page.data], list[str])
    assert_type(page.total_count, int)
    for key in keys.keys or []:
        assert_type(key.kid, str)
        if key.kty == "RSA":
            assert_type(key.n, str)
        for certificate in key.x5c or []:
            assert_type(certificate, str)


def unknown(event: WebhookEvent) -> None:
    """Also run with unexpected values."""
    assert_type(event.data.id, str | None)
    if event.type == "user.created":
        assert_type([address.id for address in event.data.email_addresses], list[str | None])


def arguments(maybe: str | None) -> None:
    update_user("user_1", first_name=None, last_name=UNSET)
    update_user("user_1", first_name=maybe if maybe else UNSET)
    assert_type(update_user("user_1", first_name="Ada"), Request[User])
    unset: Unset = UNSET
    create_organization(name="Acme", slug=unset)
    create_bulk_invitations(invitations=[CreateBulkInvitationsItem(email_address="ada@example.com")])
    create_bulk_invitations([CreateBulkInvitationsItem(email_address="ada@example.com")])
    create_bulk_invitations([{"email_address": "ada@example.com", "notify": False}])
    items: list[CreateBulkInvitationsItemDict] = [{"email_address": "ada@example.com"}]
    create_bulk_invitations(items)
    create_enterprise_connection(
        name="Acme", provider="saml_okta", domains=["acme.com"], saml={"attribute_mapping": {"user_id": "uid"}}
    )
    CreateEnterpriseConnectionSAML(attribute_mapping={"user_id": "uid"})
    create_actor_token(user_id="user_1", actor=CreateActorTokenActor(sub="user_2", iss="https://example.com"))
    create_actor_token(user_id="user_1", actor={"sub": "user_2", "iss": "https://example.com"})
    list_users(order_by="-last_sign_in_at")
    create_user(password_hasher="argon2id", password_digest="x")
    list_organization_domains("org_1", enrollment_mode=["-enterprise_sso"], verified=True)
    list_api_keys(subject="user_1", include_invalid=True)
    set_user_profile_image("user_1", file=b"png")
    set_user_profile_image("user_1", file=File(b"png", "me.png"))
    list_users(email_address=("ada@example.com",), banned=True)
    get_jwks()


def rejected() -> None:
    get_user()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    get_user(5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    get_user("user_1", "user_2")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    list_users(limit="10")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    list_users(limit=None)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    list_users(order_by="-created")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    create_user(password_hasher="rot13")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    create_organization_domain("org_1")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    verify_domain_proxy(domain_id="dmn_1")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    create_bulk_invitations([{"email": "a"}])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
    create_bulk_invitations([{"notify": True}])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
    CreateActorTokenActor(iss="a")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    verify_oauth_access_token()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    list_users(nonsense=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    create_email_address(email_address="ada@example.com")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    create_organization(name=None)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    CreateBulkInvitationsItem()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    CreateBulkInvitationsItem(email_address="a", nonsense=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    Client()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def errors(error: NotFound) -> None:
    assert_type(error.status_code, int)
    assert_type(error.errors, list[ErrorDetail])
    assert_type(error.errors[0].meta, dict[str, Any])
    assert_type(error.trace_id, str | None)
    assert_type(error.retry_after, float | None)
