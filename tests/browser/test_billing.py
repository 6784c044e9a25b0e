"""People choose plans, for themselves and for their organization, and pay with a test card."""

from __future__ import annotations

import pytest

from clerk_emulator import Emulator
from clerkkit import Clerk
from tests.browser.clerk_page import ClerkPage
from tests.browser.steps import signed_in

SUBSCRIBE = """
const checkout = await Clerk.billing.startCheckout(given);
const due = checkout.totals.totalDueNow.amount;
const confirmed = await checkout.confirm({ useTestCard: true, gateway: 'stripe' });
return [due, confirmed.status];
"""


@pytest.mark.flow("billing: subscribe, see the payment, cancel")
def test_subscribe_and_cancel(clerk_page: ClerkPage, clerk: Clerk, clerk_emulator: Emulator) -> None:
    plan = clerk_emulator.billing.add_plan("pro", amount=2000)
    user = signed_in(clerk_page, clerk)
    plans = clerk_page.run("return (await Clerk.billing.getPlans({ for: 'user' })).data.map((one) => one.slug)")
    assert "pro" in plans
    assert clerk_page.run(SUBSCRIBE, {"planId": plan["id"], "planPeriod": "month"}) == [2000, "completed"]
    assert clerk.users.get_billing_subscription(user.id).subscription_items[0].plan_id == plan["id"]
    payments = "return (await Clerk.billing.getPaymentAttempts({})).data.map((one) => [one.amount.amount, one.status])"
    assert clerk_page.run(payments) == [[2000, "paid"]]
    statements = "return (await Clerk.billing.getStatements({})).data.map((one) => one.totals.grandTotal.amount)"
    assert clerk_page.run(statements) == [2000]
    clerk_page.run("await (await Clerk.billing.getSubscription({})).subscriptionItems[0].cancel({})")
    assert clerk.users.get_billing_subscription(user.id).subscription_items[0].status == "canceled"


@pytest.mark.flow("billing: card of an organization")
def test_organization(clerk_page: ClerkPage, clerk: Clerk, clerk_emulator: Emulator) -> None:
    plan = clerk_emulator.billing.add_plan("company", payer_type="org", amount=9900)
    user = signed_in(clerk_page, clerk)
    organization = clerk.organizations.create(name="Engines", created_by=user.id)
    clerk_page.run("await Clerk.setActive({ organization: given })", organization.id)
    given = {"planId": plan["id"], "planPeriod": "month", "orgId": organization.id}
    assert clerk_page.run(SUBSCRIBE, given) == [9900, "completed"]
    attempts = "return (await Clerk.billing.getPaymentAttempts({ orgId: given })).total_count"
    assert clerk_page.run(attempts, organization.id) == 1
    cards = "return (await Clerk.organization.getPaymentMethods({})).data.map((one) => one.last4)"
    assert clerk_page.run(cards) == ["4242"]


@pytest.mark.flow("API keys: create, list, revoke")
def test_api_keys(clerk_page: ClerkPage, clerk: Clerk) -> None:
    user = signed_in(clerk_page, clerk)
    secret = clerk_page.run("return (await Clerk.apiKeys.create(given)).secret", {"name": "Builds", "subject": user.id})
    assert clerk.api_keys.verify(secret=secret).subject == user.id
    names = clerk_page.run(
        """
        const { data } = await Clerk.apiKeys.getAll({ subject: given });
        await Clerk.apiKeys.revoke({ apiKeyID: data[0].id, revocationReason: 'old' });
        return data.map((one) => one.name);
        """,
        user.id,
    )
    assert names == ["Builds"]
    assert clerk.api_keys.list(subject=user.id, include_invalid=True).data[0].revoked
