"""Domains of organizations."""

from __future__ import annotations

from typing import Any

import pytest

from clerk_emulator import Emulator
from tests.emulator.api import Api, Json
from tests.emulator.organizations import member, organization


def domain(api: Api, organization_id: str, name: str = "acme.com", **values: Any) -> Json:
    made: Json = api.post(f"/organizations/{organization_id}/domains", {"name": name, **values})
    return made


def test_created_resource_is_returned_by_get_and_list(api: Api, emulator: Emulator) -> None:
    now = emulator.clock.freeze()
    acme = organization(api)
    made = domain(api, acme["id"], "Shop.Acme.com", enrollment_mode="automatic_suggestion")
    verification = {"status": "verified", "strategy": "admin", "attempts": None, "expire_at": None, "verified_at": now}
    assert made == {
        "object": "organization_domain",
        "id": made["id"],
        "organization_id": acme["id"],
        "name": "shop.acme.com",
        "enrollment_mode": "automatic_suggestion",
        "affiliation_email_address": None,
        "affiliation_verification": verification,
        "verification": verification,
        "ownership_verification": None,
        "total_pending_invitations": 0,
        "total_pending_suggestions": 0,
        "public_organization_data": {name: acme[name] for name in ("id", "name", "slug", "has_image", "image_url")},
        "created_at": now,
        "updated_at": now,
    }
    assert made["id"].startswith("orgdmn_")
    assert api.get(f"/organizations/{acme['id']}/domains") == {"data": [made], "total_count": 1}
    assert api.get("/organization_domains") == {"data": [made], "total_count": 1}


def test_a_domain_can_be_unverified(api: Api) -> None:
    made = domain(api, organization(api)["id"], verified=False)
    assert (made["verification"], made["affiliation_verification"]) == (None, None)
    assert made["enrollment_mode"] == "manual_invitation"


@pytest.mark.parametrize(
    ("body", "status", "code", "param"),
    [
        ({}, 422, "form_param_missing", "name"),
        ({"name": None}, 422, "form_param_nil", "name"),
        ({"name": "acme"}, 422, "form_param_format_invalid", "name"),
        ({"name": "a@acme.com"}, 422, "form_param_format_invalid", "name"),
        ({"name": "Gmail.com"}, 422, "organization_domain_common", "name"),
        ({"name": "mine.com"}, 422, "organization_domain_already_exists_same_organization", "name"),
        ({"name": "OTHERS.com"}, 422, "organization_domain_already_exists", "name"),
        ({"name": "acme.com", "enrollment_mode": "x"}, 422, "form_param_value_invalid", "enrollment_mode"),
        ({"name": "acme.com", "verified": "yes"}, 422, "form_param_type_invalid", "verified"),
        ({"name": "acme.com", "nope": 1}, 422, "form_param_unknown", "nope"),
    ],
)
def test_rejects_invalid_domain(api: Api, body: Any, status: int, code: str, param: str) -> None:
    acme = organization(api)["id"]
    domain(api, acme, "mine.com")
    domain(api, organization(api, "Other")["id"], "others.com")
    problem = api.refused("POST", f"/organizations/{acme}/domains", body)
    assert (problem.status, problem.codes, problem.params) == (status, [code], [param])
    assert api.get("/organization_domains")["total_count"] == 2


def test_allows_ten_domains(api: Api) -> None:
    acme, other = organization(api)["id"], organization(api, "Other")["id"]
    for number in range(10):
        domain(api, acme, f"acme{number}.com")
    problem = api.refused("POST", f"/organizations/{acme}/domains", {"name": "acme.com"})
    assert (problem.status, problem.codes) == (403, ["organization_domain_quota_exceeded"])
    domain(api, other, "acme.com")


