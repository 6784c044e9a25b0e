"""Organizations: create, list, get, update, delete, metadata, logo."""

from __future__ import annotations

import re

import sqlalchemy as sa

from clerk_emulator import errors
from clerk_emulator.domain import images, memberships, roles, value_rules
from clerk_emulator.domain.organization_rules import (
    MEMBERS_COUNT,
    leave,
    organization_operation,
    show_organization,
    show_organizations,
)
from clerk_emulator.domain.roles import ROLE_SETS
from clerk_emulator.errors import Json, Refusal
from clerk_emulator.request.call import Answer, Call, deleted
from clerk_emulator.request.listing import listing, partial, signed
from clerk_emulator.storage.settings import ORGANIZATION_SETTINGS, USER_SETTINGS
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import MEMBERSHIPS, ORGANIZATION_INVITATIONS, ORGANIZATIONS, USERS

_NAME_LIMIT = 256
_METADATA = ("public_metadata", "private_metadata")
_URL_OR_HTML = re.compile(r"https?://|www\.|</?[a-z][^>]*>", re.IGNORECASE)

_SORT = {"created_at": ORGANIZATIONS.c.created_at, "name": ORGANIZATIONS.c.name, "members_count": MEMBERS_COUNT}


@organization_operation("ListOrganizations")
def list_organizations(call: Call) -> Answer:
    return listing(
        call,
        ORGANIZATIONS,
        partial(call.query["query"], ORGANIZATIONS.c.name, ORGANIZATIONS.c.slug, exact=ORGANIZATIONS.c.id),
        signed(ORGANIZATIONS.c.id, call.query["organization_id"]),
        signed(
            MEMBERSHIPS.c.user_id,
            call.query["user_id"],
            lambda condition: ORGANIZATIONS.c.id.in_(sa.select(MEMBERSHIPS.c.organization_id).where(condition)),
        ),
        sort=_SORT,
        show=show_organizations,
    )


@organization_operation("CreateOrganization")
def create_organization(call: Call) -> Json:
    body = call.body
    settings = ORGANIZATION_SETTINGS.read(call.store)
    creator = _creator(call)
    profile = _profile(call, {})
    if "slug" not in profile:
        profile["slug"] = _slug_for(call, profile["name"])
    organization = call.store.create(
        ORGANIZATIONS,
        {
            "max_allowed_memberships": settings["max_allowed_memberships"],
            "admin_delete_enabled": settings["admin_delete_enabled"],
            "role_set_key": settings["initial_role_set_key"],
            **profile,
            **{name: value_rules.metadata(name, body.get(name) or {}) for name in _METADATA},
            **({"created_by": creator["id"]} if creator else {}),
            "_image": None,
        },
    )
    if creator:
        role, _ = roles.leading(call.store, roles.role_set_of(call.store, organization))
        memberships.add(call.store, organization, creator, role, {}, {})
    return show_organization(call, organization)


@organization_operation("GetOrganization")
def get_organization(call: Call) -> Json:
    by_slug = call.store.find(ORGANIZATIONS, ORGANIZATIONS.c.slug == call.path["organization_id"])
    return show_organization(call, by_slug or _asked(call))


@organization_operation("UpdateOrganization")
def update_organization(call: Call) -> Json:
    organization = _asked(call)
    profile = _profile(call, organization) | value_rules.metadata_replaced(call.body, _METADATA)
    if "role_set_key" in profile:
        _need_roles_within(call.store, organization, profile["role_set_key"])
    return show_organization(call, call.store.update(ORGANIZATIONS, organization, **profile))


@organization_operation("DeleteOrganization")
def delete_organization(call: Call) -> Json:
    organization = _asked(call)
    images.drop(call, organization)
    leave(call.store, organization["id"])
    call.store.delete(ORGANIZATIONS, ORGANIZATIONS.c.id == organization["id"])
    return deleted(organization, "slug")


@organization_operation("MergeOrganizationMetadata")
def merge_metadata(call: Call) -> Json:
    organization = _asked(call)
    changes = value_rules.metadata_merged(organization, call.body, _METADATA)
    return show_organization(call, call.store.update(ORGANIZATIONS, organization, **changes))


@organization_operation("ReplaceOrganizationMetadata")
def replace_metadata(call: Call) -> Json:
    organization = _asked(call)
    changes = value_rules.metadata_replaced(call.body, _METADATA)
    return show_organization(call, call.store.update(ORGANIZATIONS, organization, **changes))


