"""Domains of organizations through the Frontend API: verification, enrollment, suggestions and requests to join."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from clerk_emulator import Emulator
from tests.emulator.api import Api, Json
from tests.emulator.frontend_api.browser import Browser
from tests.emulator.frontend_api.conftest import PASSWORD
from tests.emulator.frontend_api.people import create_user, new_member, new_organization, sign_in

TEST_ADDRESS = "ada+clerk_test@engines.test"


@pytest.fixture
def organization(admin: Browser) -> str:
    """The path of Ada's organization."""
    return f"/organizations/{new_organization(admin)}"


@pytest.fixture
def grace(api: Api) -> Json:
    """A user with an address at the domain."""
    return create_user(api, "grace", "engines.test")


@pytest.fixture
def colleague(emulator: Emulator, grace: Json) -> Iterator[Browser]:
    """Grace's browser."""
    with sign_in(emulator, grace) as browser:
        yield browser


def add_domain(browser: Browser, organization: str) -> str:
    """Add a domain, and return its path."""
    domain = browser.post(f"{organization}/domains", {"name": "engines.test"})
    return f"{organization}/domains/{domain['id']}"


def verify(browser: Browser, path: str) -> Json:
    """Verify a domain with the code that is sent, and return it."""
    browser.post(f"{path}/prepare_affiliation_verification", {"affiliation_email_address": TEST_ADDRESS})
    domain: Json = browser.post(f"{path}/attempt_affiliation_verification", {"code": "424242"})
    return domain


def enroll(browser: Browser, organization: str, mode: str) -> str:
    """Add a verified domain with an enrollment mode, and return its path."""
    path = add_domain(browser, organization)
    verify(browser, path)
    browser.post(f"{path}/update_enrollment_mode", {"enrollment_mode": mode})
    return path


def test_new_domain_is_not_verified(admin: Browser, api: Api, organization: str) -> None:
    path = add_domain(admin, organization)
    domain = admin.get(path)
    assert (domain["name"], domain["verification"], domain["enrollment_mode"]) == (
        "engines.test",
        None,
        "manual_invitation",
    )
    assert api.get(f"{organization}/domains")["total_count"] == 1
    assert admin.get(f"{organization}/domains", verified="true")["total_count"] == 0
    assert admin.get(f"{organization}/domains", enrollment_mode="manual_invitation")["total_count"] == 1


def test_code_verifies_the_domain(emulator: Emulator, admin: Browser, api: Api, organization: str) -> None:
    path = add_domain(admin, organization)
    body = {"affiliation_email_address": TEST_ADDRESS}
    prepared = admin.post(f"{path}/prepare_affiliation_verification", body)
    assert prepared["affiliation_verification"]["status"] == "unverified"
    assert prepared["affiliation_email_address"] == TEST_ADDRESS
    (email,) = [one["data"] for one in emulator.events if one["type"] == "email.created"]
    assert (email["slug"], email["to_email_address"]) == ("affiliation_code", TEST_ADDRESS)
    verified = admin.post(f"{path}/attempt_affiliation_verification", {"code": "424242"})
    assert (verified["verification"]["status"], verified["verification"]["attempts"]) == ("verified", 1)
    assert api.get(f"{organization}/domains", verified="true")["total_count"] == 1
    problem = admin.refused("POST", f"{path}/prepare_affiliation_verification", body)
    assert (problem.status, problem.codes) == (400, ["verification_already_verified"])


def test_wrong_codes_are_counted(admin: Browser, organization: str) -> None:
    path = add_domain(admin, organization)
    attempt = f"{path}/attempt_affiliation_verification"
    assert admin.refused("POST", attempt, {"code": "424242"}).codes == ["verification_missing"]
    admin.post(f"{path}/prepare_affiliation_verification", {"affiliation_email_address": TEST_ADDRESS})
    for count in range(1, 5):
        problem = admin.refused("POST", attempt, {"code": "000000"})
        assert (problem.status, problem.codes, problem.params) == (422, ["form_code_incorrect"], ["code"])
        assert admin.get(path)["affiliation_verification"]["attempts"] == count
    assert admin.refused("POST", attempt, {"code": "000000"}).codes == ["verification_failed"]
    assert admin.refused("POST", attempt, {"code": "424242"}).codes == ["verification_failed"]


