"""The data with which each example begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clerkkit import Clerk, File

if TYPE_CHECKING:
    from tools.reference.operations.world import World

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(32)
_ORIGIN = "http://localhost:3000"


def populate(world: World, clerk: Clerk) -> None:
    """Create the data."""
    _add_roles(world, clerk)
    _add_users(world, clerk)
    _add_identifiers(world, clerk)
    _add_organizations(world, clerk)
    _add_sign_ups(world, clerk)
    _add_sessions(world, clerk)
    _add_settings(world, clerk)
    _add_machines(world, clerk)
    _add_enterprise_connections(world, clerk)
    _add_billing(world, clerk)
    statement = clerk.billing.list_statements().data[-1]
    world.name("statement_id", statement.id, "the id of a statement of Ada")
    world.name("publishable_key", world.publishable_key, "the publishable key of the instance")


def _add_roles(world: World, clerk: Clerk) -> None:
    world.expect("perm_reports", "a permission with the key `org:reports:read`")
    clerk.organization_permissions.create(key="org:reports:read", name="Read reports")
    world.expect("perm_invoices", "a permission with the key `org:invoices:read`")
    clerk.organization_permissions.create(key="org:invoices:read", name="Read invoices")
    world.expect("role_editor", "a role with the key `org:editor` and the permission `perm_reports`")
    clerk.organization_roles.create(
        key="org:editor", name="Editor", permissions=["perm_reports"], include_in_initial_role_set=True
    )
    world.expect("role_viewer", "a role with the key `org:viewer`, which nobody has")
    clerk.organization_roles.create(key="org:viewer", name="Viewer")
    world.expect("rset_partners", "a role set with the key `role_set:partners`")
    clerk.role_sets.create(
        name="Partners",
        key="role_set:partners",
        default_role_key="org:member",
        creator_role_key="org:admin",
        roles=["org:admin", "org:member"],
    )


def _add_users(world: World, clerk: Clerk) -> None:
    world.expect("user_ada", "a user, Ada Lovelace, who is the administrator of Acme")
    world.expect("idn_ada", "the primary email address of Ada")
    clerk.users.create(
        email_address=["ada@example.com"],
        first_name="Ada",
        last_name="Lovelace",
        username="ada_lovelace",
        external_id="customer-1",
        password="correct horse battery staple",
        totp_secret="JBSWY3DPEHPK3PXP",
        backup_codes=["12345678", "87654321"],
        public_metadata={"plan": "pro"},
    )
    clerk.users.set_profile_image("user_ada", File(PICTURE, "ada.png"))
    world.expect("user_bob", "a user, Bob Byrne, who is a member of Acme")
    world.expect("idn_bob", "the primary email address of Bob")
    clerk.users.create(email_address=["bob@example.com"], first_name="Bob", last_name="Byrne")
    world.expect("user_mallory", "a user, Mallory, who is banned and locked")
    clerk.users.create(email_address=["mallory@example.com"], first_name="Mallory", password="mallory has a secret")
    clerk.users.set_password_compromised("user_mallory")
    clerk.users.lock("user_mallory")
    clerk.users.ban("user_mallory")


def _add_identifiers(world: World, clerk: Clerk) -> None:
    world.expect("idn_ada_work", "another email address of Ada, which is not verified")
    clerk.email_addresses.create(user_id="user_ada", email_address="ada@work.example", verified=False)
    world.expect("idn_ada_phone", "the primary phone number of Ada")
    clerk.phone_numbers.create(user_id="user_ada", phone_number="+15555550100", verified=True)
    world.expect("idn_ada_mobile", "another phone number of Ada, which is not verified")
    clerk.phone_numbers.create(user_id="user_ada", phone_number="+15555550101", verified=False)
    world.expect("eac_ada_google", "the Google account of Ada")
    world.connect_account("user_ada", "google", email_address="ada@example.com", provider_user_id="108")
    world.expect("idn_ada_laptop", "a passkey of Ada")
    world.add_passkey("user_ada", "Laptop")
    world.expect("tdev_ada_phone", "a trusted device of Ada")
    world.trust_device("user_ada", name="Ada's phone")
    world.expect("user_3DaSgCbQfqk5Fh2hXwTzLmN8pRv", "a user, Carol")
    clerk.users.create(email_address=["carol@example.com"], first_name="Carol")
    world.expect("user_satoshi", "a user who signs in with a wallet")
    world.expect("idn_wallet", "the wallet of that user")
    clerk.users.create(web3_wallet=["0x" + "cd" * 20], username="satoshi")


def _add_organizations(world: World, clerk: Clerk) -> None:
    world.expect("org_acme", "an organization, Acme, with Ada and Bob")
    clerk.organizations.create(name="Acme", slug="acme", created_by="user_ada", max_allowed_memberships=20)
    clerk.organizations.upload_logo("org_acme", File(PICTURE, "acme.png"))
    clerk.organization_memberships.create("org_acme", user_id="user_bob", role="org:member")
    world.expect(
        "org_3DaSgH9mQsL5tRvNw8XyZ2bCdFk",
        "an organization, Partner, without members, with the role set `role_set:partners`",
    )
    clerk.organizations.create(name="Partner", slug="partner", role_set_key="role_set:partners")
    world.expect("orginv_dan", "a pending invitation of dan@example.com to Acme")
    clerk.organization_invitations.create(
        "org_acme", email_address="dan@example.com", role="org:member", inviter_user_id="user_ada"
    )
    world.expect("orgdmn_acme", "a domain of Acme, acme.example, whose ownership is not verified")
    clerk.organization_domains.create(
        "org_acme", name="acme.example", enrollment_mode="manual_invitation", verified=False
    )


def _add_sign_ups(world: World, clerk: Clerk) -> None:
    world.expect("inv_dora", "a pending invitation of dora@example.com")
    clerk.invitations.create(email_address="dora@example.com")
    world.expect("wle_eve", "a pending entry of the waitlist, eve@example.com")
    clerk.waitlist_entries.create(email_address="eve@example.com")
    world.expect("sua_grace", "a sign-up of grace@example.com, which is not complete")
    world.start_sign_up(email_address="grace@example.com")


def _add_sessions(world: World, clerk: Clerk) -> None:
    world.expect("client_ada", "the browser of Ada")
    world.expect("sess_ada", "the session of Ada in that browser")
    session = world.start_session("user_ada", "org_acme", origin=_ORIGIN)
    world.name("expired_token", session.session_token, "the expired session token of Ada: the cookie `__session`")
    world.name("refresh_token", session.refresh_token, "the refresh token of Ada: the cookie `__refresh_...`")
    world.name("client_token", session.client_token, "the token of Ada's browser: the cookie `__client`")
    world.expect("sit_ada", "a sign-in token for Ada")
    clerk.sign_in_tokens.create(user_id="user_ada", expires_in_seconds=604800)
    world.expect("act_bob", "a token with which Bob can act as Ada")
    clerk.actor_tokens.create(user_id="user_ada", actor={"sub": "user_bob"}, expires_in_seconds=604800)
    world.expect("agent_task_ada", "a task of an agent for Ada", prefix="agent_task")
    clerk.agent_tasks.create(
        on_behalf_of={"user_id": "user_ada"},
        permissions="*",
        agent_name="assistant",
        task_description="Collect the invoices of May",
        redirect_url="https://example.com/invoices",
    )
    world.expect("jtmp_hasura", "a JWT template with the name `hasura`")
    clerk.jwt_templates.create(name="hasura", claims={"role": "user", "email": "{{user.primary_email_address}}"})


def _add_settings(world: World, clerk: Clerk) -> None:
    world.expect("alid_partner", "an entry of the allowlist")
    clerk.allowlist_identifiers.create(identifier="*@partner.example")
    world.expect("blid_spam", "an entry of the blocklist")
    clerk.blocklist_identifiers.create(identifier="*@spam.example")
    world.expect("ru_mobile", "an allowed redirect URL")
    clerk.redirect_urls.create(url="myapp://callback")
    world.expect("dmn_satellite", "a satellite domain, satellite.example")
    clerk.domains.add(name="satellite.example", is_satellite=True)
    clerk.webhooks.create_svix_app()


def _add_machines(world: World, clerk: Clerk) -> None:
    world.expect("mch_3DaSgF8sLqU3vWoXy5ZaC7dEgIk", "a machine, `api`")
    clerk.machines.create(name="api")
    world.expect("mch_3DaSgE7rKpT2uVnWx4YzB6cDfHj", "a machine, `worker`, which can call `api`")
    worker = clerk.machines.create(name="worker", scoped_machines=["mch_3DaSgF8sLqU3vWoXy5ZaC7dEgIk"])
    world.name("secret_key", worker.secret_key, "the secret key of the machine `worker`")
    with Clerk(worker.secret_key, base_url=world.url) as machine:
        token = machine.m2m.create_token(seconds_until_expiration=604800, claims={"job": "nightly"})
    world.name("m2m_token", token.token, "a token that `worker` has sent to `api`")
    world.name("m2m_token_id", token.id, "the id of a token of `worker`")
    key = clerk.api_keys.create(name="Builds", subject="user_3DaSgCbQfqk5Fh2hXwTzLmN8pRv", scopes=["reports:read"])
    world.name("api_key", key.secret, "the API key that a request has sent")
    world.name("api_key_id", key.id, "the id of an API key of Carol")
    world.expect("oauthapp_calendar", "an OAuth application, Calendar")
    clerk.oauth_applications.create(name="Calendar", redirect_uris=["https://calendar.example/callback"])
    access_token = world.issue_oauth_token("oauthapp_calendar", "user_3DaSgCbQfqk5Fh2hXwTzLmN8pRv", seconds=604800)
    world.name("access_token", access_token, "the access token that a request has sent")


def _add_enterprise_connections(world: World, clerk: Clerk) -> None:
    world.expect("entconn_acme", "an enterprise connection of Acme with SAML")
    world.expect("samlc_acme", "the SAML connection of that enterprise connection")
    clerk.enterprise_connections.create(
        name="Acme", provider="saml_okta", domains=["corp.acme.example"], organization_id="org_acme"
    )
    world.expect("scim_acme", "a directory of that enterprise connection")
    clerk.directories.create(enterprise_connection_id="entconn_acme", provider="scim_okta", name="Acme")
    clerk.directories.update("scim_acme", group_role_mapping_enabled=True)
    world.expect("scimgrm_editors", "the mapping of the group `editors` in that directory to the role `role_editor`")
    clerk.directories.create_group_role_mapping("scim_acme", scim_group_id="editors", role_id="role_editor")
    world.expect("entconn_globex", "an enterprise connection, Globex, without a directory")
    clerk.enterprise_connections.create(name="Globex", provider="saml_okta", domains=["globex.example"])
    link = clerk.admin_portal_link_tokens.create(
        organization_id="org_3DaSgH9mQsL5tRvNw8XyZ2bCdFk", scopes=["enterprise_connections:manage"]
    )
    world.name("link_token_id", link.id, "the id of a link to the admin portal for Partner")


def _add_billing(world: World, clerk: Clerk) -> None:
    world.billing.add_plan("hobby", amount=500)
    world.expect("cplan_pro", "a plan for users, Pro, of 20 dollars a month")
    world.expect("cprice_pro", "the price of Pro")
    world.billing.add_plan("pro", name="Pro", amount=2000, features=["export"], free_trial_days=14)
    world.billing.add_plan("team", payer_type="org", amount=9000)
    world.expect("cdisc_launch", "a discount of 10 percent")
    world.billing.add_discount("Launch", percent_off=10)
    world.expect("csub_item_ada", "the subscription item of Ada, for Pro", prefix="csub_item")
    world.billing.checkout("user_ada", "pro", trial=False)
    world.expect("csub_item_bob", "the subscription item of Bob, for a free trial of Pro", prefix="csub_item")
    world.billing.checkout("user_bob", "pro", trial=True)
    world.billing.checkout("org_acme", "team")
    for adjust, owner in (
        (clerk.users.adjust_billing_credit_balance, "user_ada"),
        (clerk.organizations.adjust_billing_credit_balance, "org_acme"),
    ):
        adjust(owner, action="increase", amount=1000, idempotency_key=f"welcome-{owner}", note="Welcome")
