"""The API below /api."""

from __future__ import annotations

from tests.site import Site

ADA, CHARLES, GRACE = "ada@example.com", "charles@example.com", "grace@example.com"


def test_api_needs_a_session(site: Site) -> None:
    refused = site.browser.get("/api/notes")
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
    assert refused.headers["content-type"] == "application/json"


def test_api_needs_an_active_organization(site: Site) -> None:
    assert site.browser.get("/api/notes", headers=site.sign_in(ADA)).status_code == 403


def test_caller(site: Site) -> None:
    caller = site.browser.get("/api/me", headers=site.sign_in(CHARLES, site.engines)).json()
    assert caller == {
        "user_id": site.user(CHARLES).id,
        "organization_id": site.engines,
        "role": "org:member",
        "can_moderate": False,
    }


def test_notes_are_added_listed_and_deleted(site: Site) -> None:
    ada = site.sign_in(ADA, site.engines)
    note_id = site.write_note(ada)
    (note,) = site.browser.get("/api/notes", headers=ada).json()
    assert (note["id"], note["text"], note["author"]) == (note_id, "Oil the mill", "Ada Lovelace")
    assert site.browser.delete(f"/api/notes/{note_id}", headers=ada).status_code == 204
    assert site.browser.get("/api/notes", headers=ada).json() == []
    assert site.browser.post("/api/notes", json={"text": ""}, headers=ada).status_code == 422


def test_moderation_needs_the_permission(site: Site) -> None:
    site.clerk.organization_memberships.create(site.engines, user_id=site.user(GRACE).id, role="org:moderator")
    ada, charles, grace = (site.sign_in(person, site.engines) for person in (ADA, CHARLES, GRACE))
    note_id = site.write_note(ada)
    refused = site.browser.delete(f"/api/moderation/notes/{note_id}", headers=charles)
    assert refused.status_code == 403
    assert "insufficient_scope" in refused.headers["www-authenticate"]
    assert site.browser.delete(f"/api/notes/{note_id}", headers=grace).status_code == 404
    assert site.browser.delete(f"/api/moderation/notes/{note_id}", headers=grace).status_code == 204