def test_code_expires(emulator: Emulator, admin: Browser, organization: str) -> None:
    path = add_domain(admin, organization)
    admin.post(f"{path}/prepare_affiliation_verification", {"affiliation_email_address": TEST_ADDRESS})
    emulator.clock.advance(601)
    problem = admin.refused("POST", f"{path}/attempt_affiliation_verification", {"code": "424242"})
    assert (problem.status, problem.codes) == (400, ["verification_expired"])


@pytest.mark.parametrize(
    ("address", "code"),
    [("ada@example.com", "organization_domain_mismatch"), ("nobody", "form_param_format_invalid")],
)
def test_code_goes_only_to_the_domain(admin: Browser, organization: str, address: str, code: str) -> None:
    path = add_domain(admin, organization)
    body = {"affiliation_email_address": address}
    problem = admin.refused("POST", f"{path}/prepare_affiliation_verification", body)
    assert (problem.status, problem.codes, problem.params) == (422, [code], ["affiliation_email_address"])


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("gmail.com", "organization_domain_common"),
        ("engines.test", "organization_domain_already_exists_same_organization"),
        ("mills.test", "organization_domain_already_exists"),
        ("no domain", "form_param_format_invalid"),
    ],
)
def test_invalid_domains_are_rejected(admin: Browser, organization: str, name: str, code: str) -> None:
    add_domain(admin, organization)
    admin.post(f"/organizations/{new_organization(admin, 'Mills')}/domains", {"name": "mills.test"})
    problem = admin.refused("POST", f"{organization}/domains", {"name": name})
    assert (problem.status, problem.codes, problem.params) == (422, [code], ["name"])


def test_several_domains_are_added_and_the_rest_is_reported(admin: Browser, organization: str) -> None:
    body = {"names": ["engines.test", "gmail.com"]}
    result = admin.post(f"{organization}/domains/bulk", body)
    assert [one["name"] for one in result["data"]] == ["engines.test"]
    assert result["errors"] == [{"name": "gmail.com", "code": "organization_domain_common"}]


def test_unverified_domain_enrolls_nobody(admin: Browser, organization: str) -> None:
    path = add_domain(admin, organization)
    body = {"enrollment_mode": "automatic_suggestion"}
    problem = admin.refused("POST", f"{path}/update_enrollment_mode", body)
    assert (problem.status, problem.codes) == (422, ["organization_domain_enrollment_mode_invalid"])


def test_disabled_modes_and_domains_are_refused(admin: Browser, api: Api, organization: str) -> None:
    path = add_domain(admin, organization)
    verify(admin, path)
    api.patch("/instance/organization_settings", {"domains_enrollment_modes": ["manual_invitation"]})
    body = {"enrollment_mode": "automatic_suggestion"}
    problem = admin.refused("POST", f"{path}/update_enrollment_mode", body)
    assert (problem.status, problem.codes) == (403, ["organization_domain_enrollment_mode_not_enabled"])
    api.patch("/instance/organization_settings", {"domains_enabled": False})
    problem = admin.refused("POST", f"{organization}/domains", {"name": "mills.test"})
    assert (problem.status, problem.codes) == (403, ["organization_domains_not_enabled"])


def test_domain_is_deleted(admin: Browser, api: Api, organization: str) -> None:
    path = add_domain(admin, organization)
    assert admin.delete(path)["deleted"]
    assert api.get(f"{organization}/domains")["total_count"] == 0
    assert admin.refused("GET", path).status == 404


def test_domain_invites_colleagues(admin: Browser, colleague: Browser, organization: str) -> None:
    path = enroll(admin, organization, "automatic_invitation")
    assert admin.get(path)["total_pending_invitations"] == 1
    (invitation,) = colleague.get("/me/organization_invitations", status="pending")["data"]
    assert (invitation["email_address"], invitation["role"]) == ("grace@engines.test", "org:member")
    accepted = colleague.post(f"/me/organization_invitations/{invitation['id']}/accept")
    assert accepted["status"] == "accepted"
    assert colleague.session["user"]["organization_memberships"][0]["role"] == "org:member"
    problem = colleague.refused("POST", f"/me/organization_invitations/{invitation['id']}/accept")
    assert problem.codes == ["organization_invitation_not_pending"]
    assert admin.get(path)["total_pending_invitations"] == 0


