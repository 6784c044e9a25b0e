"""Users see the active enterprise connections at the domain of their verified primary email address."""

from __future__ import annotations

from tests.emulator.api import Api
from tests.emulator.frontend_api.browser import Browser
from tests.emulator.saml import certificate


def test_lists_active_connections_of_the_users_domain(admin: Browser, api: Api) -> None:
    assert admin.get("/me/enterprise_connections") == []
    saml = {
        "idp_entity_id": "https://idp.example.com",
        "idp_sso_url": "https://idp.example.com/sso",
        "idp_certificate": certificate(),
    }
    made = [
        api.post(
            "/enterprise_connections",
            {"name": name, "provider": "saml_okta", "domains": [domain], "active": active, "saml": saml},
        )
        for name, domain, active in (
            ("Ours", "example.com", True),
            ("Inactive", "example.org", False),
            ("Theirs", "engines.test", True),
        )
    ]
    (shown,) = admin.get("/me/enterprise_connections")
    assert (shown["id"], shown["name"], shown["provider"]) == (made[0]["id"], "Ours", "saml_okta")
    assert "idp_certificate" not in str(shown)
    api.patch(f"/enterprise_connections/{made[0]['id']}", {"active": False})
    assert admin.get("/me/enterprise_connections") == []
