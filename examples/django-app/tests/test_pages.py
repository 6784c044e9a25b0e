"""Pages for visitors, members and admins."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.site import Site

ADA, CHARLES, GRACE = "ada@example.com", "charles@example.com", "grace@example.com"


def test_home_welcomes_visitors_and_sends_users_to_their_organizations(site: Site) -> None:
    page = site.get("/")
    assert page.status_code == 200
    assert '<a href="/sign-in">' in page.content.decode()
    assert "Sign out" not in page.content.decode()
    sent = site.get("/", headers=site.sign_in(ADA))
    assert (sent.status_code, sent.headers["Location"]) == (302, "/organizations")


def test_pages_send_visitors_to_the_sign_in_page_and_back(site: Site) -> None:
    page = f"/organizations/{site.engines}/members"
    site.browser.cookies.load({"__client_uat": "0", "__clerk_db_jwt": "dvb_1"})  # as after a first visit
    sent = site.get(page, headers={"Accept": "text/html"})
    assert sent.status_code == 307
    target, _, query = sent.headers["Location"].partition("?")
    assert target == f"{site.emulator.origin}/sign-in"
    assert f"redirect_url=http%3A%2F%2Flocalhost%3A8000%2Forganizations%2F{site.engines}%2Fmembers" in query


def test_members_see_their_organizations(site: Site) -> None:
    page = site.get("/organizations", headers=site.sign_in(CHARLES)).content.decode()
    assert "Analytical Engines" in page
    assert "Compilers" not in page


def test_note_is_shown_with_the_name_of_its_author(site: Site) -> None:
    ada = site.sign_in(ADA, site.engines)
    added = site.post(f"/organizations/{site.engines}/notes", form={"text": "Oil the mill"}, headers=ada)
    assert added.status_code == 302
    page = site.get(added.headers["Location"], headers=ada).content.decode()
    assert "Oil the mill" in page
    assert "Ada Lovelace" in page


def test_renamed_author_is_shown_after_the_webhook(site: Site) -> None:
    ada = site.sign_in(ADA, site.engines)
    site.post(f"/organizations/{site.engines}/notes", form={"text": "Oil the mill"}, headers=ada)
    site.clerk.users.update(site.user(ADA).id, last_name="King")
    site.deliver_all()
    page = site.get(f"/organizations/{site.engines}", headers=ada).content.decode()
    assert "Ada King" in page
    assert "Lovelace" not in page


def test_members_delete_their_own_notes_and_moderators_those_of_others(site: Site) -> None:
    site.clerk.organization_memberships.create(site.engines, user_id=site.user(GRACE).id, role="org:moderator")
    here = f"/organizations/{site.engines}"
    ada, charles, grace = (site.sign_in(person, site.engines) for person in (ADA, CHARLES, GRACE))
    note_id = site.write_note(ada)
    assert site.post(f"{here}/notes/{note_id}/delete", headers=charles).status_code == 404
    assert f"{here}/notes/{note_id}/delete" not in site.get(here, headers=charles).content.decode()
    assert f"{here}/notes/{note_id}/delete" in site.get(here, headers=grace).content.decode()
    assert site.post(f"{here}/notes/{note_id}/delete", headers=grace).status_code == 302
    note_id = site.write_note(charles, "Sharpen the cards")
    assert site.post(f"{here}/notes/{note_id}/delete", headers=charles).status_code == 302
    assert "There are no notes yet." in site.get(here, headers=ada).content.decode()


def test_members_page_counts_notes_and_shows_forms_to_admins_only(site: Site) -> None:
    here = f"/organizations/{site.engines}"
    ada, charles = site.sign_in(ADA, site.engines), site.sign_in(CHARLES, site.engines)
    site.post(f"{here}/notes", form={"text": "Oil the mill"}, headers=charles)
    seen_by_charles = site.get(f"{here}/members", headers=charles).content.decode()
    assert "<td>1</td>" in seen_by_charles
    assert "Invite" not in seen_by_charles
    seen_by_ada = site.get(f"{here}/members", headers=ada).content.decode()
    assert "Invite somebody" in seen_by_ada
    assert '<option value="org:moderator">' in seen_by_ada


def test_members_are_listed_in_pages(site: Site) -> None:
    site.clerk.organizations.update(site.engines, max_allowed_memberships=0)  # any number
    for number in range(21):
        user = site.clerk.users.create(first_name=f"Clerk{number}", email_address=[f"clerk{number}@example.com"])
        site.clerk.organization_memberships.create(site.engines, user_id=user.id, role="org:member")
    ada, here = site.sign_in(ADA, site.engines), f"/organizations/{site.engines}/members"
    first, second = (site.get(here, ada, page=page).content.decode() for page in ("1", "2"))
    assert "Next page" in first
    assert "Previous page" not in first
    assert "Previous page" in second
    assert "Next page" not in second
    assert "Clerk20" in second
    assert "Clerk20" not in first
    assert site.get(here, ada, page="0").status_code == 404


def test_admin_invites_and_revokes(site: Site) -> None:
    ada, here = site.sign_in(ADA, site.engines), f"/organizations/{site.engines}"
    form = {"email_address": "mary@example.com", "role": "org:moderator"}
    assert site.post(f"{here}/invitations", form=form, headers=ada).status_code == 302
    assert "mary@example.com (Moderator)" in site.get(f"{here}/members", headers=ada).content.decode()
    (invitation,) = site.clerk.organization_invitations.iterate(site.engines)
    revoked = site.post(f"{here}/invitations/{invitation.id}/revoke", headers=ada)
    assert revoked.status_code == 302
    assert "mary@example.com" not in site.get(f"{here}/members", headers=ada).content.decode()


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"email_address": ADA, "role": "org:member"}, 400),
        ({"email_address": "no address", "role": "org:member"}, 422),
        ({"email_address": "mary@example.com", "role": "org:emperor"}, 404),
    ],
)
def test_refused_invitation_shows_the_reason(site: Site, form: dict[str, str], status: int) -> None:
    ada = site.sign_in(ADA, site.engines)
    page = site.post(f"/organizations/{site.engines}/invitations", form=form, headers=ada)
    assert page.status_code == status
    assert 'role="alert"' in page.content.decode()
    assert "Members of Analytical Engines" in page.content.decode()


def test_admin_changes_roles_and_removes_members(site: Site) -> None:
    ada, charles = site.sign_in(ADA, site.engines), site.user(CHARLES).id
    there = f"/organizations/{site.engines}/members/{charles}"
    assert site.post(there, form={"role": "org:moderator"}, headers=ada).status_code == 302
    membership = site.clerk.organization_memberships.get(site.engines, charles)
    assert membership
    assert membership.role == "org:moderator"
    assert site.post(f"{there}/remove", headers=ada).status_code == 302
    assert site.clerk.organization_memberships.get(site.engines, charles) is None


def test_last_admin_cannot_be_demoted(site: Site) -> None:
    ada = site.sign_in(ADA, site.engines)
    there = f"/organizations/{site.engines}/members/{site.user(ADA).id}"
    page = site.post(there, form={"role": "org:member"}, headers=ada)
    assert page.status_code >= 400
    assert 'role="alert"' in page.content.decode()


def test_user_creates_an_organization(site: Site) -> None:
    created = site.post("/organizations", form={"name": "Looms"}, headers=site.sign_in(CHARLES))
    assert created.status_code == 302
    organization_id = created.headers["Location"].rpartition("/")[2]
    charles = site.sign_in(CHARLES, organization_id)
    assert "<h1>Looms</h1>" in site.get(created.headers["Location"], headers=charles).content.decode()


def test_admin_renames_the_organization(site: Site) -> None:
    ada, there = site.sign_in(ADA, site.engines), f"/organizations/{site.engines}/settings"
    assert site.post(there, form={"name": "Difference Engines"}, headers=ada).status_code == 302
    assert "Settings of Difference Engines" in site.get(there, headers=ada).content.decode()
    assert site.post(there, form={"name": ""}, headers=ada).status_code == 422


def test_outage_of_clerk_is_a_503(site: Site) -> None:
    ada = site.sign_in(ADA, site.engines)
    site.emulator.faults.add("GetOrganization", status=503, times=9)
    page = site.get(f"/organizations/{site.engines}", headers=ada)
    assert page.status_code == 503
    assert page.headers["Retry-After"] == "5"
    assert "Try again" in page.content.decode()


@pytest.mark.parametrize(
    ("operation", "path", "form"),
    [
        ("CreateOrganization", "/organizations", {"name": "Looms"}),
        ("UpdateOrganization", "/organizations/{engines}/settings", {"name": "Looms"}),
        (
            "CreateOrganizationInvitation",
            "/organizations/{engines}/invitations",
            {"email_address": "mary@example.com", "role": "org:member"},
        ),
    ],
)
def test_outage_during_a_change_is_a_503(site: Site, operation: str, path: str, form: dict[str, str]) -> None:
    ada = site.sign_in(ADA, site.engines)
    site.emulator.faults.add(operation, status=503, times=9)
    page = site.post(path.format(engines=site.engines), form=form, headers=ada)
    assert page.status_code == 503
    assert "Try again" in page.content.decode()


@pytest.mark.parametrize("path", ["user_2nobody", "a b", "%2e%2e", "..%2f.."])
def test_unknown_member_is_not_found(site: Site, path: str) -> None:
    ada = site.sign_in(ADA, site.engines)
    form = {"role": "org:admin"}
    page = site.post(f"/organizations/{site.engines}/members/{path}", form=form, headers=ada)
    assert page.status_code in (404, 405)


@pytest.mark.parametrize(("status", "page"), [("sign_up", "/sign-up"), ("sign_in", "/sign-in"), ("", "/sign-up")])
def test_invited_people_get_to_the_page_that_takes_their_ticket(site: Site, status: str, page: str) -> None:
    query = {"__clerk_ticket": "a.b&c=d", "__clerk_status": status}
    sent = urlsplit(str(site.get("/join", None, **query).headers["Location"]))
    assert f"{sent.scheme}://{sent.netloc}{sent.path}" == f"{site.emulator.origin}{page}"
    assert parse_qs(sent.query)["__clerk_ticket"] == ["a.b&c=d"]
    assert parse_qs(sent.query)["redirect_url"] == ["http://localhost:8000/organizations"]


def test_people_who_have_joined_already_get_to_their_organizations(site: Site) -> None:
    query = {"__clerk_ticket": "a", "__clerk_status": "complete"}
    assert site.get("/join", None, **query).headers["Location"] == "/organizations"
