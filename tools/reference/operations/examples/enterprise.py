"""Examples of `enterprise_connections`, `saml_connections`, directories and links to the admin portal."""

# pyright: reportDeprecated=false

from __future__ import annotations

from clerkkit import Clerk


def create_enterprise_connection(clerk: Clerk) -> None:
    connection = clerk.enterprise_connections.create(
        name="Initech",
        provider="saml_okta",
        domains=["initech.example"],
        organization_id="org_3DaSgH9mQsL5tRvNw8XyZ2bCdFk",
    )
    print(connection.name, connection.active)


def get_enterprise_connection(clerk: Clerk) -> None:
    connection = clerk.enterprise_connections.get("entconn_acme")
    print(connection.name, connection.domains)


def list_enterprise_connections(clerk: Clerk) -> None:
    connections = clerk.enterprise_connections.list(organization_id="org_acme")
    for connection in connections.data:
        print(connection.id, connection.name)


def update_enterprise_connection(clerk: Clerk) -> None:
    connection = clerk.enterprise_connections.update("entconn_acme", name="Acme Inc.")
    print(connection.name)


def delete_enterprise_connection(clerk: Clerk) -> None:
    deleted = clerk.enterprise_connections.delete("entconn_acme")
    print(deleted.id, deleted.deleted)


def create_enterprise_connection_test_run(clerk: Clerk) -> None:
    run = clerk.enterprise_connections.create_test_run("entconn_acme")
    print(run.url)


def list_enterprise_connection_test_runs(clerk: Clerk) -> None:
    clerk.enterprise_connections.create_test_run("entconn_acme")
    runs = clerk.enterprise_connections.list_test_runs("entconn_acme")
    for run in runs.data:
        print(run.status)


def create_saml_connection(clerk: Clerk) -> None:
    connection = clerk.saml_connections.create(name="Initech", provider="saml_custom", domains=["initech.example"])
    print(connection.name, connection.active)


def get_saml_connection(clerk: Clerk) -> None:
    connection = clerk.saml_connections.get("samlc_acme")
    print(connection.name, connection.provider)


def list_saml_connections(clerk: Clerk) -> None:
    connections = clerk.saml_connections.list(limit=10)
    for connection in connections.data:
        print(connection.id, connection.name)


def update_saml_connection(clerk: Clerk) -> None:
    connection = clerk.saml_connections.update("samlc_acme", name="Acme Inc.", allow_subdomains=True)
    print(connection.name, connection.allow_subdomains)


def delete_saml_connection(clerk: Clerk) -> None:
    deleted = clerk.saml_connections.delete("samlc_acme")
    print(deleted.id, deleted.deleted)


def create_directory(clerk: Clerk) -> None:
    directory = clerk.directories.create(enterprise_connection_id="entconn_globex", provider="scim_okta", name="Globex")
    print(directory.name, directory.enabled)


def get_directory(clerk: Clerk) -> None:
    directory = clerk.directories.get("scim_acme")
    print(directory.name, directory.provider)


def list_directories(clerk: Clerk) -> None:
    for directory in clerk.directories.list().data:
        print(directory.id, directory.name)


def update_directory(clerk: Clerk) -> None:
    directory = clerk.directories.update("scim_acme", name="Acme Inc.")
    print(directory.name)


def delete_directory(clerk: Clerk) -> None:
    deleted = clerk.directories.delete("scim_acme")
    print(deleted.id, deleted.deleted)


def rotate_directory_api_key(clerk: Clerk) -> None:
    directory = clerk.directories.rotate_api_key("scim_acme")
    print(directory.name)


def create_directory_group_role_mapping(clerk: Clerk) -> None:
    mapping = clerk.directories.create_group_role_mapping("scim_acme", scim_group_id="readers", role_id="role_viewer")
    print(mapping.scim_group_id, mapping.precedence)


def list_directory_group_role_mappings(clerk: Clerk) -> None:
    mappings = clerk.directories.list_group_role_mappings("scim_acme")
    for mapping in mappings.data:
        print(mapping.id, mapping.scim_group_id)


def replace_directory_group_role_mappings(clerk: Clerk) -> None:
    mappings = clerk.directories.replace_group_role_mappings(
        "scim_acme", mappings=[{"scim_group_id": "readers", "role_id": "role_viewer"}]
    )
    for mapping in mappings.data:
        print(mapping.scim_group_id, mapping.precedence)


def delete_directory_group_role_mapping(clerk: Clerk) -> None:
    deleted = clerk.directories.delete_group_role_mapping("scim_acme", "scimgrm_editors")
    print(deleted.id, deleted.deleted)


def create_scim_directory(clerk: Clerk) -> None:
    directory = clerk.scim_directories.create(
        enterprise_connection_id="entconn_globex", provider="scim_okta", name="Globex"
    )
    print(directory.name, directory.enabled)


def get_scim_directory(clerk: Clerk) -> None:
    directory = clerk.scim_directories.get("scim_acme")
    print(directory.name, directory.provider)


def list_scim_directories(clerk: Clerk) -> None:
    for directory in clerk.scim_directories.list().data:
        print(directory.id, directory.name)


def update_scim_directory(clerk: Clerk) -> None:
    directory = clerk.scim_directories.update("scim_acme", name="Acme Inc.")
    print(directory.name)


def delete_scim_directory(clerk: Clerk) -> None:
    deleted = clerk.scim_directories.delete("scim_acme")
    print(deleted.id, deleted.deleted)


def rotate_scim_directory_api_key(clerk: Clerk) -> None:
    directory = clerk.scim_directories.rotate_api_key("scim_acme")
    print(directory.name)


def create_scim_group_role_mapping(clerk: Clerk) -> None:
    mapping = clerk.scim_directories.create_group_role_mapping(
        "scim_acme", scim_group_id="readers", role_id="role_viewer"
    )
    print(mapping.scim_group_id, mapping.precedence)


def list_scim_group_role_mappings(clerk: Clerk) -> None:
    mappings = clerk.scim_directories.list_group_role_mappings("scim_acme")
    for mapping in mappings.data:
        print(mapping.id, mapping.scim_group_id)


def replace_scim_group_role_mappings(clerk: Clerk) -> None:
    mappings = clerk.scim_directories.replace_group_role_mappings(
        "scim_acme", mappings=[{"scim_group_id": "readers", "role_id": "role_viewer"}]
    )
    for mapping in mappings.data:
        print(mapping.scim_group_id, mapping.precedence)


def delete_scim_group_role_mapping(clerk: Clerk) -> None:
    deleted = clerk.scim_directories.delete_group_role_mapping("scim_acme", "scimgrm_editors")
    print(deleted.id, deleted.deleted)


def create_admin_portal_link_token(clerk: Clerk) -> None:
    link = clerk.admin_portal_link_tokens.create(
        organization_id="org_3DaSgH9mQsL5tRvNw8XyZ2bCdFk",
        scopes=["enterprise_connections:manage"],
        seconds_until_expiration=86400,
    )
    print(link.scopes, link.expiration)


def revoke_admin_portal_link_token(clerk: Clerk, link_token_id: str) -> None:
    link = clerk.admin_portal_link_tokens.revoke(link_token_id, revocation_reason="Sent to the wrong person")
    print(link.revoked)
