"""Examples of `users`."""

from __future__ import annotations

from clerkkit import Clerk


def create_user(clerk: Clerk) -> None:
    user = clerk.users.create(
        email_address=["grace@example.com"],
        password="a long sentence is hard to guess",
        first_name="Grace",
        public_metadata={"plan": "free"},
    )
    print(user.id, user.full_name)


def get_user(clerk: Clerk) -> None:
    user = clerk.users.get("user_ada")
    print(user.full_name, user.username, user.public_metadata)


def list_users(clerk: Clerk) -> None:
    for user in clerk.users.list(limit=2, order_by="created_at"):
        print(user.id, user.first_name)


def get_users_count(clerk: Clerk) -> None:
    count = clerk.users.count(email_address_query="@example.com")
    print(count.total_count)


def update_user(clerk: Clerk) -> None:
    user = clerk.users.update("user_bob", first_name="Robert", external_id="customer-2")
    print(user.full_name, user.external_id)


def delete_user(clerk: Clerk) -> None:
    deleted = clerk.users.delete("user_bob")
    print(deleted.id, deleted.deleted)


def update_user_metadata(clerk: Clerk) -> None:
    user = clerk.users.update_metadata("user_ada", public_metadata={"theme": "dark", "plan": None})
    print(user.public_metadata)


def replace_user_metadata(clerk: Clerk) -> None:
    user = clerk.users.replace_metadata("user_ada", public_metadata={"theme": "dark"})
    print(user.public_metadata)


def set_user_profile_image(clerk: Clerk) -> None:
    user = clerk.users.set_profile_image("user_ada", "ada.png")
    print(user.has_image)


def delete_user_profile_image(clerk: Clerk) -> None:
    user = clerk.users.delete_profile_image("user_ada")
    print(user.has_image)


def ban_user(clerk: Clerk) -> None:
    user = clerk.users.ban("user_bob")
    print(user.banned)


def unban_user(clerk: Clerk) -> None:
    user = clerk.users.unban("user_mallory")
    print(user.banned)


def ban_users(clerk: Clerk) -> None:
    for user in clerk.users.bulk_ban(user_ids=["user_bob", "user_satoshi"]):
        print(user.id, user.banned)


def unban_users(clerk: Clerk) -> None:
    for user in clerk.users.bulk_unban(user_ids=["user_mallory"]):
        print(user.id, user.banned)


def lock_user(clerk: Clerk) -> None:
    user = clerk.users.lock("user_bob")
    print(user.locked)


def unlock_user(clerk: Clerk) -> None:
    user = clerk.users.unlock("user_mallory")
    print(user.locked)


def verify_password(clerk: Clerk) -> None:
    verification = clerk.users.verify_password("user_ada", password="correct horse battery staple")
    print(verification.verified)


def verify_totp(clerk: Clerk) -> None:
    verification = clerk.users.verify_totp("user_ada", code="12345678")
    print(verification.verified, verification.code_type)


def remove_user_password(clerk: Clerk) -> None:
    user = clerk.users.remove_password("user_ada", sign_out_of_other_sessions=True)
    print(user.password_enabled)


def set_user_password_compromised(clerk: Clerk) -> None:
    user = clerk.users.set_password_compromised("user_ada", revoke_all_sessions=True)
    print(user.requires_password_reset)


def unset_user_password_compromised(clerk: Clerk) -> None:
    user = clerk.users.unset_password_compromised("user_mallory")
    print(user.requires_password_reset)


def disable_mfa(clerk: Clerk) -> None:
    disabled = clerk.users.disable_mfa("user_ada")
    print(disabled.user_id)


def delete_totp(clerk: Clerk) -> None:
    deleted = clerk.users.delete_totp("user_ada")
    print(deleted.user_id)


def delete_backup_code(clerk: Clerk) -> None:
    deleted = clerk.users.delete_backup_codes("user_ada")
    print(deleted.user_id)


def delete_external_account(clerk: Clerk) -> None:
    deleted = clerk.users.delete_external_account("user_ada", "eac_ada_google")
    print(deleted.id, deleted.deleted)


def delete_user_passkey(clerk: Clerk) -> None:
    deleted = clerk.users.delete_passkey("user_ada", "idn_ada_laptop")
    print(deleted.id, deleted.deleted)


def delete_user_web3_wallet(clerk: Clerk) -> None:
    deleted = clerk.users.delete_web3_wallet("user_satoshi", "idn_wallet")
    print(deleted.id, deleted.deleted)


def list_user_oauth_access_tokens(clerk: Clerk) -> None:
    for token in clerk.users.list_oauth_access_tokens("user_ada", "google"):
        print(token.provider, token.scopes)


def list_user_organization_memberships(clerk: Clerk) -> None:
    memberships = clerk.users.list_organization_memberships("user_ada")
    for membership in memberships.data:
        print(membership.organization.name, membership.role)


def list_user_organization_invitations(clerk: Clerk) -> None:
    invitations = clerk.users.list_organization_invitations("user_ada", status="pending")
    print(invitations.total_count)


def list_user_trusted_devices(clerk: Clerk) -> None:
    for device in clerk.users.list_trusted_devices("user_ada").data:
        print(device.id, device.platform)


def revoke_user_trusted_device(clerk: Clerk) -> None:
    device = clerk.users.revoke_trusted_device("user_ada", "tdev_ada_phone")
    print(device.status)


def get_user_billing_subscription(clerk: Clerk) -> None:
    subscription = clerk.users.get_billing_subscription("user_ada")
    print(subscription.status, [item.id for item in subscription.subscription_items])


def get_user_billing_credit_balance(clerk: Clerk) -> None:
    balance = clerk.users.get_billing_credit_balance("user_ada")
    if balance.balance:
        print(balance.balance.amount_formatted)


def adjust_user_billing_credit_balance(clerk: Clerk) -> None:
    entry = clerk.users.adjust_billing_credit_balance(
        "user_ada", action="increase", amount=500, idempotency_key="support-1234", note="Outage on May 11"
    )
    print(entry.amount.amount_formatted, entry.note)
