"""The HTML of fastapi_app.py, django_app.py and flask_app.py: what visitors see, signed in or not."""

from __future__ import annotations

import os
from collections.abc import Iterable
from html import escape
from urllib.parse import quote

from clerkkit import OrganizationMembership, User

_PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<link rel="icon" href="data:,">
<h1>{title}</h1>
{content}
"""


def sign_in_url(page: str) -> str:
    """Return the URL of the sign-in page, which leads back to a page of this site."""
    return f"{os.environ.get('CLERK_SIGN_IN_URL', '/sign-in')}?redirect_url={quote(page, safe='')}"


def welcome(here: str, user_count: int) -> str:
    """Return the home page for visitors who are not signed in."""
    return _page(
        "Welcome",
        "<p>You are nobody.</p>",
        f'<p><a href="{escape(sign_in_url(here))}">Sign in</a></p>',
        _counted(user_count),
    )


def home(user: User, memberships: Iterable[OrganizationMembership], user_count: int, csrf_field: str = "") -> str:
    """Return the home page of a user. `csrf_field` is a hidden field for the form that signs out."""
    organizations = [one.organization for one in memberships if one.organization]
    return _page(
        f"Hello {user.first_name or user.username or user.id}",
        f"<p>You are {escape(user.id)}.</p>",
        '<p><a href="/account">Account</a></p>',
        *(f'<p><a href="/organizations/{quote(one.slug or "")}">{escape(one.name)}</a></p>' for one in organizations),
        _counted(user_count),
        f'<form method="post" action="/sign-out">{csrf_field}<button>Sign out</button></form>',
    )


def account(user: User) -> str:
    """Return the page that only the signed-in user can see."""
    addresses = "".join(f"<li>{escape(one.email_address)}</li>" for one in user.email_addresses)
    return _page("Your account", f"<ul>{addresses}</ul>", '<p><a href="/">Home</a></p>')


def organization(members: Iterable[OrganizationMembership], role: str | None) -> str:
    """Return the page of the active organization."""
    rows = list(members)
    name = rows[0].organization.name if rows and rows[0].organization else ""
    people = [one.public_user_data.identifier or "" for one in rows if one.public_user_data]
    return _page(
        name,
        f"<p>Your role is {escape(role or '')}.</p>",
        "<ul>" + "".join(f"<li>{escape(person)}</li>" for person in people) + "</ul>",
        '<p><a href="/">Home</a></p>',
    )


def not_a_member() -> str:
    """Return the page of an organization that the user is not a member of."""
    return _page("Not found", "<p>You are not a member of this organization.</p>")


def _counted(number: int) -> str:
    return f"<p>Users, counted by webhooks: {number}</p>"


def _page(title: str, *content: str) -> str:
    return _PAGE.format(title=escape(title), content="\n".join(content))
