"""An emulator with a resource of each type, and the values in its responses."""

from __future__ import annotations

from typing import Any

from clerk_emulator import Emulator
from tests.emulator.api import Api, Json

PIXEL = b"\x89PNG\r\n\x1a\n" + bytes(32)
_KEPT = 12

_KINDS = {
    "identifier": ("allowlist_identifier", "blocklist_identifier"),
    "domain": ("domain", "organization_domain"),
    "organization_role": ("role",),
    "invitation": ("invitation", "organization_invitation"),
    "template": ("jwt_template",),
    "other_machine": ("machine",),
    "id": ("redirect_url",),
    "passkey_identification": ("passkey",),
    "web3_wallet_identification": ("web3_wallet",),
    "role_set_key_or": ("role_set",),
    "subject": ("user", "organization", "machine"),
    "apiKeyID": ("api_key",),
    "m2m_token": ("machine_to_machine_token",),
    "plan": ("commerce_plan",),
    "from_price": ("commerce_price",),
    "to_price": ("commerce_price",),
    "subscription_item": ("commerce_subscription_item",),
    "statementID": ("commerce_statement",),
    "discount": ("commerce_discount",),
}

_VALUES: dict[str, list[str]] = {
    "email_address": ["new@example.com", "ada@example.com", "ADA+x@EXAMPLE.com", "nobody@"],
    "identifier": ["new@example.com", "*@example.org", "+15555550177"],
    "phone_number": ["+15555550177", "+1 (555) 555-0100", "1"],
    "web3_wallet": ["0x" + "ab" * 20],
    "username": ["ada_l", "somebody_new", "1234"],
    "role": ["org:admin", "org:member", "org:none"],
    "key": ["org:editor", "org:admin", "role_set:other", "org:read:all"],
    "slug": ["acme", "somewhere-else"],
    "url": ["https://example.com/x", "myapp://x", "nowhere"],
    "name": ["example.net", "Name", "name"],
    "password": ["correct horse battery staple", "12345678"],
    "order_by": ["created_at", "-created_at", "+name", "email_address", "-members_count", "nothing"],
    "created_at": ["2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z", "yesterday"],
    "template_name": ["whoami"],
    "provider": ["google", "oauth_google"],
    "scope": ["m2m"],
}


class Known:
    """Values from responses: ids, keys and tokens, by the name of their key; ids also by the type of the resource."""

    def __init__(self, held: dict[str, list[str]] | None = None) -> None:
        self._held = {name: list(values) for name, values in (held or _VALUES).items()}

    def copy(self) -> Known:
        return Known(self._held)

    def learn(self, response: Any) -> None:
        """Add the strings in a response."""
        if isinstance(response, list):
            for one in response:
                self.learn(one)
        elif isinstance(response, dict):
            if isinstance(response.get("object"), str) and isinstance(response.get("id"), str):
                self._add("of " + response["object"], response["id"])
            for name, value in response.items():
                if isinstance(value, str):
                    self._add(name, value)
                else:
                    self.learn(value)

    def _add(self, name: str, value: str) -> None:
        values = self._held.setdefault(name, [])
        if value and value not in values:
            values.append(value)
            del values[:-_KEPT]

    def values(self, name: str) -> list[str]:
        """Return possible values for a parameter; none if no response had one."""
        for suffix in ("_ids", "_id", "s"):
            single = name.removesuffix(suffix)
            kinds = _KINDS.get(single, (single,))
            found = [value for kind in kinds for value in self._held.get(f"of {kind}", ())]
            if found and (suffix != "s" or name in _KINDS):
                return found
        plain = name.removesuffix("_query").removesuffix("[]")
        for ending in (plain, plain.removesuffix("s"), plain.rpartition("_")[2], plain.partition("_")[0]):
            if self._held.get(ending):
                return self._held[ending]
        return []


