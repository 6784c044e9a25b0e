"""Machines, their secret keys and their scopes."""

from __future__ import annotations

from typing import Any

import pytest

from clerk_emulator import Emulator
from tests.emulator.api import Api, Json

UNKNOWN = "mch_" + "x" * 27


def _machine(api: Api, name: str = "Billing", **values: Any) -> Json:
    made: Json = api.post("/machines", {"name": name, **values})
    return made


def _without(machine: Json, *names: str) -> Json:
    return {name: value for name, value in machine.items() if name not in names}


def _opens(api: Api, key: str) -> bool:
    """Return whether a machine's key is accepted."""
    response = api.http.post("/m2m_tokens", json={}, headers={"Authorization": f"Bearer {key}"})
    assert response.status_code in (201, 401)
    return response.status_code == 201


def test_created_resource_is_returned_by_get_and_list(api: Api) -> None:
    first = _machine(api, "First")
    second = _machine(api, "Second", default_token_ttl=315360000)
    made = _machine(api, "Third", default_token_ttl=1, scoped_machines=[second["id"], first["id"]])
    assert made["secret_key"].startswith("ak_")
    read = api.get(f"/machines/{made['id']}")
    assert read == _without(made, "secret_key")
    assert (read["name"], read["default_token_ttl"], first["default_token_ttl"]) == ("Third", 1, 3600)
    inner = [_without(one, "secret_key", "scoped_machines") for one in (second, first)]
    assert read["scoped_machines"] == inner
    assert first["scoped_machines"] == []
    # A scope has one direction.
    assert api.get(f"/machines/{first['id']}")["scoped_machines"] == []
    assert made["instance_id"] == api.get("/instance")["id"]
    assert api.get("/machines") == {
        "data": [read, _without(second, "secret_key"), _without(first, "secret_key")],
        "total_count": 3,
    }


def test_list_filters_sorts_and_paginates(api: Api) -> None:
    ids = {_machine(api, name)["id"]: name for name in ("b", "C%", "a")}

    def listed(**query: Any) -> list[str]:
        page = api.get("/machines", **query)
        return [ids[one["id"]] for one in page["data"]]

    assert listed() == listed(order_by="-created_at") == ["a", "C%", "b"]
    assert listed(order_by="created_at") == ["b", "C%", "a"]
    assert listed(order_by="name") == ["C%", "a", "b"]
    assert listed(order_by="-name", limit=1, offset=1) == ["a"]
    assert listed(query="c%") == ["C%"]
    assert listed(query=next(iter(ids))) == ["b"]
    assert listed(query=next(iter(ids))[:-1]) == []
    assert listed(query="") == ["a", "C%", "b"]
    for query in ({"order_by": "secret"}, {"limit": 501}, {"limit": 0}):
        problem = api.refused("GET", "/machines", params=query)
        assert (problem.status, problem.codes) == (422, ["form_param_value_invalid"])


def test_update_changes_only_given_fields(api: Api, emulator: Emulator) -> None:
    made = _without(_machine(api), "secret_key")
    emulator.clock.advance(1)
    changed = api.patch(f"/machines/{made['id']}", {"name": "Other"})
    assert changed == api.get(f"/machines/{made['id']}")
    assert changed == {**made, "name": "Other", "updated_at": changed["updated_at"]}
    assert changed["updated_at"] > made["updated_at"]
    assert api.patch(f"/machines/{made['id']}", {"default_token_ttl": 5})["default_token_ttl"] == 5


@pytest.mark.parametrize(
    ("body", "code", "param"),
    [
        ({}, "form_param_missing", "name"),
        ({"name": ""}, "form_param_min_length_exceeded", "name"),
        ({"name": "x" * 256}, "form_param_max_length_exceeded", "name"),
        ({"name": "x", "default_token_ttl": 0}, "form_param_value_invalid", "default_token_ttl"),
        ({"name": "x", "default_token_ttl": 315360001}, "form_param_value_invalid", "default_token_ttl"),
        ({"name": "x", "scoped_machines": [UNKNOWN]}, "form_resource_not_found", "scoped_machines"),
        ({"name": "x", "scoped_machines": [UNKNOWN, UNKNOWN]}, "form_param_duplicate", "scoped_machines"),
        ({"name": "x", "scoped_machines": ["x"] * 151}, "form_param_array_size_exceeded", "scoped_machines"),
        ({"name": "x", "secret_key": "ak_1"}, "form_param_unknown", "secret_key"),
    ],
)
def test_rejects_invalid_machine(api: Api, body: Json, code: str, param: str) -> None:
    problem = api.refused("POST", "/machines", body)
    assert (problem.status, problem.codes, problem.params) == (422, [code], [param])
    assert api.get("/machines")["total_count"] == 0


