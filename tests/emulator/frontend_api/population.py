"""An emulator in which people are signed in, and the values in the responses that their browsers get."""

from __future__ import annotations

from clerk_emulator import Emulator
from clerk_emulator.storage.settings import ATTRIBUTES, AUTHENTICATION
from tests.emulator.api import Api, Json
from tests.emulator.frontend_api.browser import PAGE, Browser
from tests.emulator.population import Known
from tests.emulator.population import populate as populate_backend

PASSWORD = "correct horse battery staple"

_VALUES: dict[str, list[str]] = {
    "strategy": [
        *("password", "email_code", "phone_code", "email_link", "ticket", "totp", "backup_code", "oauth_google"),
        *("reset_password_email_code", "passkey", "web3_metamask_signature", "nope"),
    ],
    "password": [PASSWORD, "12345678", "x"],
    "current_password": [PASSWORD, "wrong"],
    "new_password": ["another horse battery staple", "short"],
    "code": ["424242", "000000", "aaaaaaaa"],
    "identifier": ["ada@example.com", "eve+clerk_test@example.com", "ada_l", "+15555550100", "nobody@example.com"],
    "email_address": ["new@example.com", "eve+clerk_test@example.com", "ada@example.com", "nope"],
    "phone_number": ["+15555550177", "+15555550100", "1"],
    "redirect_url": [f"{PAGE}/done", "https://evil.example/", "javascript:alert(1)", ""],
    "action_complete_redirect_url": [f"{PAGE}/done"],
    "unsafe_metadata": ['{"a": {"b": null}}', "[]", "{"],
    "public_metadata": ["{}"],
    "level": ["first_factor", "second_factor", "multi_factor"],
    "intent": ["focus", "select_session", "select_org"],
    "transfer": ["true", "false"],
    "role": ["org:admin", "org:member", "org:none"],
    "enrollment_mode": ["automatic_invitation", "manual_invitation"],
    "template_name": ["whoami"],
    "legal_accepted": ["true", "false"],
}


_KINDS = {
    "sign_in_id": "sign_in_attempt",
    "sign_up_id": "sign_up_attempt",
    "email_id": "email_address",
    "organizationID": "organization",
    "active_organization_id": "organization",
    "domain_id": "organization_domain",
    "enterpriseConnectionID": "enterprise_connection",
    "suggestion_id": "organization_suggestion",
    "request_id": "organization_membership_request",
    "invitation_id": "organization_invitation",
    "planIdOrSlug": "commerce_plan",
    "checkoutID": "commerce_checkout",
    "paymentMethodID": "commerce_payment_method",
    "payment_method_id": "commerce_payment_method",
    "paymentAttemptID": "commerce_payment",
    "subscriptionItemID": "commerce_subscription_item",
    "statementID": "commerce_statement",
}
"""The types of the resources whose ids these parameters take."""


class FrontendKnown(Known):
    """Known values, to which those of forms are added: forms have texts only."""

    def values(self, name: str) -> list[str]:
        """Return possible values for a parameter; none if no response had one."""
        if name in _VALUES:
            return _VALUES[name]
        found = self._held.get(f"of {_KINDS[name]}") if name in _KINDS else None
        return found or super().values(name)

    def forget(self, *kinds: str) -> None:
        """Forget the ids of some types of resources."""
        for kind in kinds:
            self._held.pop(f"of {kind}", None)

    def copy(self) -> FrontendKnown:
        return FrontendKnown(self._held)


def populate(emulator: Emulator, api: Api) -> tuple[FrontendKnown, Browser]:
    """Create a resource of each type, and a browser with two sessions, a sign-in and a sign-up.

    This is the state that the emulator is reset to. Return the values in the responses, and the browser.
    """
    known = FrontendKnown(populate_backend(emulator, api)._held)
    # Those of other browsers and people.
    known.forget("session", "email_address", "phone_number", "organization", "organization_invitation")
    store = emulator._state.store
    with store.transaction():
        AUTHENTICATION.update(store, sign_up_mode="public", reverification=False)
        settings = ATTRIBUTES.read(store)
        codes_and_links = ["email_code", "email_link"]
        email: Json = {**settings["email_address"], "verifications": codes_and_links, "first_factors": codes_and_links}
        ATTRIBUTES.update(store, email_address=email)
    api.post("/users", {"email_address": ["eve+clerk_test@example.com"], "password": PASSWORD})
    browser = Browser(emulator)
    browser.post("/client/sign_ups", {"email_address": "fay+clerk_test@example.com", "strategy": "email_code"})
    begun = browser.post("/client/sign_ins", {"identifier": "ada@example.com", "password": PASSWORD})
    code = {"strategy": "backup_code", "code": "aaaaaaaa"}
    browser.post(f"/client/sign_ins/{begun['id']}/attempt_second_factor", code)
    ada = browser.session
    browser.post("/client/sign_ins", {"identifier": "eve+clerk_test@example.com", "password": PASSWORD})
    browser.post("/client/sign_ins", {"identifier": "bob@example.com", "strategy": "email_code"})
    browser.post(f"/client/sessions/{ada['id']}/touch", {"active_organization_id": "acme"})
    browser.post(f"/client/sessions/{ada['id']}/verify", {"level": "first_factor"})
    browser.session_id = ada["id"]
    acme = ada["user"]["organization_memberships"][0]["organization"]["id"]
    lists = ("domains", "invitations", "memberships", "billing/statements", "billing/subscription_items")
    for path in (
        *("/client", "/me/email_addresses", "/me/phone_numbers", "/me/sessions", "/environment", "/billing/plans"),
        *("/me/billing/payment_methods", "/me/billing/payment_attempts", "/me/billing/statements"),
        *(f"/organizations/{acme}/{name}" for name in lists),
    ):
        known.learn(browser.get(path))
    plan = emulator.billing.add_plan("max", amount=5000)
    known.learn(browser.post("/me/billing/checkouts", {"plan_id": plan["id"], "plan_period": "month"}))
    emulator._state.store.save_snapshot()
    return known, browser