@organization_operation("UploadOrganizationLogo")
def upload_logo(call: Call) -> Json:
    organization = _asked(call)
    uploader = call.body.get("uploader_user_id")
    if uploader and call.store.get(USERS, uploader) is None:
        raise errors.body_refers_to_nothing("uploader_user_id", uploader)
    organization = call.store.update(ORGANIZATIONS, organization, _image=images.take(call, organization))
    answer = show_organization(call, organization)
    return {**answer, "logo_url": answer["image_url"]}


@organization_operation("DeleteOrganizationLogo")
def delete_logo(call: Call) -> Json:
    organization = _asked(call)
    if organization["_image"] is None:
        raise Refusal(404, "image_not_found", "not found", "This organization has no logo.")
    images.drop(call, organization)
    return show_organization(call, call.store.update(ORGANIZATIONS, organization, _image=None))


def _asked(call: Call) -> Json:
    return call.named(ORGANIZATIONS, "organization_id")


def _creator(call: Call) -> Json | None:
    """The user who makes the organization, if it is to be one. Raises for one who may not make another."""
    if not call.body.get("created_by"):
        return None
    user = call.store.get(USERS, call.body["created_by"])
    if user is None:
        message = f"There is no user {call.body['created_by']} to make the organization."
        raise Refusal(400, "organization_creator_not_found", "not found", message)
    limit = user["create_organizations_limit"]
    if limit is None:
        limit = USER_SETTINGS.read(call.store)["create_organizations_limit"]
    # 0 is no limit.
    if limit and call.store.count(ORGANIZATIONS, ORGANIZATIONS.c.created_by == user["id"]) >= limit:
        message = f"User {user['id']} has made the {limit} organizations that are allowed."
        raise Refusal(403, "org_creation_limit_exceeded", "too many organizations", message)
    return user


def _profile(call: Call, organization: Json) -> Json:
    """What the body says of the organization's own fields, checked; null is nothing."""
    given = {name: value for name, value in call.body.items() if value is not None}
    profile: Json = {}
    if "name" in given:
        profile["name"] = _name(given["name"])
    if given.get("slug"):
        profile["slug"] = _slug(call, given["slug"], organization)
    if "created_at" in given:
        profile["created_at"] = value_rules.past_time("created_at", given["created_at"], call.clock.now())
    if "role_set_key" in given:
        if call.store.find(ROLE_SETS, ROLE_SETS.c.key == given["role_set_key"]) is None:
            raise errors.body_refers_to_nothing("role_set_key", given["role_set_key"])
        profile["role_set_key"] = given["role_set_key"]
    for name in ("max_allowed_memberships", "admin_delete_enabled"):
        if name in given:
            profile[name] = given[name]
    return profile


def _name(value: str) -> str:
    value = value.strip()
    if not value:
        raise errors.null("name")
    if len(value) > _NAME_LIMIT:
        message = f"name must not have more than {_NAME_LIMIT} characters."
        raise Refusal(422, "form_param_max_length_exceeded", "is too long", message, param_name="name")
    if _URL_OR_HTML.search(value):
        raise errors.malformed("name", "without URLs and HTML")
    return value


def _slug(call: Call, value: str, organization: Json) -> str:
    if ORGANIZATION_SETTINGS.read(call.store)["slug_disabled"]:
        message = "This instance has slugs of organizations off."
        raise Refusal(403, "organization_slugs_disabled", "not enabled", message)
    value_rules.slug("slug", value)
    other = call.store.find(ORGANIZATIONS, ORGANIZATIONS.c.slug == value)
    if other and other["id"] != organization.get("id"):
        raise errors.taken("slug")
    return value


def _slug_for(call: Call, name: str) -> str:
    """A slug that is free. How Clerk makes one of a name is not known: here digits follow where it is taken."""
    slug = free = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "organization"
    while call.store.find(ORGANIZATIONS, ORGANIZATIONS.c.slug == free):
        free = f"{slug}-{call.ids.hex(8)}"
    return free


def _need_roles_within(store: Store, organization: Json, role_set_key: str) -> None:
    """Raises where members of the organization, or those who are invited, have a role that the role set lacks."""
    role_set = store.find(ROLE_SETS, ROLE_SETS.c.key == role_set_key)
    assert role_set is not None
    for kind in (MEMBERSHIPS, ORGANIZATION_INVITATIONS):
        here = kind.c.organization_id == organization["id"]
        row = store.find(kind, here, kind.c.role.not_in(role_set["_roles"]))
        if row:
            code = "organization_role_on_set_assigned_to_user"
            message = f"{row['role']}, a role in the organization, is none of {role_set_key}."
            raise Refusal(422, code, "is in use", message, role_key=row["role"])