def test_rejects_invalid_updates(api: Api) -> None:
    made = _without(_machine(api, "x" * 255), "secret_key")
    for body, code in (
        ({"name": ""}, "form_param_min_length_exceeded"),
        ({"default_token_ttl": 0}, "form_param_value_invalid"),
        ({"scoped_machines": []}, "form_param_unknown"),
    ):
        problem = api.refused("PATCH", f"/machines/{made['id']}", body)
        assert (problem.status, problem.codes) == (422, [code])
    assert api.get(f"/machines/{made['id']}") == made


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "", None),
        ("PATCH", "", {}),
        ("DELETE", "", None),
        ("GET", "/secret_key", None),
        ("POST", "/secret_key/rotate", {"previous_token_ttl": 0}),
        ("POST", "/scopes", {"to_machine_id": UNKNOWN}),
        ("DELETE", f"/scopes/{UNKNOWN}", None),
    ],
)
def test_unknown_machine_is_404(api: Api, method: str, path: str, body: Json | None) -> None:
    problem = api.refused(method, f"/machines/{UNKNOWN}{path}", body)
    assert (problem.status, problem.codes) == (404, ["machine_not_found"])


def test_deleted_machine_is_404(api: Api) -> None:
    target = _machine(api, "Target")
    made = _machine(api, scoped_machines=[target["id"]])
    assert _opens(api, target["secret_key"])
    assert api.delete(f"/machines/{target['id']}") == {"object": "machine", "id": target["id"], "deleted": True}
    assert api.refused("GET", f"/machines/{target['id']}").status == 404
    assert not _opens(api, target["secret_key"])
    assert api.get("/machines")["data"] == [{**_without(made, "secret_key"), "scoped_machines": []}]


def test_secret_key_can_be_read_and_rotated(api: Api, emulator: Emulator) -> None:
    made = _machine(api)
    path = f"/machines/{made['id']}/secret_key"
    assert api.get(path) == {"object": "machine_secret_key", "secret": made["secret_key"]}
    second = api.post(f"{path}/rotate", {"previous_token_ttl": 28800})
    assert second == api.get(path)
    assert second["secret"] != made["secret_key"]
    third = api.post(f"{path}/rotate", {"previous_token_ttl": 10})["secret"]
    keys = (made["secret_key"], second["secret"], third)
    assert [_opens(api, key) for key in keys] == [True, True, True]
    emulator.clock.advance(11)
    assert [_opens(api, key) for key in keys] == [True, False, True]
    emulator.clock.advance(28790)
    assert [_opens(api, key) for key in keys] == [False, False, True]
    fourth = api.post(f"{path}/rotate", {"previous_token_ttl": 0})["secret"]
    assert [_opens(api, key) for key in (third, fourth)] == [False, True]
    for body, code in (
        ({}, "form_param_missing"),
        ({"previous_token_ttl": -1}, "form_param_value_invalid"),
        ({"previous_token_ttl": 28801}, "form_param_value_invalid"),
    ):
        problem = api.refused("POST", f"{path}/rotate", body)
        assert (problem.status, problem.codes, problem.params) == (422, [code], ["previous_token_ttl"])
    assert api.get(path)["secret"] == fourth


def test_scopes_are_created_shown_and_deleted(api: Api, emulator: Emulator) -> None:
    one, other = (_machine(api, name)["id"] for name in ("One", "Other"))
    scope = api.post(f"/machines/{one}/scopes", {"to_machine_id": other})
    assert scope == {
        "object": "machine_scope",
        "from_machine_id": one,
        "to_machine_id": other,
        "created_at": scope["created_at"],
    }
    assert abs(scope["created_at"] - emulator.clock.now()) < 5000
    assert [held["id"] for held in api.get(f"/machines/{one}")["scoped_machines"]] == [other]
    problem = api.refused("POST", f"/machines/{one}/scopes", {"to_machine_id": other})
    assert problem.status == 409
    api.post(f"/machines/{other}/scopes", {"to_machine_id": one})
    problem = api.refused("POST", f"/machines/{one}/scopes", {"to_machine_id": UNKNOWN})
    assert (problem.status, problem.codes, problem.params) == (422, ["form_resource_not_found"], ["to_machine_id"])
    assert api.delete(f"/machines/{one}/scopes/{other}") == {
        "object": "machine_scope",
        "from_machine_id": one,
        "to_machine_id": other,
        "deleted": True,
    }
    assert api.get(f"/machines/{one}")["scoped_machines"] == []
    assert [held["id"] for held in api.get(f"/machines/{other}")["scoped_machines"]] == [one]
    problem = api.refused("DELETE", f"/machines/{one}/scopes/{other}")
    assert (problem.status, problem.codes) == (404, ["resource_not_found"])


def test_machine_has_at_most_150_scopes(api: Api) -> None:
    others = [_machine(api, f"m{i}")["id"] for i in range(151)]
    one = _machine(api, scoped_machines=others[:149])["id"]
    api.post(f"/machines/{one}/scopes", {"to_machine_id": others[149]})
    problem = api.refused("POST", f"/machines/{one}/scopes", {"to_machine_id": others[150]})
    assert (problem.status, problem.codes) == (403, ["quota_exceeded"])
    assert [held["id"] for held in api.get(f"/machines/{one}")["scoped_machines"]] == others[:150]


def test_machine_key_works_for_m2m_tokens_only(api: Api) -> None:
    key = _machine(api)["secret_key"]
    problem = api.refused("GET", "/machines", headers={"Authorization": f"Bearer {key}"})
    assert (problem.status, problem.codes) == (401, ["clerk_key_invalid"])