def test_address_that_is_verified_later_is_invited_too(
    admin: Browser, organization: str, emulator: Emulator, api: Api
) -> None:
    enroll(admin, organization, "automatic_invitation")
    with sign_in(emulator, create_user(api, "alan")) as browser:
        assert browser.get("/me/organization_invitations")["total_count"] == 0
        address = browser.post("/me/email_addresses/", {"email_address": "alan+clerk_test@engines.test"})
        path = f"/me/email_addresses/{address['id']}"
        browser.post(f"{path}/prepare_verification", {"strategy": "email_code"})
        assert browser.get("/me/organization_invitations")["total_count"] == 0
        browser.post(f"{path}/attempt_verification", {"code": "424242"})
        assert browser.get("/me/organization_invitations")["total_count"] == 1


def test_colleague_asks_to_join_and_is_accepted(
    emulator: Emulator, admin: Browser, colleague: Browser, api: Api, organization: str
) -> None:
    enroll(admin, organization, "automatic_suggestion")
    (suggestion,) = colleague.get("/me/organization_suggestions", status=["pending", "accepted"])["data"]
    assert (suggestion["status"], suggestion["public_organization_data"]["name"]) == ("pending", "Engines")
    path = f"/me/organization_suggestions/{suggestion['id']}/accept"
    assert colleague.post(path)["status"] == "accepted"
    problem = colleague.refused("POST", path)
    assert (problem.status, problem.codes) == (400, ["organization_suggestion_already_accepted"])
    email = [one["data"] for one in emulator.events if one["type"] == "email.created"][-1]
    assert (email["slug"], email["to_email_address"]) == ("organization_membership_requested", "ada@example.com")
    (request,) = admin.get(f"{organization}/membership_requests", status="pending")["data"]
    assert request["public_user_data"]["identifier"] == "grace@engines.test"
    accepted = admin.post(f"{organization}/membership_requests/{request['id']}/accept")
    assert accepted["status"] == "accepted"
    assert api.get(f"{organization}/memberships")["total_count"] == 2
    assert colleague.get("/me/organization_suggestions", status="pending")["total_count"] == 0
    assert colleague.get("/me/organization_suggestions", status="completed")["total_count"] == 1
    problem = admin.refused("POST", f"{organization}/membership_requests/{request['id']}/reject")
    assert (problem.status, problem.codes) == (404, ["resource_not_found"])


def test_request_to_join_is_rejected(admin: Browser, colleague: Browser, api: Api, organization: str) -> None:
    enroll(admin, organization, "automatic_suggestion")
    (suggestion,) = colleague.get("/me/organization_suggestions")["data"]
    colleague.post(f"/me/organization_suggestions/{suggestion['id']}/accept")
    (request,) = admin.get(f"{organization}/membership_requests")["data"]
    assert admin.post(f"{organization}/membership_requests/{request['id']}/reject")["status"] == "rejected"
    assert api.get(f"{organization}/memberships")["total_count"] == 1
    assert admin.get(f"{organization}/membership_requests", status="pending")["total_count"] == 0


def test_request_to_a_full_organization_stays_pending(
    admin: Browser, colleague: Browser, api: Api, organization: str
) -> None:
    enroll(admin, organization, "automatic_suggestion")
    (suggestion,) = colleague.get("/me/organization_suggestions")["data"]
    colleague.post(f"/me/organization_suggestions/{suggestion['id']}/accept")
    api.patch(organization, {"max_allowed_memberships": 1})
    (request,) = admin.get(f"{organization}/membership_requests")["data"]
    problem = admin.refused("POST", f"{organization}/membership_requests/{request['id']}/accept")
    assert (problem.status, problem.codes) == (403, ["organization_membership_quota_exceeded"])
    assert admin.get(f"{organization}/membership_requests", status="pending")["total_count"] == 1


@pytest.mark.parametrize(("delete_pending", "left"), [("true", 0), ("false", 1)])
def test_change_of_mode_keeps_suggestions_unless_asked(
    admin: Browser, colleague: Browser, organization: str, delete_pending: str, left: int
) -> None:
    path = enroll(admin, organization, "automatic_suggestion")
    body = {"enrollment_mode": "manual_invitation", "delete_pending": delete_pending}
    assert admin.post(f"{path}/update_enrollment_mode", body)["enrollment_mode"] == "manual_invitation"
    assert colleague.get("/me/organization_suggestions")["total_count"] == left


