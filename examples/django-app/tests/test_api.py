"""The API below /api."""

from __future__ import annotations

from django.test import Client

from tests.site import Site

ADA, CHARLES, GRACE = "ada@example.com", "charles@example.com", "grace@example.com"


def test_api_needs_a_session(site: Site) -> None:
    refused = site.get("/api/notes")
    assert refused.status_code == 401
    assert refused.headers["content-type"].startswith("application/json")


def test_api_needs_an_active_organization(site: Site) -> None:
    assert site.get("/api/notes", headers=site.sign_in(ADA)).status_code == 403


def test_caller(site: Site) -> None:
    caller = site.get("/api/me", headers=site.sign_in(CHARLES, site.engines)).json()
    assert caller == {
        "user_id": site.user(CHARLES).id,
        "organization_id": site.engines,
        "role": "org:member",
        "can_moderate": False,
    }


def test_notes_are_added_listed_and_deleted(site: Site) -> None:
    ada = site.sign_in(ADA, site.engines)
    note_id = site.write_note(ada)
    (note,) = site.get("/api/notes", headers=ada).json()
    assert (note["id"], note["text"], note["author"]) == (note_id, "Oil the mill", "Ada Lovelace")
    assert site.delete(f"/api/notes/{note_id}", headers=ada) == 204
    assert site.get("/api/notes", headers=ada).json() == []
    assert site.send_json("/api/notes", {"text": ""}, headers=ada).status_code == 422


def test_moderation_needs_the_permission(site: Site) -> None:
    site.clerk.organization_memberships.create(site.engines, user_id=site.user(GRACE).id, role="org:moderator")
    ada, charles, grace = (site.sign_in(person, site.engines) for person in (ADA, CHARLES, GRACE))
    note_id = site.write_note(ada)
    assert site.delete(f"/api/moderation/notes/{note_id}", headers=charles) == 403
    assert site.delete(f"/api/notes/{note_id}", headers=grace) == 404
    assert site.delete(f"/api/moderation/notes/{note_id}", headers=grace) == 204


def test_cookies_need_the_csrf_token_and_bearer_tokens_do_not(site: Site) -> None:
    site.browser = Client(HTTP_HOST="localhost:8000", enforce_csrf_checks=True)
    ada = site.sign_in(ADA, site.engines)
    assert site.send_json("/api/notes", {"text": "Oil the mill"}, headers=ada).status_code == 201
    site.sign_in_with_cookies(ADA, site.engines)
    assert site.send_json("/api/notes", {"text": "Oil the mill"}, headers={}).status_code == 403
    site.get(f"/organizations/{site.engines}")
    token = {"X-CSRFToken": site.browser.cookies["csrftoken"].value}
    assert site.send_json("/api/notes", {"text": "Oil the mill"}, headers=token).status_code == 201
