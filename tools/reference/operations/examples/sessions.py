"""Examples of `sessions`, `clients`, `jwt_templates`, `jwks` and of the tokens that sign users in."""

# pyright: reportDeprecated=false

from __future__ import annotations

from clerkkit import ApiError, Clerk


def create_session(clerk: Clerk) -> None:
    session = clerk.sessions.create(user_id="user_bob")
    print(session.user_id, session.status)


def get_session(clerk: Clerk) -> None:
    session = clerk.sessions.get("sess_ada")
    print(session.status, session.last_active_organization_id)


def list_sessions(clerk: Clerk) -> None:
    for session in clerk.sessions.list(user_id="user_ada", status="active"):
        print(session.id, session.client_id)


def create_session_token(clerk: Clerk) -> None:
    token = clerk.sessions.create_token("sess_ada", expires_in_seconds=300)
    print(token.jwt)


def create_session_token_from_template(clerk: Clerk) -> None:
    token = clerk.sessions.create_token_from_template("sess_ada", "hasura")
    print(token.jwt)


def refresh_session(clerk: Clerk, expired_token: str, refresh_token: str) -> None:
    token = clerk.sessions.refresh(
        "sess_ada",
        expired_token=expired_token,
        refresh_token=refresh_token,
        request_origin="http://localhost:3000",
    )
    print(token.jwt)


def revoke_session(clerk: Clerk) -> None:
    session = clerk.sessions.revoke("sess_ada")
    print(session.status)


def get_client(clerk: Clerk) -> None:
    client = clerk.clients.get("client_ada")
    print(client.session_ids, client.last_active_session_id)


def list_clients(clerk: Clerk) -> None:
    try:
        clerk.clients.list()
    except ApiError as error:
        print(error.status_code, error.code)


def verify_client(clerk: Clerk, client_token: str) -> None:
    client = clerk.clients.verify(token=client_token)
    print(client.id, client.session_ids)


def create_sign_in_token(clerk: Clerk) -> None:
    token = clerk.sign_in_tokens.create(user_id="user_bob", expires_in_seconds=3600)
    print(token.status, token.user_id)


def revoke_sign_in_token(clerk: Clerk) -> None:
    token = clerk.sign_in_tokens.revoke("sit_ada")
    print(token.status)


def create_actor_token(clerk: Clerk) -> None:
    token = clerk.actor_tokens.create(user_id="user_ada", actor={"sub": "user_bob"}, expires_in_seconds=600)
    print(token.status, token.user_id)


def revoke_actor_token(clerk: Clerk) -> None:
    token = clerk.actor_tokens.revoke("act_bob")
    print(token.status)


def create_agent_task(clerk: Clerk) -> None:
    task = clerk.agent_tasks.create(
        on_behalf_of={"user_id": "user_ada"},
        permissions="*",
        agent_name="assistant",
        task_description="Pay the invoices of May",
        redirect_url="https://example.com/invoices",
    )
    print(task.agent_task_id)


def revoke_agent_task(clerk: Clerk) -> None:
    task = clerk.agent_tasks.revoke("agent_task_ada")
    print(task.agent_task_id)


def create_jwt_template(clerk: Clerk) -> None:
    template = clerk.jwt_templates.create(
        name="reports", claims={"email": "{{user.primary_email_address}}", "aud": "reports"}, lifetime=300
    )
    print(template.name, template.lifetime)


def get_jwt_template(clerk: Clerk) -> None:
    template = clerk.jwt_templates.get("jtmp_hasura")
    print(template.name, template.claims)


def list_jwt_templates(clerk: Clerk) -> None:
    for template in clerk.jwt_templates.list():
        print(template.id, template.name)


def update_jwt_template(clerk: Clerk) -> None:
    template = clerk.jwt_templates.update("jtmp_hasura", name="hasura", claims={"role": "admin"}, lifetime=120)
    print(template.claims, template.lifetime)


def delete_jwt_template(clerk: Clerk) -> None:
    deleted = clerk.jwt_templates.delete("jtmp_hasura")
    print(deleted.id, deleted.deleted)


def get_jwks(clerk: Clerk) -> None:
    keys = clerk.jwks.get()
    print([key.kid for key in keys.keys or []])


def create_testing_token(clerk: Clerk) -> None:
    token = clerk.testing_tokens.create()
    print(token.expires_at)