def test_suggestions_of_others_cannot_be_accepted(
    emulator: Emulator, admin: Browser, colleague: Browser, api: Api, organization: str
) -> None:
    enroll(admin, organization, "automatic_suggestion")
    (suggestion,) = colleague.get("/me/organization_suggestions")["data"]
    with sign_in(emulator, create_user(api, "alan")) as browser:
        problem = browser.refused("POST", f"/me/organization_suggestions/{suggestion['id']}/accept")
        assert (problem.status, problem.codes) == (404, ["resource_not_found"])


def test_members_without_the_permission_change_no_domains(
    admin: Browser, colleague: Browser, api: Api, organization: str, grace: Json
) -> None:
    path = add_domain(admin, organization)
    new_member(api, organization.rpartition("/")[2], grace)
    for problem in (
        colleague.refused("GET", f"{organization}/domains"),
        colleague.refused("POST", f"{organization}/domains", {"name": "mills.test"}),
        colleague.refused("DELETE", path),
        colleague.refused("POST", f"{path}/update_enrollment_mode", {"enrollment_mode": "manual_invitation"}),
    ):
        assert (problem.status, problem.codes) == (403, ["missing_organization_permission"])


def test_organization_of_another_sign_in_is_untouched(
    admin: Browser, organization: str, other_browser: Browser
) -> None:
    other_browser.sign_in("ada@example.com", PASSWORD)
    add_domain(other_browser, organization)
    assert admin.get(f"{organization}/domains")["total_count"] == 1


def test_ownership_is_confirmed_by_the_backend(admin: Browser, api: Api, organization: str) -> None:
    path = add_domain(admin, organization)
    attempt = f"{path}/attempt_ownership_verification"
    assert admin.refused("POST", attempt).codes == ["verification_missing"]
    asked = admin.post(f"{path}/prepare_ownership_verification")["ownership_verification"]
    assert (asked["status"], asked["txt_record_name"]) == ("unverified", "_clerk-verification.engines.test")
    problem = admin.refused("POST", attempt)
    assert (problem.status, problem.codes) == (422, ["organization_domain_ownership_not_verified"])
    assert admin.get(path)["ownership_verification"]["attempts"] == 1
    api.post(f"{path}/verify_ownership")
    assert admin.get(path)["ownership_verification"]["status"] == "verified"
    for action in ("prepare", "attempt"):
        problem = admin.refused("POST", f"{path}/{action}_ownership_verification")
        assert (problem.status, problem.codes) == (400, ["verification_already_verified"])


def test_ownership_of_several_domains_is_prepared(admin: Browser, organization: str) -> None:
    domain_id = add_domain(admin, organization).rpartition("/")[2]
    body = {"organization_domain_ids": [domain_id, "orgdmn_none"]}
    prepared = admin.post(f"{organization}/domains/prepare_ownership_verification/bulk", body)
    assert [one["id"] for one in prepared["data"]] == [domain_id]
    assert prepared["errors"] == [{"id": "orgdmn_none", "code": "resource_not_found"}]
    attempted = admin.post(f"{organization}/domains/attempt_ownership_verification/bulk", body)
    assert [one["code"] for one in attempted["errors"]] == [
        "organization_domain_ownership_not_verified",
        "resource_not_found",
    ]
    assert admin.get(f"{organization}/domains/{domain_id}")["ownership_verification"]["attempts"] == 1


def test_member_asks_no_more_to_join(
    emulator: Emulator, admin: Browser, colleague: Browser, api: Api, organization: str, grace: Json
) -> None:
    enroll(admin, organization, "automatic_suggestion")
    (suggestion,) = colleague.get("/me/organization_suggestions")["data"]
    new_member(api, organization.rpartition("/")[2], grace)
    problem = colleague.refused("POST", f"/me/organization_suggestions/{suggestion['id']}/accept")
    assert (problem.status, problem.codes) == (400, ["organization_suggestion_already_accepted"])
    assert colleague.get("/me/organization_suggestions", status="pending")["total_count"] == 0
