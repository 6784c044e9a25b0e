"""Examples of `organizations`, and of their memberships, invitations and domains."""

# pyright: reportDeprecated=false

from __future__ import annotations

from clerkkit import Clerk


def create_organization(clerk: Clerk) -> None:
    organization = clerk.organizations.create(name="Globex", slug="globex", created_by="user_bob")
    print(organization.name, organization.slug)


def get_organization(clerk: Clerk) -> None:
    organization = clerk.organizations.get("org_acme", include_members_count=True)
    print(organization.name, organization.members_count)


def list_organizations(clerk: Clerk) -> None:
    organizations = clerk.organizations.list(query="acme")
    for organization in organizations.data:
        print(organization.id, organization.name)


def update_organization(clerk: Clerk) -> None:
    organization = clerk.organizations.update("org_acme", name="Acme Inc.", max_allowed_memberships=50)
    print(organization.name, organization.max_allowed_memberships)


def delete_organization(clerk: Clerk) -> None:
    deleted = clerk.organizations.delete("org_acme")
    print(deleted.id, deleted.deleted)


def update_organization_metadata(clerk: Clerk) -> None:
    organization = clerk.organizations.update_metadata("org_acme", public_metadata={"region": "eu"})
    print(organization.public_metadata)


def replace_organization_metadata(clerk: Clerk) -> None:
    organization = clerk.organizations.replace_metadata("org_acme", private_metadata={"crm_id": 17})
    print(organization.private_metadata)


def upload_organization_logo(clerk: Clerk) -> None:
    organization = clerk.organizations.upload_logo("org_acme", "acme.png", uploader_user_id="user_ada")
    print(organization.has_image)


def delete_organization_logo(clerk: Clerk) -> None:
    organization = clerk.organizations.delete_logo("org_acme")
    print(organization.has_image)


def get_organization_billing_subscription(clerk: Clerk) -> None:
    subscription = clerk.organizations.get_billing_subscription("org_acme")
    print(subscription.status)


def get_organization_billing_credit_balance(clerk: Clerk) -> None:
    balance = clerk.organizations.get_billing_credit_balance("org_acme")
    if balance.balance:
        print(balance.balance.amount_formatted)


def adjust_organization_billing_credit_balance(clerk: Clerk) -> None:
    entry = clerk.organizations.adjust_billing_credit_balance(
        "org_acme", action="increase", amount=2500, idempotency_key="support-1235", note="Outage on May 11"
    )
    print(entry.amount.amount_formatted, entry.note)


def create_organization_membership(clerk: Clerk) -> None:
    membership = clerk.organization_memberships.create("org_acme", user_id="user_satoshi", role="org:editor")
    print(membership.role)


def list_organization_memberships(clerk: Clerk) -> None:
    memberships = clerk.organization_memberships.list("org_acme", role=["org:admin"])
    for membership in memberships.data:
        print(membership.id, membership.role)


def list_all_organization_memberships(clerk: Clerk) -> None:
    memberships = clerk.organization_memberships.list_all(limit=10)
    for membership in memberships.data:
        print(membership.organization.name, membership.role)


def update_organization_membership(clerk: Clerk) -> None:
    membership = clerk.organization_memberships.update("org_acme", "user_bob", role="org:admin")
    print(membership.role)


def update_organization_membership_metadata(clerk: Clerk) -> None:
    membership = clerk.organization_memberships.update_metadata(
        "org_acme", "user_bob", public_metadata={"department": "sales"}
    )
    print(membership.public_metadata)


def delete_organization_membership(clerk: Clerk) -> None:
    membership = clerk.organization_memberships.delete("org_acme", "user_bob")
    print(membership.organization.name, membership.role)


def create_organization_invitation(clerk: Clerk) -> None:
    invitation = clerk.organization_invitations.create(
        "org_acme", email_address="dave@example.com", role="org:member", inviter_user_id="user_ada"
    )
    print(invitation.email_address, invitation.status)


def create_organization_invitation_bulk(clerk: Clerk) -> None:
    invitations = clerk.organization_invitations.bulk_create(
        "org_acme",
        [
            {"email_address": "dave@example.com", "role": "org:member"},
            {"email_address": "erin@example.com", "role": "org:admin"},
        ],
    )
    for invitation in invitations.data:
        print(invitation.email_address, invitation.role)


def get_organization_invitation(clerk: Clerk) -> None:
    invitation = clerk.organization_invitations.get("org_acme", "orginv_dan")
    print(invitation.email_address, invitation.status)


def list_organization_invitations(clerk: Clerk) -> None:
    invitations = clerk.organization_invitations.list("org_acme", status="pending")
    for invitation in invitations.data:
        print(invitation.email_address, invitation.role)


def list_all_organization_invitations(clerk: Clerk) -> None:
    invitations = clerk.organization_invitations.list_all(status="pending")
    for invitation in invitations.data:
        print(invitation.organization_id, invitation.email_address)


def list_pending_organization_invitations(clerk: Clerk) -> None:
    invitations = clerk.organization_invitations.list_pending("org_acme")
    print(invitations.total_count)


def revoke_organization_invitation(clerk: Clerk) -> None:
    invitation = clerk.organization_invitations.revoke("org_acme", "orginv_dan", requesting_user_id="user_ada")
    print(invitation.status)


def create_organization_domain(clerk: Clerk) -> None:
    domain = clerk.organization_domains.create(
        "org_acme", name="acme.dev", enrollment_mode="automatic_suggestion", verified=True
    )
    print(domain.name, domain.enrollment_mode)


def list_organization_domains(clerk: Clerk) -> None:
    domains = clerk.organization_domains.list("org_acme")
    for domain in domains.data:
        print(domain.name, domain.enrollment_mode)


def list_all_organization_domains(clerk: Clerk) -> None:
    domains = clerk.organization_domains.list_all(limit=10)
    for domain in domains.data:
        print(domain.organization_id, domain.name)


def update_organization_domain(clerk: Clerk) -> None:
    domain = clerk.organization_domains.update(
        "org_acme", "orgdmn_acme", verified=True, enrollment_mode="automatic_invitation"
    )
    print(domain.enrollment_mode)


def verify_organization_domain_ownership(clerk: Clerk) -> None:
    domain = clerk.organization_domains.verify_ownership("org_acme", "orgdmn_acme")
    print(domain.name)


def delete_organization_domain(clerk: Clerk) -> None:
    deleted = clerk.organization_domains.delete("org_acme", "orgdmn_acme")
    print(deleted.id, deleted.deleted)
