"""What visitors, members of other organizations and other sites cannot do."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from tests.site import ORIGIN, Site

ADA, CHARLES, GRACE = "ada@example.com", "charles@example.com", "grace@example.com"
SCRIPT = "<script>alert(1)</script>"


def test_names_and_texts_are_escaped(site: Site) -> None:
    site.clerk.users.update(site.user(ADA).id, first_name=SCRIPT)
    site.clerk.organizations.update(site.engines, name='Engines" onload="x')
    ada, here = site.sign_in(ADA, site.engines), f"/organizations/{site.engines}"
    site.post(f"{here}/notes", form={"text": SCRIPT}, headers=ada)
    problem = site.post(f"{here}/invitations", form={"email_address": SCRIPT, "role": SCRIPT}, headers=ada)
    verify = site.get("/verify", ada, next=f'"{SCRIPT}')
    shown = [site.get(f"{here}{path}", headers=ada) for path in ("", "/members", "/settings")]
    for page in [site.get("/organizations", headers=ada), problem, verify, *shown]:
        assert SCRIPT not in page.content.decode()
        assert '" onload="x' not in page.content.decode()
    for page in (problem, verify, *shown[:2]):
        assert "&lt;script&gt;" in page.content.decode()


def test_pages_run_no_scripts_of_others_and_are_not_framed(site: Site) -> None:
    policy = site.get("/").headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize("path", ["", "/members", "/settings"])
def test_pages_of_other_organizations_are_not_found(site: Site, path: str) -> None:
    for headers in (site.sign_in(GRACE, site.compilers), site.sign_in(GRACE)):
        page = site.get(f"/organizations/{site.engines}{path}", headers=headers)
        assert page.status_code in (403, 404)
        assert "Analytical Engines" not in page.content.decode()


def test_other_organizations_cannot_be_changed(site: Site) -> None:
    ada, grace = site.sign_in(ADA, site.engines), site.sign_in(GRACE, site.compilers)
    note_id = site.write_note(ada)
    invitation = site.clerk.organization_invitations.create(
        site.engines, email_address="mary@example.com", role="org:member", inviter_user_id=site.user(ADA).id
    )
    charles = site.user(CHARLES).id
    for organization in (site.engines, site.compilers):  # Grace is an admin of the second one
        for path, form in [
            (f"notes/{note_id}/delete", {}),
            (f"members/{charles}", {"role": "org:admin"}),
            (f"members/{charles}/remove", {}),
            (f"invitations/{invitation.id}/revoke", {}),
        ]:
            refused = site.post(f"/organizations/{organization}/{path}", form=form, headers=grace)
            assert refused.status_code in (400, 404), path
    for path, form in [
        ("notes", {"text": "Hello"}),
        ("settings", {"name": "Mine"}),
        ("delete", {}),
        ("invitations", {"email_address": GRACE, "role": "org:admin"}),
    ]:
        refused = site.post(f"/organizations/{site.engines}/{path}", form=form, headers=grace)
        assert refused.status_code == 404, path
    assert site.delete(f"/api/notes/{note_id}", headers=grace) == 404
    assert site.get("/api/notes", headers=grace).json() == []
    assert len(site.get("/api/notes", headers=ada).json()) == 1
    assert site.clerk.organizations.get(site.engines).name == "Analytical Engines"
    assert site.clerk.organization_invitations.get(site.engines, invitation.id).status == "pending"
    membership = site.clerk.organization_memberships.get(site.engines, charles)
    assert membership
    assert membership.role == "org:member"


@pytest.mark.parametrize(
    "path",
    ["settings", "delete", "invitations", "invitations/orginv_1/revoke", "members/user_1", "members/user_1/remove"],
)
def test_members_cannot_do_what_admins_can(site: Site, path: str) -> None:
    form = {"name": "Mine", "email_address": "mary@example.com", "role": "org:admin"}
    charles = site.sign_in(CHARLES, site.engines)
    assert site.post(f"/organizations/{site.engines}/{path}", form=form, headers=charles).status_code == 403
    assert site.post(f"/organizations/{site.engines}/{path}", form=form).status_code == 401


def test_removed_member_sees_nothing_with_a_new_token(site: Site) -> None:
    session = site.emulator.start_session(site.user(CHARLES).id, site.engines, origin=ORIGIN)
    site.clerk.organization_memberships.delete(site.engines, site.user(CHARLES).id)
    token = site.clerk.sessions.create_token(session.session_id).jwt
    page = site.get(f"/organizations/{site.engines}", headers={"Authorization": f"Bearer {token}"})
    assert page.status_code == 404


@pytest.mark.parametrize(
    "page",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "http://localhost:8001/",
        "/a\r\nSet-Cookie: b=c",
        "/\t/evil.example",
        "/@evil.example",
        ".evil.example",
    ],
)
def test_sign_in_leads_back_to_this_site_only(site: Site, page: str) -> None:
    sent = site.get("/sign-in", next=page)
    again = site.post("/verify", form={"next": page}, headers=site.sign_in(ADA))
    for response in (sent, again):
        assert response.status_code == 302
        location = urlsplit(str(response.headers["Location"]))
        assert f"{location.scheme}://{location.netloc}" == site.emulator.origin
        (back,) = parse_qs(location.query)["redirect_url"]
        assert back.startswith(f"{ORIGIN}/")


def test_other_hosts_are_rejected(site: Site) -> None:
    assert site.get("/sign-in", headers={"Host": "evil.example"}).status_code == 400
    sent = site.get("/sign-in", headers={"X-Forwarded-Host": "evil.example"})
    assert "evil.example" not in sent.headers["Location"]


def test_tokens_of_other_sites_are_rejected(site: Site) -> None:
    token = site.emulator.sign_in(site.user(ADA).id, site.engines, origin="https://evil.example")
    refused = site.get("/api/me", headers={"Authorization": f"Bearer {token}"})
    assert refused.status_code == 401


@pytest.mark.parametrize(
    ("origin", "status"),
    [(ORIGIN, 302), ("https://evil.example", 403), ("http://localhost:8001", 403), ("null", 403)],
)
def test_forms_need_the_csrf_token_and_the_origin_of_the_site(site: Site, origin: str, status: int) -> None:
    site.browser = Client(HTTP_HOST="localhost:8000", enforce_csrf_checks=True)
    site.sign_in_with_cookies(ADA, site.engines)
    here, form = f"/organizations/{site.engines}", {"text": "Oil the mill"}
    page = site.get(here).content.decode()
    assert page.count('<form method="post"') == page.count('name="csrfmiddlewaretoken"') > 1
    assert site.post(f"{here}/notes", form).status_code == 403
    assert site.post("/sign-out").status_code == 403
    token = {"csrfmiddlewaretoken": site.browser.cookies["csrftoken"].value}
    headers = {"Origin": origin}
    assert site.post(f"{here}/notes", {**form, **token}, headers=headers).status_code == status
    assert site.post("/sign-out", token, headers=headers).status_code == status


def test_deletion_needs_a_recent_sign_in(site: Site) -> None:
    there = f"/organizations/{site.engines}"
    session_id = site.sign_in_with_cookies(ADA, site.engines, ago=11 * 60)
    site.browser.cookies.clear()
    old = {"Authorization": f"Bearer {site.clerk.sessions.create_token(session_id).jwt}"}
    asked = site.post(f"{there}/delete", headers=old)
    assert asked.headers["Location"] == f"/verify?next={there}/settings"
    assert "Sign in again" in site.get("/verify", old, next=f"{there}/settings").content.decode()
    again = site.post("/verify", {"next": f"{there}/settings"}, headers=old)
    assert again.headers["Location"].startswith(f"{site.emulator.origin}/sign-in?")
    assert site.clerk.sessions.get(session_id).status == "revoked"
    assert site.clerk.organizations.get(site.engines).name == "Analytical Engines"
    deleted = site.post(f"{there}/delete", headers=site.sign_in(ADA, site.engines))
    assert deleted.headers["Location"] == "/organizations"
    assert [one.name for one in site.clerk.organizations.iterate()] == ["Compilers"]


def test_sign_out_ends_the_session(site: Site) -> None:
    session_id = site.sign_in_with_cookies(ADA, site.engines)
    assert site.get("/session").status_code == 204
    assert site.post("/sign-out").headers["Location"] == "/"
    assert not [
        name
        for name, cookie in site.browser.cookies.items()
        if name.startswith(("__session", "__refresh")) and cookie.value
    ]
    assert site.clerk.sessions.get(session_id).status == "revoked"


def test_expired_token_is_replaced_by_a_request_before_a_form_is_sent(site: Site) -> None:
    site.sign_in_with_cookies(ADA, site.engines, ago=120)
    there, form = f"/organizations/{site.engines}/notes", {"text": "Oil the mill"}
    assert site.post(there, form).status_code == 401
    assert site.get("/session", {"Sec-Fetch-Dest": "empty"}).status_code == 204
    assert site.post(there, form).status_code == 302


@pytest.mark.parametrize("text", ["", "\x00", "a\x00b", "x" * 2001])
def test_texts_that_cannot_be_stored_are_refused(site: Site, text: str) -> None:
    ada = site.sign_in(ADA, site.engines)
    assert site.post(f"/organizations/{site.engines}/notes", {"text": text}, headers=ada).status_code == 422
    assert site.send_json("/api/notes", {"text": text}, headers=ada).status_code == 422


def test_lone_surrogates_are_refused(site: Site) -> None:
    ada = site.sign_in(ADA, site.engines)
    assert site.send_json("/api/notes", r'{"text": "\ud800"}', headers=ada).status_code == 422


@pytest.mark.parametrize("note_id", ["0", "-1", "9223372036854775807", "9223372036854775808", "9" * 400, "one"])
def test_ids_that_cannot_exist_are_not_found(site: Site, note_id: str) -> None:
    ada = site.sign_in(ADA, site.engines)
    there = f"/organizations/{site.engines}/notes/{note_id}/delete"
    assert site.post(there, headers=ada).status_code == 404
    assert site.delete(f"/api/notes/{note_id}", headers=ada) in (404, 422)


def test_api_description_needs_no_session_and_pages_load_no_foreign_scripts(site: Site) -> None:
    assert "/api/notes" in site.get("/api/openapi.json").json()["paths"]
    assert site.get("/api/docs").status_code == 404
