"""Call the emulator with each method of Clerk's SDK for Python, and print the results as JSON.

This runs in an environment with that SDK and without this project.
"""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Callable
from typing import Any

from clerk_backend_api import Clerk
from clerk_backend_api.security import VerifyTokenOptions, verify_token

GIVEN: dict[str, Any] = json.load(sys.stdin)
KNOWN: dict[str, Any] = GIVEN["known"]
URL, SECRET_KEY = GIVEN["origin"] + "/v1", GIVEN["secretKey"]
PIXEL = b"\x89PNG\r\n\x1a\n" + bytes(32)
outcomes: dict[str, str | None] = {}
clerk = Clerk(bearer_auth=SECRET_KEY, server_url=URL)


class Nothing:
    """Replaces the result of a failed call, so that the rest continues."""

    def __getattr__(self, name: str) -> Any:
        return None


def tell(name: str, work: Callable[[], Any]) -> Any:
    try:
        result = work()
    except Exception as error:
        outcomes[name] = f"{type(error).__name__}: {str(error)[:300]}"
        return Nothing()
    outcomes.setdefault(name, None)
    return result


def call(name: str, /, *positional: Any, **given: Any) -> Any:
    group, method = name.split(".")
    return tell(name, lambda: getattr(getattr(clerk, group), method)(*positional, **given))


def check(name: str, work: Callable[[], bool]) -> None:
    def checked() -> None:
        assert work()

    tell(name, checked)


def image() -> Any:
    return {"file_name": "a.png", "content": PIXEL, "content_type": "image/png"}


def users() -> tuple[Any, Any]:
    user = call(
        "users.create",
        email_address=["py@example.com"],
        username="py_user",
        password="correct horse battery",
        totp_secret="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
        backup_codes=["12345678"],
        web3_wallet=["0x" + "ef" * 20],
    )
    other = call("users.create", email_address=["py2@example.com"])
    call("users.list", request={"limit": 10})
    call("users.count", request={})
    call("users.update", user_id=user.id, first_name="Ada", create_organizations_limit=3)
    call("users.update_metadata", user_id=user.id, public_metadata={"a": 1})
    call("users.replace_metadata", user_id=user.id, public_metadata={"b": 1})
    call("users.set_profile_image", user_id=user.id, file=image())
    call("users.delete_profile_image", user_id=user.id)
    call("users.verify_password", user_id=user.id, password="correct horse battery")
    call("users.verify_totp", user_id=user.id, code="12345678")
    for method in ("ban", "unban", "lock", "unlock"):
        call(f"users.{method}", user_id=other.id)
    call("users.bulk_ban", user_ids=[other.id])
    call("users.bulk_unban", user_ids=[other.id])
    for method in ("set_password_compromised", "unset_password_compromised", "remove_password", "delete_totp"):
        call(f"users.{method}", user_id=user.id)
    call("users.update", user_id=user.id, backup_codes=["87654321"])
    call("users.delete_backup_codes", user_id=user.id)
    call("users.disable_mfa", user_id=user.id)
    wallet = (user.web3_wallets or [Nothing()])[0].id
    call("users.delete_web3_wallet", user_id=user.id, web3_wallet_identification_id=wallet)
    elsewhere = call("users.get", user_id=KNOWN["user"])
    account = (elsewhere.external_accounts or [Nothing()])[0]
    check("expire_at of a connected account is a number", lambda: account.verification.expire_at > 1e12)
    call("users.get_o_auth_access_token", user_id=KNOWN["user"], provider="google")
    call("users.list_trusted_devices", user_id=KNOWN["user"])
    call("users.revoke_trusted_device", user_id=KNOWN["user"], trusted_device_id=KNOWN["device"])
    call("users.delete_passkey", user_id=KNOWN["user"], passkey_identification_id=KNOWN["passkey"])
    call("users.delete_external_account", user_id=KNOWN["user"], external_account_id=KNOWN["account"])
    for group, kind, value in (
        ("email_addresses", "email_address", "py3@example.com"),
        ("phone_numbers", "phone_number", "+15555550121"),
    ):
        replacing = {"user_id": other.id, kind: value.replace("3", "4").replace("21", "22")}
        made = call(f"{group}.create", request={"user_id": user.id, kind: value, "verified": False})
        one = {f"{kind}_id": made.id}
        call(f"{group}.get", **one)
        sent = call(f"{group}.prepare_verification", **one)
        call(f"{group}.attempt_verification", **one, verification_id=sent.id, code="424242")
        call(f"{group}.update", **one, primary=False)
        call(f"{group}.delete", **one)
        call(f"{group}.replace_for_user", **replacing)
    return user, other


