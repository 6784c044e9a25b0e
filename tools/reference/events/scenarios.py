"""What causes each event on its page. The body of each function is shown there, and has run."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from clerk_emulator import Emulator
from clerkkit import Clerk

Scenario = Callable[[Clerk, Emulator], object]

SCENARIOS: dict[str, Scenario] = {}
"""The function of each event type. The last event of the type that it causes is shown."""


def causes(*event_types: str) -> Callable[[Scenario], Scenario]:
    """Declare that a function causes events of these types."""

    def register(function: Scenario) -> Scenario:
        SCENARIOS.update(dict.fromkeys(event_types, function))
        return function

    return register


# Users and sessions


@causes("user.created")
def create_user(clerk: Clerk, emulator: Emulator) -> None:
    clerk.users.create(email_address=["grace@example.com"], first_name="Grace", last_name="Hopper")


@causes("user.updated")
def update_user(clerk: Clerk, emulator: Emulator) -> None:
    clerk.users.update("user_ada", first_name="Augusta")


@causes("user.deleted")
def delete_user(clerk: Clerk, emulator: Emulator) -> None:
    clerk.users.delete("user_ada")


@causes("session.created")
def sign_in(clerk: Clerk, emulator: Emulator) -> None:
    emulator.start_session("user_ada")


@causes("session.pending")
def sign_in_with_a_task(clerk: Clerk, emulator: Emulator) -> None:
    emulator.update_settings(authentication={"force_organization_selection": True})
    emulator.start_session("user_ada")


@causes("session.ended")
def end_session(clerk: Clerk, emulator: Emulator) -> None:
    session = emulator.start_session("user_ada")
    emulator.end_session(session.session_id, "ended")


@causes("session.removed")
def sign_out(clerk: Clerk, emulator: Emulator) -> None:
    session = emulator.start_session("user_ada")
    emulator.end_session(session.session_id, "removed")


@causes("session.revoked")
def revoke_session(clerk: Clerk, emulator: Emulator) -> None:
    session = emulator.start_session("user_ada")
    clerk.sessions.revoke(session.session_id)


# Organizations


@causes("organization.created")
def create_organization(clerk: Clerk, emulator: Emulator) -> None:
    clerk.organizations.create(name="Globex", slug="globex", created_by="user_bob")


@causes("organization.updated")
def update_organization(clerk: Clerk, emulator: Emulator) -> None:
    clerk.organizations.update("org_acme", name="Acme Corporation")


@causes("organization.deleted")
def delete_organization(clerk: Clerk, emulator: Emulator) -> None:
    clerk.organizations.delete("org_acme")


@causes("organizationMembership.created")
def add_member(clerk: Clerk, emulator: Emulator) -> None:
    grace = clerk.users.create(email_address=["grace@example.com"], first_name="Grace")
    clerk.organization_memberships.create("org_acme", user_id=grace.id, role="org:member")


@causes("organizationMembership.updated")
def change_role(clerk: Clerk, emulator: Emulator) -> None:
    clerk.organization_memberships.update("org_acme", "user_bob", role="org:admin")


@causes("organizationMembership.deleted")
def remove_member(clerk: Clerk, emulator: Emulator) -> None:
    clerk.organization_memberships.delete("org_acme", "user_bob")


@causes("organizationInvitation.created")
def invite(clerk: Clerk, emulator: Emulator) -> None:
    clerk.organization_invitations.create(
        "org_acme", email_address="grace@example.com", role="org:member", inviter_user_id="user_ada"
    )


@causes("organizationInvitation.accepted")
def accept_invitation(clerk: Clerk, emulator: Emulator) -> None:
    invitation = clerk.organization_invitations.create(
        "org_acme", email_address="grace@example.com", role="org:member", inviter_user_id="user_ada"
    )
    grace = clerk.users.create(email_address=["grace@example.com"], first_name="Grace")
    emulator.accept_organization_invitation(invitation.id, grace.id)


@causes("organizationInvitation.revoked")
def revoke_invitation(clerk: Clerk, emulator: Emulator) -> None:
    invitation = clerk.organization_invitations.create(
        "org_acme", email_address="grace@example.com", role="org:member", inviter_user_id="user_ada"
    )
    clerk.organization_invitations.revoke("org_acme", invitation.id, requesting_user_id="user_ada")


@causes("organizationDomain.created")
def add_domain(clerk: Clerk, emulator: Emulator) -> None:
    clerk.organization_domains.create("org_acme", name="acme.example", enrollment_mode="manual_invitation")


@causes("organizationDomain.updated")
def update_domain(clerk: Clerk, emulator: Emulator) -> None:
    domain = clerk.organization_domains.create("org_acme", name="acme.example", enrollment_mode="manual_invitation")
    clerk.organization_domains.update("org_acme", domain.id, verified=True)


@causes("organizationDomain.deleted")
def delete_domain(clerk: Clerk, emulator: Emulator) -> None:
    domain = clerk.organization_domains.create("org_acme", name="acme.example", enrollment_mode="manual_invitation")
    clerk.organization_domains.delete("org_acme", domain.id)


# Roles and permissions


@causes("role.created")
def create_role(clerk: Clerk, emulator: Emulator) -> None:
    clerk.organization_roles.create(name="Auditor", key="org:auditor", description="Reads everything")


@causes("role.updated")
def update_role(clerk: Clerk, emulator: Emulator) -> None:
    role = clerk.organization_roles.create(name="Auditor", key="org:auditor")
    clerk.organization_roles.update(role.id, name="External auditor")


@causes("role.deleted")
def delete_role(clerk: Clerk, emulator: Emulator) -> None:
    role = clerk.organization_roles.create(name="Auditor", key="org:auditor")
    clerk.organization_roles.delete(role.id)


@causes("permission.created")
def create_permission(clerk: Clerk, emulator: Emulator) -> None:
    clerk.organization_permissions.create(name="Read invoices", key="org:invoices:read")


@causes("permission.updated")
def update_permission(clerk: Clerk, emulator: Emulator) -> None:
    permission = clerk.organization_permissions.create(name="Read invoices", key="org:invoices:read")
    clerk.organization_permissions.update(permission.id, name="Read all invoices")


@causes("permission.deleted")
def delete_permission(clerk: Clerk, emulator: Emulator) -> None:
    permission = clerk.organization_permissions.create(name="Read invoices", key="org:invoices:read")
    clerk.organization_permissions.delete(permission.id)


# Messages and the waitlist


@causes("email.created")
def send_email(clerk: Clerk, emulator: Emulator) -> None:
    clerk.invitations.create(email_address="grace@example.com")


@causes("sms.created")
def send_text_message(clerk: Clerk, emulator: Emulator) -> None:
    clerk.allowlist_identifiers.create(identifier="+15555550123", notify=True)


@causes("waitlistEntry.created")
def join_waitlist(clerk: Clerk, emulator: Emulator) -> None:
    clerk.waitlist_entries.create(email_address="grace@example.com")


@causes("waitlistEntry.updated")
def invite_from_waitlist(clerk: Clerk, emulator: Emulator) -> None:
    entry = clerk.waitlist_entries.create(email_address="grace@example.com")
    clerk.waitlist_entries.invite(entry.id)


# Billing


@causes("subscription.created", "subscription.active")
def switch_billing_on(clerk: Clerk, emulator: Emulator) -> None:
    emulator.billing.add_plan("pro", amount=2000)


@causes("subscriptionItem.active", "subscription.updated", "paymentAttempt.created", "paymentAttempt.updated")
def choose_plan(clerk: Clerk, emulator: Emulator) -> None:
    emulator.billing.add_plan("pro", amount=2000)
    emulator.billing.checkout("user_ada", "pro")


@causes("subscriptionItem.canceled")
def cancel_plan(clerk: Clerk, emulator: Emulator) -> None:
    emulator.billing.add_plan("pro", amount=2000)
    item = emulator.billing.checkout("user_ada", "pro")
    clerk.billing.cancel_subscription_item(item["id"])


@causes("subscriptionItem.upcoming")
def choose_cheaper_plan(clerk: Clerk, emulator: Emulator) -> None:
    emulator.billing.add_plan("basic", amount=500)
    emulator.billing.add_plan("pro", amount=2000)
    emulator.billing.checkout("user_ada", "pro")
    emulator.billing.checkout("user_ada", "basic")


@causes("subscriptionItem.ended")
def end_period_of_canceled_plan(clerk: Clerk, emulator: Emulator) -> None:
    emulator.billing.add_plan("pro", amount=2000)
    item = emulator.billing.checkout("user_ada", "pro")
    clerk.billing.cancel_subscription_item(item["id"])
    emulator.clock.advance(31 * 24 * 3600)


@causes("subscriptionItem.updated")
def renew_plan(clerk: Clerk, emulator: Emulator) -> None:
    emulator.billing.add_plan("pro", amount=2000)
    emulator.billing.checkout("user_ada", "pro")
    emulator.clock.advance(31 * 24 * 3600)


@causes("subscriptionItem.freeTrialEnding")
def let_trial_end(clerk: Clerk, emulator: Emulator) -> None:
    emulator.billing.add_plan("pro", amount=2000, free_trial_days=14)
    emulator.billing.checkout("user_ada", "pro")
    emulator.clock.advance(11 * 24 * 3600)


@causes("subscriptionItem.incomplete")
def fail_first_payment(clerk: Clerk, emulator: Emulator) -> None:
    emulator.billing.add_plan("pro", amount=2000)
    emulator.billing.fail_payments("user_ada")
    emulator.billing.checkout("user_ada", "pro")


@causes("subscriptionItem.abandoned")
def choose_again_after_a_failed_payment(clerk: Clerk, emulator: Emulator) -> None:
    emulator.billing.add_plan("basic", amount=500)
    emulator.billing.add_plan("pro", amount=2000)
    emulator.billing.fail_payments("user_ada")
    emulator.billing.checkout("user_ada", "pro")
    emulator.billing.accept_payments("user_ada")
    emulator.billing.checkout("user_ada", "basic")


@causes("subscriptionItem.pastDue", "subscription.pastDue")
def fail_to_renew(clerk: Clerk, emulator: Emulator) -> None:
    emulator.billing.add_plan("pro", amount=2000)
    emulator.billing.checkout("user_ada", "pro")
    emulator.billing.fail_payments("user_ada")
    emulator.clock.advance(31 * 24 * 3600)


PRINTED: Mapping[str, tuple[str, ...]] = {
    "email": ("slug", "to_email_address"),
    "organization": ("id", "name"),
    "organization.deleted": ("id",),
    "organizationDomain": ("name", "enrollment_mode"),
    "organizationDomain.deleted": ("id",),
    "organizationInvitation": ("email_address", "status"),
    "organizationMembership": ("organization.id", "public_user_data.user_id", "role"),
    "paymentAttempt": ("status", "charge_type"),
    "permission": ("key", "name"),
    "permission.deleted": ("id",),
    "role": ("key", "name"),
    "role.deleted": ("id",),
    "session": ("user_id", "status"),
    "sms": ("slug", "to_phone_number"),
    "subscription": ("payer_id", "status"),
    "subscriptionItem": ("status", "period_end"),
    "user": ("id", "first_name"),
    "user.deleted": ("id",),
    "waitlistEntry": ("email_address", "status"),
}
"""The attributes of `event.data` that the handler on the page prints, by the type of the event or its first part."""
