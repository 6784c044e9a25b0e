"""Examples of `machines`, `m2m`, `api_keys`, `oauth_applications` and `oauth_access_tokens`."""

from __future__ import annotations

from clerkkit import Clerk
from clerkkit.models import OAuthAccessTokenInfo


def create_machine(clerk: Clerk) -> None:
    machine = clerk.machines.create(
        name="billing", default_token_ttl=300, scoped_machines=["mch_3DaSgF8sLqU3vWoXy5ZaC7dEgIk"]
    )
    print(machine.name, machine.default_token_ttl)


def get_machine(clerk: Clerk) -> None:
    machine = clerk.machines.get("mch_3DaSgE7rKpT2uVnWx4YzB6cDfHj")
    print(machine.name, [scoped.name for scoped in machine.scoped_machines])


def list_machines(clerk: Clerk) -> None:
    machines = clerk.machines.list(order_by="name")
    for machine in machines.data:
        print(machine.id, machine.name)


def update_machine(clerk: Clerk) -> None:
    machine = clerk.machines.update("mch_3DaSgE7rKpT2uVnWx4YzB6cDfHj", name="nightly worker", default_token_ttl=600)
    print(machine.name, machine.default_token_ttl)


def delete_machine(clerk: Clerk) -> None:
    deleted = clerk.machines.delete("mch_3DaSgE7rKpT2uVnWx4YzB6cDfHj")
    print(deleted.id, deleted.deleted)


def create_machine_scope(clerk: Clerk) -> None:
    scope = clerk.machines.create_scope(
        "mch_3DaSgF8sLqU3vWoXy5ZaC7dEgIk", to_machine_id="mch_3DaSgE7rKpT2uVnWx4YzB6cDfHj"
    )
    print(scope.from_machine_id, scope.to_machine_id)


def delete_machine_scope(clerk: Clerk) -> None:
    deleted = clerk.machines.delete_scope("mch_3DaSgE7rKpT2uVnWx4YzB6cDfHj", "mch_3DaSgF8sLqU3vWoXy5ZaC7dEgIk")
    print(deleted.deleted)


def get_machine_secret_key(clerk: Clerk) -> None:
    key = clerk.machines.get_secret_key("mch_3DaSgE7rKpT2uVnWx4YzB6cDfHj")
    print(key.secret)


def rotate_machine_secret_key(clerk: Clerk) -> None:
    key = clerk.machines.rotate_secret_key("mch_3DaSgE7rKpT2uVnWx4YzB6cDfHj", previous_token_ttl=3600)
    print(key.secret)


def create_m2m_token(clerk: Clerk, secret_key: str) -> None:
    token = clerk.m2m.create_token(seconds_until_expiration=3600, claims={"job": "nightly"})
    print(token.subject, token.scopes)


def list_m2m_tokens(clerk: Clerk) -> None:
    tokens = clerk.m2m.list_tokens(subject="mch_3DaSgE7rKpT2uVnWx4YzB6cDfHj")
    for token in tokens.m2m_tokens:
        print(token.subject, token.expired)


def verify_m2m_token(clerk: Clerk, m2m_token: str) -> None:
    token = clerk.m2m.verify_token(token=m2m_token)
    print(token.subject, token.claims)


def revoke_m2m_token(clerk: Clerk, m2m_token_id: str) -> None:
    token = clerk.m2m.revoke_token(m2m_token_id, revocation_reason="The worker was replaced")
    print(token.revoked, token.revocation_reason)


def create_api_key(clerk: Clerk) -> None:
    key = clerk.api_keys.create(name="Laptop", subject="user_3DaSgCbQfqk5Fh2hXwTzLmN8pRv", scopes=["reports:read"])
    print(key.secret, key.scopes)


def get_api_key(clerk: Clerk, api_key_id: str) -> None:
    key = clerk.api_keys.get(api_key_id)
    print(key.name, key.subject)


def list_api_keys(clerk: Clerk) -> None:
    keys = clerk.api_keys.list(subject="user_3DaSgCbQfqk5Fh2hXwTzLmN8pRv")
    for key in keys.data:
        print(key.name, key.scopes)


def get_api_key_secret(clerk: Clerk, api_key_id: str) -> None:
    key = clerk.api_keys.get_secret(api_key_id)
    print(key.secret)


def update_api_key(clerk: Clerk, api_key_id: str) -> None:
    key = clerk.api_keys.update(api_key_id, description="For the builds", scopes=["reports:read", "reports:write"])
    print(key.description, key.scopes)


def verify_api_key(clerk: Clerk, api_key: str) -> None:
    key = clerk.api_keys.verify(secret=api_key)
    print(key.subject, key.scopes)


def revoke_api_key(clerk: Clerk, api_key_id: str) -> None:
    key = clerk.api_keys.revoke(api_key_id, revocation_reason="It was in a log")
    print(key.revoked, key.revocation_reason)


def delete_api_key(clerk: Clerk, api_key_id: str) -> None:
    deleted = clerk.api_keys.delete(api_key_id)
    print(deleted.deleted)


def create_oauth_application(clerk: Clerk) -> None:
    application = clerk.oauth_applications.create(
        name="Notes", redirect_uris=["https://notes.example/callback"], scopes="profile email"
    )
    print(application.name, application.scopes)


def get_oauth_application(clerk: Clerk) -> None:
    application = clerk.oauth_applications.get("oauthapp_calendar")
    print(application.name, application.redirect_uris)


def list_oauth_applications(clerk: Clerk) -> None:
    applications = clerk.oauth_applications.list(order_by="name")
    for application in applications.data:
        print(application.id, application.name)


def update_oauth_application(clerk: Clerk) -> None:
    application = clerk.oauth_applications.update("oauthapp_calendar", name="Calendar 2", pkce_required=True)
    print(application.name, application.pkce_required)


def delete_oauth_application(clerk: Clerk) -> None:
    deleted = clerk.oauth_applications.delete("oauthapp_calendar")
    print(deleted.id, deleted.deleted)


def upload_oauth_application_logo(clerk: Clerk) -> None:
    application = clerk.oauth_applications.upload_logo("oauthapp_calendar", "acme.png")
    print(application.name)


def rotate_oauth_application_secret(clerk: Clerk) -> None:
    application = clerk.oauth_applications.rotate_secret("oauthapp_calendar")
    print(application.client_id)


def revoke_oauth_application_token(clerk: Clerk, access_token: str) -> None:
    clerk.oauth_applications.revoke_token("oauthapp_calendar", token=access_token)


def verify_oauth_access_token(clerk: Clerk, access_token: str) -> None:
    token = clerk.oauth_access_tokens.verify(access_token=access_token)
    if isinstance(token, OAuthAccessTokenInfo):
        print(token.subject, token.scopes)