def test_domains_can_be_disabled(api: Api) -> None:
    acme = organization(api)["id"]
    path = f"/organizations/{acme}/domains"
    made = domain(api, acme)
    api.patch("/instance/organization_settings", {"domains_enabled": False})
    for method, rest, body in [
        ("POST", "", {"name": "acme.org"}),
        ("PATCH", f"/{made['id']}", {}),
        ("DELETE", f"/{made['id']}", None),
        ("POST", f"/{made['id']}/verify_ownership", None),
    ]:
        problem = api.refused(method, f"{path}{rest}", body)
        assert (problem.status, problem.codes) == (403, ["organization_domains_not_enabled"])


def test_enrollment_modes_can_be_disabled(api: Api) -> None:
    acme = organization(api)["id"]
    made = domain(api, acme)
    api.patch("/instance/organization_settings", {"domains_enrollment_modes": ["manual_invitation"]})
    path = f"/organizations/{acme}/domains"
    mode = {"enrollment_mode": "automatic_invitation"}
    for method, rest, body in [("POST", "", {"name": "acme.org", **mode}), ("PATCH", f"/{made['id']}", mode)]:
        problem = api.refused(method, f"{path}{rest}", body)
        assert (problem.status, problem.codes) == (403, ["organization_domain_enrollment_mode_not_enabled"])
    assert domain(api, acme, "acme.net", enrollment_mode="enterprise_sso")["enrollment_mode"] == "enterprise_sso"


def test_update_changes_only_given_fields(api: Api, emulator: Emulator) -> None:
    acme = organization(api)["id"]
    made = domain(api, acme)
    path = f"/organizations/{acme}/domains/{made['id']}"
    now = emulator.clock.freeze()
    emulator.clock.advance(1)
    changed = api.patch(path, {"enrollment_mode": "automatic_invitation"})
    assert changed == {**made, "enrollment_mode": "automatic_invitation", "updated_at": now + 1000}
    assert api.get("/organization_domains")["data"] == [changed]
    assert api.patch(path, {"enrollment_mode": None, "verified": None}) == changed
    assert api.patch(path, {"verified": True})["verification"] == made["verification"]
    assert api.patch(path, {"verified": False})["verification"] is None
    assert api.patch(path, {"verified": True})["verification"]["verified_at"] == now + 1000
    for body, code in [({"enrollment_mode": "x"}, "form_param_value_invalid"), ({"name": "x"}, "form_param_unknown")]:
        problem = api.refused("PATCH", path, body)
        assert (problem.status, problem.codes) == (422, [code])


def test_ownership_is_verified_once(api: Api, emulator: Emulator) -> None:
    acme = organization(api)["id"]
    made = domain(api, acme, verified=False)
    path = f"/organizations/{acme}/domains/{made['id']}"
    now = emulator.clock.freeze()
    verified = api.post(f"{path}/verify_ownership")
    ownership = verified["ownership_verification"]
    assert (ownership["status"], ownership["strategy"]) == ("verified", "manual_override")
    assert ownership["verified_at"] == now
    assert verified["affiliation_verification"] is None
    emulator.clock.advance(60)
    assert api.post(f"{path}/verify_ownership")["ownership_verification"] == ownership
    assert api.get("/organization_domains", verified="true")["data"] == [verified]
    assert api.patch(path, {"verified": False})["ownership_verification"] is None


def test_deleted_domain_is_404(api: Api) -> None:
    acme = organization(api)["id"]
    made = domain(api, acme)
    path = f"/organizations/{acme}/domains/{made['id']}"
    assert api.delete(path) == {"object": "organization_domain", "id": made["id"], "deleted": True}
    assert api.get("/organization_domains") == {"data": [], "total_count": 0}
    problem = api.refused("DELETE", path)
    assert (problem.status, problem.codes) == (404, ["resource_not_found"])
    domain(api, organization(api)["id"])


def test_unknown_domain_or_organization_is_404(api: Api) -> None:
    acme, other = organization(api)["id"], organization(api, "Other")["id"]
    made = domain(api, acme)["id"]
    for path in (f"{acme}/domains/orgdmn_x", f"{other}/domains/{made}", f"org_x/domains/{made}"):
        for method, rest, body in [("PATCH", "", {}), ("DELETE", "", None), ("POST", "/verify_ownership", None)]:
            problem = api.refused(method, f"/organizations/{path}{rest}", body)
            assert (problem.status, problem.codes) == (404, ["resource_not_found"])
    for method, body in [("GET", None), ("POST", {"name": "acme.net"})]:
        assert api.refused(method, "/organizations/org_x/domains", body).status == 404
    assert api.get("/organization_domains")["total_count"] == 1