def populate(emulator: Emulator, api: Api) -> Known:
    """Create a resource of each type, and make this the state that the emulator is reset to."""
    known = Known()

    def made(path: str, body: Json | None = None, method: str = "POST", **options: Any) -> Json:
        response: Json = api._good(api._send(method, path, body, options))
        known.learn(response)
        return response

    ada = made(
        "/users",
        {
            "email_address": ["ada@example.com", "ada@example.org"],
            "phone_number": ["+15555550100"],
            "web3_wallet": ["0x" + "cd" * 20],
            "username": "ada_l",
            "password": "correct horse battery staple",
            "external_id": "ada",
            "totp_secret": "JBSWY3DPEHPK3PXP",
            "backup_codes": ["aaaaaaaa", "bbbbbbbb"],
            "public_metadata": {"a": {"b": 1}},
        },
    )
    bob = made("/users", {"email_address": ["bob@example.com"], "first_name": "Bob"})
    user_id = ada["id"]
    made(f"/users/{user_id}/profile_image", files={"file": ("x.png", PIXEL, "image/png")})
    known.learn(emulator.connect_account(user_id, "google", email_address="ada@example.com"))
    known.learn(emulator.add_passkey(user_id))
    known.learn(emulator.trust_device(user_id))
    organization = made("/organizations", {"name": "Acme", "slug": "acme", "created_by": user_id})
    made("/organizations", {"name": "Other"})
    here = f"/organizations/{organization['id']}"
    made(f"{here}/memberships", {"user_id": bob["id"], "role": "org:member"})
    made(f"{here}/invitations", {"email_address": "cy@example.com", "role": "org:member", "inviter_user_id": user_id})
    made(f"{here}/domains", {"name": "example.org", "enrollment_mode": "manual_invitation"})
    permission = made("/organization_permissions", {"name": "Read", "key": "org:read:all"})
    role = made("/organization_roles", {"name": "Editor", "key": "org:editor", "permissions": [permission["id"]]})
    body = {"name": "Second", "key": "role_set:second", "roles": ["org:admin", role["key"]]}
    made("/role_sets", {**body, "creator_role_key": "org:admin", "default_role_key": role["key"]})
    made("/invitations", {"email_address": "dora@example.com"})
    made("/waitlist_entries", {"email_address": "eve@example.com"})
    made("/allowlist_identifiers", {"identifier": "ada@example.com"})
    made("/blocklist_identifiers", {"identifier": "spam@example.com"})
    made("/redirect_urls", {"url": "https://example.com/back"})
    made("/domains", {"name": "satellite.example", "is_satellite": True})
    made("/jwt_templates", {"name": "whoami", "claims": {"email": "{{user.primary_email_address}}"}})
    session = made("/sessions", {"user_id": user_id})
    made(f"/sessions/{session['id']}/tokens")
    made("/sign_in_tokens", {"user_id": user_id})
    made("/actor_tokens", {"user_id": user_id, "actor": {"sub": bob["id"]}})
    made(
        "/agents/tasks",
        {
            "on_behalf_of": {"user_id": user_id},
            "permissions": "*",
            "agent_name": "Agent",
            "task_description": "a task",
            "redirect_url": "https://example.com/",
        },
    )
    machines = [made("/machines", {"name": name}) for name in ("one", "two")]
    made(f"/machines/{machines[0]['id']}/scopes", {"to_machine_id": machines[1]["id"]})
    secret = made(f"/machines/{machines[0]['id']}/secret_key", method="GET")["secret"]
    made("/m2m_tokens", {}, headers={"Authorization": f"Bearer {secret}"})
    made("/api_keys", {"name": "key", "subject": user_id})
    application = made("/oauth_applications", {"name": "app", "redirect_uris": ["https://example.com/oauth"]})
    known.learn({"access_token": emulator.issue_oauth_token(application["id"], user_id)})
    emulator.billing.add_plan("pro", amount=2000, features=["export"], free_trial_days=14)
    emulator.billing.add_plan("company", payer_type="org", amount=9000, annual_monthly_amount=8000)
    for owner_id, plan in ((user_id, "pro"), (organization["id"], "company")):
        emulator.billing.checkout(owner_id, plan)
    discount_id = emulator.billing.add_discount("Launch", percent_off=10)
    known.learn({"object": "commerce_discount", "id": discount_id})
    billed = ("/billing/plans", "/billing/prices", "/billing/subscription_items", "/billing/statements")
    for listed in ("/organization_roles", "/organization_permissions", "/role_sets", *billed):
        made(listed, method="GET")
    emulator._state.store.save_snapshot()
    return known
