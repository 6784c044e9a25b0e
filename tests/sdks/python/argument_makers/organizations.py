"""Arguments for organizations, their memberships, invitations and domains."""

from __future__ import annotations

from typing import Any

from api import email, image, organization, post, unique, upload, user


def _id() -> dict[str, Any]:
    return {"organization_id": organization()["id"]}


def _with_logo() -> dict[str, Any]:
    one = _id()
    upload("PUT", f"/organizations/{one['organization_id']}/logo")
    return one


def _membership() -> dict[str, Any]:
    member = {**_id(), "user_id": user()["id"]}
    body = {"user_id": member["user_id"], "role": "org:member"}
    post(f"/organizations/{member['organization_id']}/memberships", body)
    return member


def _invited() -> dict[str, Any]:
    return {"email_address": email(), "role": "org:member"}


def _invitation() -> dict[str, Any]:
    one = _id()
    made = post(f"/organizations/{one['organization_id']}/invitations", _invited())
    return {**one, "invitation_id": made["id"]}


def _domain() -> dict[str, Any]:
    one = _id()
    body = {"name": unique("py", ".dev"), "enrollment_mode": "manual_invitation"}
    return {**one, "domain_id": post(f"/organizations/{one['organization_id']}/domains", body)["id"]}


def _organization_of(ids: dict[str, Any]) -> Any:
    return {"organization_id": ids["organization_id"]}


MAKERS = {
    "organizations.create": lambda: {"request": {"name": "Engines", "created_by": user()["id"]}},
    "organizations.get": _id,
    "organizations.list": lambda: {"limit": 5, "include_members_count": True},
    "organizations.update": lambda: {**_id(), "name": "Renamed"},
    "organizations.delete": _id,
    "organizations.merge_metadata": lambda: {**_id(), "public_metadata": {"plan": "pro"}},
    "organizations.replace_metadata": lambda: {**_id(), "public_metadata": {}},
    "organizations.upload_logo": lambda: {**_id(), "file": image()},
    "organizations.delete_logo": _with_logo,
    "organization_memberships.create": lambda: {**_id(), "user_id": user()["id"], "role": "org:member"},
    "organization_memberships.list": lambda: _organization_of(_membership()),
    "organization_memberships.update": lambda: {**_membership(), "role": "org:admin"},
    "organization_memberships.update_metadata": lambda: {**_membership(), "public_metadata": {"a": 1}},
    "organization_memberships.delete": _membership,
    "organization_invitations.create": lambda: {**_id(), **_invited()},
    "organization_invitations.bulk_create": lambda: {**_id(), "request_body": [_invited(), _invited()]},
    "organization_invitations.get": _invitation,
    "organization_invitations.list": lambda: _organization_of(_invitation()),
    "organization_invitations.list_pending": lambda: _organization_of(_invitation()),
    "organization_invitations.get_all": lambda: {"limit": 5},
    "organization_invitations.revoke": _invitation,
    "organization_domains.create": lambda: {
        **_id(),
        "name": unique("py", ".dev"),
        "enrollment_mode": "manual_invitation",
    },
    "organization_domains.list": lambda: _organization_of(_domain()),
    "organization_domains.list_all": lambda: _organization_of(_domain()),
    "organization_domains.update": lambda: {**_domain(), "enrollment_mode": "automatic_invitation"},
    "organization_domains.verify_ownership": _domain,
    "organization_domains.delete": _domain,
}
