"""The Svix app of the instance."""

from __future__ import annotations

from tests.emulator.api import Api


def test_app_is_created_once(api: Api) -> None:
    for method, path in (("DELETE", "/webhooks/svix"), ("POST", "/webhooks/svix_url")):
        refused = api.refused(method, path)
        assert (refused.status, refused.codes) == (400, ["svix_app_missing"])
    first = api.post("/webhooks/svix")["svix_url"]
    assert first.startswith("https://app.svix.com/login#key=")
    refused = api.refused("POST", "/webhooks/svix")
    assert (refused.status, refused.codes) == (400, ["svix_app_exists"])
    assert api.post("/webhooks/svix_url")["svix_url"] != first
    answer = api.http.delete("/webhooks/svix")
    assert (answer.status_code, answer.content) == (204, b"")
    assert api.refused("POST", "/webhooks/svix_url").codes == ["svix_app_missing"]
    assert api.post("/webhooks/svix")["svix_url"]