def test_counts_users_with_address_at_domain(api: Api) -> None:
    acme = organization(api)["id"]
    statuses = {"email_address_identification_status": ["reserved"]}
    inside = api.user(email_address=["ada@acme.com"])["id"]
    api.user(email_address=["bob@acme.com"])
    api.user(email_address=["carl@not-acme.com"])
    api.user(email_address=["dora@acme.com"], **statuses)
    member(api, acme, inside)
    made = domain(api, acme)
    path = f"/organizations/{acme}/domains/{made['id']}"

    def counts(**change: Any) -> tuple[int, int]:
        shown = api.patch(path, change)
        return shown["total_pending_invitations"], shown["total_pending_suggestions"]

    assert counts() == (0, 0)
    assert counts(enrollment_mode="automatic_invitation") == (1, 0)
    assert counts(enrollment_mode="automatic_suggestion") == (0, 1)
    assert counts(verified=False) == (0, 0)


def test_lists_of_an_organization(api: Api) -> None:
    acme = organization(api)["id"]
    domain(api, organization(api, "Other")["id"], "other.com")
    domain(api, acme, "a.com")
    domain(api, acme, "b.com", verified=False, enrollment_mode="automatic_invitation")
    domain(api, acme, "c.com", enrollment_mode="enterprise_sso")

    def found(**query: Any) -> str:
        response = api.get(f"/organizations/{acme}/domains", **query)
        return "".join(one["name"][0] for one in response["data"])

    assert found() == "cba"
    assert found(verified="true") == "ca"
    assert found(verified="false") == "b"
    assert found(enrollment_mode="enterprise_sso") == "c"
    assert found(enrollment_mode="-enterprise_sso") == "ba"
    assert found(enrollment_mode="-enterprise_sso,automatic_invitation") == "b"
    assert found(limit=1, offset=1) == "b"
    for query in [{"verified": "maybe"}, {"enrollment_mode": "x"}, {"enrollment_mode": "-"}, {"limit": 0}]:
        problem = api.refused("GET", f"/organizations/{acme}/domains", params=query)
        assert (problem.status, problem.codes) == (422, ["form_param_value_invalid"])


def test_lists_of_the_instance(api: Api) -> None:
    acme, other = organization(api)["id"], organization(api, "Other")["id"]
    domain(api, acme, "c.acme.com")
    domain(api, acme, "a.acme.com", verified=False)
    domain(api, other, "b.other.com", enrollment_mode="automatic_invitation")

    def found(**query: Any) -> str:
        return "".join(one["name"][0] for one in api.get("/organization_domains", **query)["data"])

    assert found() == found(order_by="-created_at") == "bac"
    assert found(order_by="name") == "abc"
    assert found(organization_id=acme) == found(query=acme) == "ac"
    assert found(query="ACME") == "ac"
    assert found(query=" other ") == "b"
    assert found(query="org_x") == ""
    assert found(verified="false") == "a"
    assert found(verified="true") == "bc"
    assert found(domains=["C.acme.com", "b.other.com", "x.com"]) == "bc"
    assert found(enrollment_mode="-manual_invitation") == "b"
    assert found(enrollment_mode="manual_invitation,enterprise_sso") == "ac"
    assert found(order_by="-name", limit=1, offset=1) == "b"
    assert api.get("/organization_domains", limit=1)["total_count"] == 3
    for query in [{"query": ""}, {"query": "  "}, {"verified": "1"}, {"enrollment_mode": "x"}, {"order_by": "id"}]:
        problem = api.refused("GET", "/organization_domains", params=query)
        assert (problem.status, problem.codes) == (422, ["form_param_value_invalid"])
