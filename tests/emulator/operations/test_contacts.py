"""Email addresses and phone numbers."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from clerk_emulator import Emulator
from tests.emulator.api import Api, Json


class Contact(NamedTuple):
    name: str
    path: str
    values: list[str]

    def of(self, user: Json) -> list[Json]:
        held: list[Json] = user["email_addresses" if self.name == "email_address" else "phone_numbers"]
        return held

    def primary(self, user: Json) -> Any:
        return user[f"primary_{self.name}_id"]


BOTH = [
    Contact("email_address", "/email_addresses", [f"{name}@example.com" for name in "abcd"]),
    Contact("phone_number", "/phone_numbers", [f"+1555555010{digit}" for digit in range(4)]),
]


@pytest.fixture(params=BOTH, ids=["email", "phone"])
def contact(request: pytest.FixtureRequest) -> Contact:
    given: Contact = request.param
    return given


def test_creates_reads_updates_and_deletes_contact(api: Api, contact: Contact) -> None:
    user = api.user(username="ada_l")["id"]
    first = api.post(contact.path, {"user_id": user, contact.name: contact.values[0], "verified": True})
    assert (first[contact.name], first["verification"]["strategy"]) == (contact.values[0], "admin")
    assert api.get(f"{contact.path}/{first['id']}") == first
    second = api.post(contact.path, {"user_id": user, contact.name: contact.values[1]})
    assert second["verification"] is None
    read = api.get(f"/users/{user}")
    assert (contact.of(read), contact.primary(read)) == ([first, second], first["id"])
    problem = api.refused("PATCH", f"{contact.path}/{second['id']}", {"primary": True})
    assert (problem.status, problem.codes) == (422, ["form_verification_needed"])
    api.patch(f"{contact.path}/{second['id']}", {"primary": True, "verified": True})
    assert contact.primary(api.get(f"/users/{user}")) == second["id"]
    deleted = api.delete(f"{contact.path}/{second['id']}")
    assert deleted == {"object": contact.name, "id": second["id"], "deleted": True}
    assert contact.primary(api.get(f"/users/{user}")) == first["id"]
    for method in ("GET", "PATCH", "DELETE"):
        problem = api.refused(method, f"{contact.path}/{second['id']}", {} if method == "PATCH" else None)
        assert (problem.status, problem.codes) == (404, ["resource_not_found"])


def test_rejects_invalid_contact(api: Api, contact: Contact) -> None:
    user = api.user(username="ada_l", **{contact.name: [contact.values[0]]})["id"]
    add = {"user_id": user, contact.name: contact.values[1]}
    for changes, status, code in [
        ({contact.name: contact.values[0]}, 422, "form_identifier_exists"),
        ({contact.name: "nonsense"}, 422, "form_param_format_invalid"),
        ({"user_id": "user_x"}, 404, "resource_not_found"),
        ({"primary": True}, 422, "form_verification_needed"),
        ({"nope": True}, 422, "form_param_unknown"),
    ]:
        problem = api.refused("POST", contact.path, {**add, **changes})
        assert (problem.status, problem.codes) == (status, [code])
    assert len(contact.of(api.get(f"/users/{user}"))) == 1


def test_last_identification_cannot_be_deleted(api: Api, contact: Contact) -> None:
    user = api.user(**{contact.name: contact.values[:1]})
    problem = api.refused("DELETE", f"{contact.path}/{contact.primary(user)}")
    assert (problem.status, problem.codes) == (400, ["identification_deletion_failed"])


def test_primary_contact_cannot_be_unverified(api: Api, contact: Contact) -> None:
    primary = contact.primary(api.user(**{contact.name: contact.values[:1]}))
    assert api.refused("PATCH", f"{contact.path}/{primary}", {"verified": False}).params == ["verified"]
    api.patch(f"{contact.path}/{primary}", {"verified": True})


def test_correct_code_verifies(api: Api, contact: Contact, emulator: Emulator) -> None:
    user = api.user(username="ada_l")["id"]
    row = api.post(contact.path, {"user_id": user, contact.name: contact.values[0]})["id"]
    path = f"{contact.path}/{row}"
    sent = api.post(f"{path}/prepare_verification")
    assert (sent["status"], sent["attempts"]) == ("unverified", 0)
    wrong = api.post(f"{path}/attempt_verification", {"verification_id": sent["id"], "code": "000000"})
    assert (wrong["status"], wrong["attempts"]) == ("unverified", 1)
    right = api.post(f"{path}/attempt_verification", {"verification_id": sent["id"], "code": "424242"})
    assert (right["status"], right["attempts"]) == ("verified", 2)
    assert api.get(path)["verification"]["status"] == "verified"
    assert contact.primary(api.get(f"/users/{user}")) == row
    again = api.refused("POST", f"{path}/attempt_verification", {"verification_id": sent["id"], "code": "424242"})
    assert (again.status, again.codes) == (400, ["verification_already_verified"])
    assert api.refused("POST", f"{contact.path}/idn_x/prepare_verification").status == 404
    unknown = {"verification_id": "ver_x", "code": "424242"}
    assert api.refused("POST", f"{path}/attempt_verification", unknown).status == 404
    assert api.refused("POST", f"{path}/attempt_verification", {}).codes == ["form_param_missing"] * 2


def test_expired_and_wrong_codes_fail(api: Api, contact: Contact, emulator: Emulator) -> None:
    user = api.user(username="ada_l")["id"]
    path = f"{contact.path}/{api.post(contact.path, {'user_id': user, contact.name: contact.values[0]})['id']}"
    first = api.post(f"{path}/prepare_verification")["id"]
    emulator.clock.advance(600)
    late = api.post(f"{path}/attempt_verification", {"verification_id": first, "code": "424242"})
    assert late["status"] == "expired"
    second = {"verification_id": api.post(f"{path}/prepare_verification")["id"], "code": "0"}
    attempts = [api.post(f"{path}/attempt_verification", second)["status"] for _ in range(4)]
    assert attempts == ["unverified", "unverified", "failed", "failed"]
    assert api.get(path)["verification"] is None


def test_rejects_second_phone_code_within_30_seconds(api: Api, emulator: Emulator) -> None:
    user = api.user(phone_number=["+15555550100"])
    path = f"/phone_numbers/{user['primary_phone_number_id']}/prepare_verification"
    api.post(path)
    problem = api.refused("POST", path)
    assert (problem.status, problem.codes) == (429, ["verification_code_too_many_requests"])
    emulator.clock.advance(31)
    api.post(path)


def test_replace_removes_other_contacts(api: Api, contact: Contact) -> None:
    user = api.user(username="ada_l", **{contact.name: contact.values[:2]})["id"]
    replaced = api.put(f"/users/{user}/{contact.name}", {contact.name: contact.values[2]})
    read = api.get(f"/users/{user}")
    assert (contact.of(read), contact.primary(read)) == ([replaced], replaced["id"])
    reserved = api.put(
        f"/users/{user}/{contact.name}", {contact.name: contact.values[2], "identification_status": "reserved"}
    )
    assert (reserved["reserved"], reserved["verification"]) == (True, None)
    other = {contact.name: contact.values[3]}
    assert api.refused("PUT", f"/users/user_x/{contact.name}", other).status == 404
    assert api.refused("PUT", f"/users/{user}/{contact.name}", {contact.name: "x"}).params == [contact.name]
    api.user(username="other", **{contact.name: [contact.values[3]]})
    problem = api.refused("PUT", f"/users/{user}/{contact.name}", other)
    assert problem.codes == ["form_identifier_exists"]
    assert contact.of(api.get(f"/users/{user}")) == [reserved]


def test_phone_can_be_second_factor(api: Api) -> None:
    user = api.user(username="ada_l", phone_number=["+15555550100", "+15555550101"])
    first, second = (one["id"] for one in user["phone_numbers"])
    assert api.patch(f"/phone_numbers/{first}", {"reserved_for_second_factor": True})["default_second_factor"]
    assert not api.patch(f"/phone_numbers/{second}", {"reserved_for_second_factor": True})["default_second_factor"]
    assert api.get(f"/users/{user['id']}")["two_factor_enabled"]
    api.put(f"/users/{user['id']}/phone_number", {"phone_number": "+15555550102"})
    read = api.get(f"/users/{user['id']}")
    assert not read["two_factor_enabled"]
    assert read["mfa_disabled_at"]
    unverified = api.post("/phone_numbers", {"user_id": user["id"], "phone_number": "+15555550103"})["id"]
    problem = api.refused("PATCH", f"/phone_numbers/{unverified}", {"reserved_for_second_factor": True})
    assert problem.codes == ["identification_update_second_factor_unverified"]
    body = {"user_id": user["id"], "phone_number": "+15555550104", "reserved_for_second_factor": True}
    problem = api.refused("POST", "/phone_numbers", body)
    assert (problem.status, problem.codes) == (400, ["identification_create_second_factor_unverified"])