def sessions(user: Any, other: Any) -> None:
    session = call("sessions.create", request={"user_id": user.id})
    call("sessions.list", user_id=user.id)
    call("sessions.get", session_id=session.id)
    token = call("sessions.create_token", session_id=session.id)
    check("verify_token", lambda: verify_token(token.jwt, options())["sid"] == session.id)
    template = call("jwt_templates.create", request={"name": "py", "claims": {"a": "{{user.id}}"}})
    call("sessions.create_token_from_template", session_id=session.id, template_name="py")
    call("jwt_templates.list")
    call("jwt_templates.get", template_id=template.id)
    call("jwt_templates.update", template_id=template.id, name="py", claims={"a": 2})
    call("jwt_templates.delete", template_id=template.id)
    refresh = {name: KNOWN["refresh"][name] for name in ("expired_token", "refresh_token", "request_origin")}
    call("sessions.refresh", session_id=KNOWN["session"], **refresh)
    call("sessions.revoke", session_id=session.id)
    call("clients.get", client_id=session.client_id)
    call("clients.verify", request={"token": KNOWN["clientToken"]})
    call("jwks.get_jwks")
    call("testing_tokens.create")
    sign_in = call("sign_in_tokens.create", request={"user_id": user.id})
    call("sign_in_tokens.revoke", sign_in_token_id=sign_in.id)
    actor = call("actor_tokens.create", request={"user_id": user.id, "actor": {"sub": other.id}})
    call("actor_tokens.revoke", actor_token_id=actor.id)


def options(**given: Any) -> VerifyTokenOptions:
    return VerifyTokenOptions(**{"secret_key": SECRET_KEY, "api_url": GIVEN["origin"], **given})


def machines(user: Any) -> None:
    """Check that the SDK verifies machine tokens; it omits /v1 from the path."""
    machine = call("machines.create", request={"name": "one"})
    second = call("machines.create", request={"name": "two"})
    call("machines.list")
    call("machines.get", machine_id=machine.id)
    call("machines.update", machine_id=machine.id, name="uno")
    call("machines.create_scope", machine_id=machine.id, to_machine_id=second.id)
    secret = call("machines.get_secret_key", machine_id=machine.id).secret
    with Clerk(bearer_auth=secret, server_url=URL) as own:
        m2m = tell("m2m.create_token", lambda: own.m2m.create_token(seconds_until_expiration=60))
    call("m2m.list_tokens", subject=machine.id)
    call("m2m.verify_token", token=m2m.token)
    check("verify_token of a machine", lambda: bool(verify_token(m2m.token, options())))
    call("m2m.revoke_token", m2m_token_id=m2m.id)
    call("machines.delete_scope", machine_id=machine.id, other_machine_id=second.id)
    call("machines.rotate_secret_key", machine_id=machine.id, previous_token_ttl=0)
    call("machines.delete", machine_id=machine.id)
    key = call("api_keys.create_api_key", name="py key", subject=user.id)
    call("api_keys.get_api_keys", subject=user.id)
    call("api_keys.get_api_key", api_key_id=key.id)
    call("api_keys.update_api_key", api_key_id=key.id, description="d")
    call("api_keys.get_api_key_secret", api_key_id=key.id)
    call("api_keys.verify_api_key", secret=key.secret)
    check("verify_token of an API key", lambda: verify_token(key.secret, options())["subject"] == user.id)
    call("api_keys.revoke_api_key", api_key_id=key.id)
    call("api_keys.delete_api_key", api_key_id=key.id)
    call("oauth_access_tokens.verify", access_token=KNOWN["oauthToken"])
    check("verify_token of OAuth", lambda: verify_token(KNOWN["oauthToken"], options())["subject"] == KNOWN["user"])
    application = call("oauth_applications.create", request={"name": "py", "redirect_uris": ["https://x.dev/cb"]})
    one = {"oauth_application_id": application.id}
    call("oauth_applications.list")
    call("oauth_applications.get", **one)
    call("oauth_applications.update", **one, name="py2")
    call("oauth_applications.upload_logo", **one, file=image())
    call("oauth_applications.rotate_secret", **one)
    revoked = {"oauth_application_id": KNOWN["application"], "token": KNOWN["oauthToken"]}
    call("oauth_applications.revoke_token", **revoked)
    call("oauth_applications.delete", **one)


