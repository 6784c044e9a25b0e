"""Plans and their features in session tokens."""

from __future__ import annotations

import pytest

from clerk_emulator import ClerkAPIError, Emulator
from tests.emulator import organizations
from tests.emulator.api import Api
from tests.emulator.jwts import verified


def test_user_plan_is_in_session_token(api: Api, emulator: Emulator) -> None:
    user_id = organizations.user(api)
    assert not {"pla", "fea"} & verified(api, emulator.sign_in(user_id)).keys()
    emulator.subscribe(user_id, "pro", ["export", "themes"])
    told = verified(api, emulator.sign_in(user_id))
    assert (told["pla"], told["fea"]) == ("u:pro", "u:export,u:themes")
    emulator.subscribe(user_id, None)
    assert not {"pla", "fea"} & verified(api, emulator.sign_in(user_id)).keys()


def test_organization_plan_takes_precedence_over_user_plan(api: Api, emulator: Emulator) -> None:
    user_id = organizations.user(api)
    organization_id = organizations.organization(api, created_by=user_id)["id"]
    emulator.subscribe(user_id, "hobby", ["export", "themes"])
    assert "pla" not in verified(api, emulator.sign_in(user_id, organization_id))
    emulator.subscribe(organization_id, "team", ["audit", "export"])
    told = verified(api, emulator.sign_in(user_id, organization_id))
    assert (told["pla"], told["fea"]) == ("o:team", "o:audit,ou:export,u:themes")
    assert verified(api, emulator.sign_in(user_id))["pla"] == "u:hobby"


def test_permission_features_come_first(api: Api, emulator: Emulator) -> None:
    user_id = organizations.user(api)
    organization_id = organizations.organization(api, created_by=user_id)["id"]
    permission = api.post("/organization_permissions", {"name": "Read", "key": "org:posts:read"})
    role = organizations.role(api, organizations.ADMIN)
    api.post(f"/organization_roles/{role['id']}/permissions/{permission['id']}")
    emulator.subscribe(organization_id, "team", ["audit", "posts"])
    told = verified(api, emulator.sign_in(user_id, organization_id))
    assert (told["fea"], told["o"]["per"], told["o"]["fpm"]) == ("o:posts,o:audit", "read", "1")


def test_seed_contains_plans(api: Api, emulator: Emulator) -> None:
    user_id = organizations.user(api)
    emulator.subscribe(user_id, "pro", ["export"])
    emulator.subscribe(organizations.organization(api, created_by=user_id)["id"], "team")
    seed = emulator.dump()
    with Emulator(seed=seed) as other:
        assert other.dump() == seed
    assert (seed["users"][0]["plan"], seed["users"][0]["features"]) == ("pro", ["export"])
    assert seed["organizations"][0]["plan"] == "team"


def test_rejects_invalid_plan(api: Api, emulator: Emulator) -> None:
    user_id = organizations.user(api)
    for plan, features in (("Pro!", []), ("pro", ["a,b"]), ("pro", ["o:a"])):
        with pytest.raises(ClerkAPIError):
            emulator.subscribe(user_id, plan, features)
    with pytest.raises(ClerkAPIError):
        emulator.subscribe("user_nobody", "pro")
    with pytest.raises(ValueError, match=r"users\[0\]\.plan"):
        Emulator(seed={"users": [{"username": "ada_l", "plan": 5}]})