def organizations(user: Any, other: Any) -> None:
    permission = call("organization_permissions.create", name="P", key="org:py:read")
    call("organization_permissions.list")
    call("organization_permissions.get", permission_id=permission.id)
    call("organization_permissions.update", permission_id=permission.id, name="Q")
    role = call("organization_roles.create", name="R", key="org:py_role")
    call("organization_roles.list")
    call("organization_roles.get", organization_role_id=role.id)
    call("organization_roles.update", organization_role_id=role.id, name="S")
    both = {"organization_role_id": role.id, "permission_id": permission.id}
    call("organization_roles.assign_permission", **both)
    call("organization_roles.remove_permission", **both)
    one = {"organization_id": call("organizations.create", request={"name": "PY", "created_by": user.id}).id}
    call("organizations.list")
    call("organizations.get", **one)
    call("organizations.update", **one, name="PY2")
    call("organizations.merge_metadata", **one, public_metadata={"a": 1})
    call("organizations.replace_metadata", **one, public_metadata={})
    call("organizations.upload_logo", **one, file=image())
    call("organizations.delete_logo", **one)
    member = {**one, "user_id": other.id}
    call("organization_memberships.create", **member, role="org:member")
    call("organization_memberships.list", **one)
    call("organization_memberships.update", **member, role="org:admin")
    call("organization_memberships.update_metadata", **member, public_metadata={"a": 1})
    call("users.get_organization_memberships", user_id=other.id)
    call("users.get_instance_organization_memberships")
    call("organization_memberships.delete", **member)
    invited = {"email_address": "pyi@example.com", "role": "org:member"}
    invitation = {**one, "invitation_id": call("organization_invitations.create", **one, **invited).id}
    bulk = [{**invited, "email_address": "pyi2@example.com"}]
    call("organization_invitations.bulk_create", **one, request_body=bulk)
    call("organization_invitations.get", **invitation)
    for method, given in (("list", one), ("list_pending", one), ("get_all", {})):
        call(f"organization_invitations.{method}", **given)
    call("users.get_organization_invitations", user_id=user.id)
    call("organization_invitations.revoke", **invitation)
    enrollment = {"name": "py.dev", "enrollment_mode": "manual_invitation"}
    domain = {**one, "domain_id": call("organization_domains.create", **one, **enrollment).id}
    call("organization_domains.list", **one)
    call("organization_domains.list_all")
    call("organization_domains.update", **domain, enrollment_mode="automatic_invitation")
    call("organization_domains.verify_ownership", **domain)
    call("organization_domains.delete", **domain)
    roles = {"default_role_key": "org:member", "creator_role_key": "org:admin", "roles": ["org:admin", "org:member"]}
    role_set = {"role_set_key_or_id": call("role_sets.create", name="Set", key="role_set:py", **roles).id}
    call("role_sets.list")
    call("role_sets.get", **role_set)
    call("role_sets.update", **role_set, name="Set 2")
    call("role_sets.add_roles", **role_set, role_keys=["org:py_role"])
    call("role_sets.replace_role", **role_set, role_key="org:py_role", to_role_key="org:member")
    call("role_sets.replace", **role_set, dest_role_set_key="role_set:default")
    call("organization_roles.delete", organization_role_id=role.id)
    call("organization_permissions.delete", permission_id=permission.id)
    call("organizations.delete", **one)


def instance() -> None:
    for group in ("allowlist_identifiers", "blocklist_identifiers"):
        made = call(f"{group}.create", request={"identifier": "py_listed@example.com"})
        call(f"{group}.list")
        call(f"{group}.delete", identifier_id=made.id)
    invitation = call("invitations.create", request={"email_address": "pyinv@example.com"})
    call("invitations.bulk_create", request=[{"email_address": "pyinv2@example.com"}])
    call("invitations.list")
    call("invitations.revoke", invitation_id=invitation.id)
    entries = [call("waitlist_entries.create", request={"email_address": f"pyw{n}@example.com"}).id for n in range(3)]
    call("waitlist_entries.bulk_create", request=[{"email_address": "pyw9@example.com"}])
    call("waitlist_entries.list")
    for method, entry in zip(("invite", "reject", "delete"), entries, strict=True):
        call(f"waitlist_entries.{method}", waitlist_entry_id=entry)
    redirect = call("redirect_urls.create", request={"url": "https://py.dev/x"})
    call("redirect_urls.list")
    call("redirect_urls.get", id=redirect.id)
    call("redirect_urls.delete", id=redirect.id)
    domain = call("domains.add", request={"name": "sat.py.dev", "is_satellite": True})
    call("domains.list")
    call("domains.update", domain_id=domain.id, name="sat2.py.dev")
    call("domains.delete", domain_id=domain.id)
    settings = clerk.instance_settings
    for method in [name for name in dir(settings) if name.startswith("get") and not name.endswith("_async")]:
        call(f"instance_settings.{method}")
    call("instance_settings.update", request={"test_mode": True})
    call("instance_settings.update_restrictions", request={"block_email_subaddresses": False})
    call("instance_settings.update_organization_settings", request={"enabled": True})
    call("beta_features.update_instance_settings", request={})


def refusals() -> None:
    def told(work: Callable[[], Any]) -> str:
        try:
            work()
        except Exception as error:
            return f"{type(error).__name__} {error}"
        return ""

    check("a list of clients is deprecated", lambda: "operation_deprecated" in told(clerk.clients.list))
    check("what is not emulated is told", lambda: "does not emulate" in told(lambda: clerk.billing.list_plans()))


def methods() -> list[str]:
    groups = [(name, getattr(clerk, name)) for name in clerk._sub_sdk_map]
    return [
        f"{name}.{method}"
        for name, group in groups
        for method, _ in inspect.getmembers(group, inspect.ismethod)
        if not method.startswith("_") and not method.endswith("_async") and method != "do_request"
    ]


def main() -> None:
    user, other = users()
    sessions(user, other)
    machines(user)
    organizations(user, other)
    instance()
    call("users.delete", user_id=other.id)
    refusals()
    print(json.dumps({"outcomes": outcomes, "methods": methods()}))


main()
