"""Reading claims of both versions, and `has`."""

from __future__ import annotations

import itertools
from dataclasses import FrozenInstanceError
from typing import Any

import pytest

from clerkkit import InvalidArgument
from clerkkit.auth import SessionClaims, TokenRefused, verify_token
from clerkkit.integrations.shared.requirements import Requirements
from tests.overlay.auth.factories import NOW, pem, token

V1 = {
    "org_id": "org_1",
    "org_slug": "engines",
    "org_role": "org:admin",
    "org_permissions": ["org:boards:view", "org:boards:edit"],
}
V2 = {
    "v": 2,
    "fea": "o:boards, u:themes,ou:exports,o:audit",
    "pla": "o:pro",
    "o": {"id": "org_1", "slg": "engines", "rol": "admin", "per": "view,edit,remove", "fpm": "5,2,0"},
}


def session(**changes: Any) -> SessionClaims:
    return verify_token(token(**changes), jwt_key=pem(), now=NOW)


def test_reads_claims_of_version_1() -> None:
    found = session(**V1, fva=[3, -1], sts="active")
    assert (found.org_id, found.org_slug, found.org_role) == ("org_1", "engines", "org:admin")
    assert found.org_permissions == ("org:boards:view", "org:boards:edit")
    assert (found.factor_ages, found.status, found.pending) == ((3, -1), "active", False)


def test_reads_claims_of_version_2() -> None:
    found = session(**V2)
    assert (found.org_id, found.org_slug, found.org_role) == ("org_1", "engines", "org:admin")
    # Themes are a feature of the user, and have no mask.
    assert found.org_permissions == ("org:boards:view", "org:boards:remove", "org:exports:edit")
    assert (found.plan, found.features) == ("o:pro", ("o:boards", "u:themes", "ou:exports", "o:audit"))


@pytest.mark.parametrize("version", [None, 1, "2", True, 3])
def test_unknown_version_is_read_as_version_1(version: Any) -> None:
    found = session(**{**V2, "v": version}, org_id="org_9")
    assert (found.org_id, found.org_permissions) == ("org_9", ())


@pytest.mark.parametrize(
    ("features", "names", "masks", "expected"),
    [
        ("o:a", "x,y", "3", ["org:a:x", "org:a:y"]),
        ("o:a", "x", "7", ["org:a:x"]),
        ("o:a,o:b", "x", "1", ["org:a:x"]),
        ("o:a", "x", "1,1", ["org:a:x"]),
        ("o:a,o:b", "x", "-1,1", ["org:b:x"]),
        ("o:a,o:b", "x", "+1, 1 ", ["org:b:x"]),
        ("o:a", "x", "\u0661", []),
        ("o:a", "x", "1_0", []),
        ("o:a", "", "1", []),
        ("o:a", "x", "", []),
        ("a,o:b", "x", "1,1", []),
        ("x:a,o:b", "x", "1", ["org:b:x"]),
        ("o:a", ",".join(f"p{i}" for i in range(200)), str(1 << 199), ["org:a:p199"]),
        ("o:a:b", "x", "1", ["org:a:b:x"]),
    ],
)
def test_unpacks_permission_masks(features: str, names: str, masks: str, expected: list[str]) -> None:
    found = session(v=2, fea=features, o={"id": "org_1", "per": names, "fpm": masks})
    assert list(found.org_permissions) == expected


@pytest.mark.parametrize("packed", [None, {}, [], "x", 5])
def test_claims_without_organization(packed: Any) -> None:
    found = session(v=2, o=packed, fea="o:a")
    assert (found.org_id, found.org_slug, found.org_role, found.org_permissions) == (None, None, None, ())


@pytest.mark.parametrize(
    ("asked", "response"),
    [
        ({}, False),
        ({"role": "admin"}, True),
        ({"role": "org:admin"}, True),
        ({"role": "org:org:admin"}, True),
        ({"role": "member"}, False),
        ({"role": ""}, False),
        ({"role": None}, False),
        ({"permission": "boards:view"}, True),
        ({"permission": "org:exports:edit"}, True),
        ({"permission": "boards:edit"}, False),
        ({"role": "admin", "permission": "boards:edit"}, False),
        ({"feature": "boards"}, True),
        ({"feature": "themes"}, True),
        ({"feature": "o:themes"}, False),
        ({"feature": "user:themes"}, True),
        ({"feature": "organization:exports"}, True),
        ({"feature": "user:exports"}, True),
        ({"feature": "org:boards:more"}, True),
        ({"feature": "x:boards"}, False),
        ({"feature": "no"}, False),
        ({"feature": ""}, False),
        ({"feature": "o:"}, False),
        ({"feature": None}, False),
        ({"plan": "pro"}, True),
        ({"plan": "o:pro"}, True),
        ({"plan": "u:pro"}, False),
        ({"plan": "pro", "feature": "no"}, False),
        ({"plan": "pro", "role": "admin", "permission": "boards:view", "feature": "audit"}, True),
    ],
)
def test_has_checks_all_arguments(asked: dict[str, Any], response: bool) -> None:
    assert session(**V2).has(**asked) is response


@pytest.mark.parametrize(
    ("held", "asked", "response"),
    [
        ("org:a:read", "org:a:read", True),
        ("org:a:read", "a:read", True),
        ("org:a:read", "org:org:a:read", True),
        ("a:read", "org:a:read", False),
        ("a:read", "a:read", False),
        ("org:org:a:read", "org:a:read", False),
        ("org:org:a:read", "org:org:a:read", False),
        ("org:a:read ", "org:a:read", False),
    ],
)
def test_permissions_of_the_session_are_compared_unchanged(held: str, asked: str, response: bool) -> None:
    found = session(org_id="org_1", org_role="org:admin", org_permissions=[held])
    assert found.has(permission=asked) is response
    assert found.has(role="admin", permission=asked) is response


@pytest.mark.parametrize("held", ["admin", "org:admin", "org:org:admin"])
@pytest.mark.parametrize("asked", ["admin", "org:admin", "org:org:admin"])
def test_role_prefix_is_optional(held: str, asked: str) -> None:
    assert session(org_id="org_1", org_role=held).has(role=asked)


@pytest.mark.parametrize(
    ("claim", "reason"), [("sub", "sub-missing"), ("sid", "sid-empty"), ("azp", "azp-empty")], ids=str
)
def test_empty_session_claims_are_refused(claim: str, reason: str) -> None:
    with pytest.raises(TokenRefused) as caught:
        session(**{claim: ""})
    assert (caught.value.reason, caught.value.detail) == ("token-verification-failed", reason)


@pytest.mark.parametrize("asked", ["", "o:", "org:", "u:"])
def test_feature_without_name_matches_nothing(asked: str) -> None:
    assert not session(fea="o:,u:", pla="o:").has(feature=asked)
    assert not session(fea="o:,u:", pla="o:").has(plan=asked)


def test_role_requires_an_organization() -> None:
    found = session(org_role="org:admin", org_permissions=["org:a:b"])
    assert not found.has(role="admin")
    assert not found.has(permission="a:b")


def test_reads_pending_status_and_actor() -> None:
    found = session(sts="pending", act={"sub": "user_2", "iss": "https://dashboard.test"})
    assert found.pending
    assert found.actor == {"sub": "user_2", "iss": "https://dashboard.test"}
    assert session().actor is None


@pytest.mark.parametrize("ages", [[1], [1, 2, 3], ["1", 2], [True, 1], [-2, 1], "1,2", None, [-0.5, 1], [10**400, 1]])
def test_malformed_factor_ages_are_none(ages: Any) -> None:
    assert session(fva=ages).factor_ages is None


NONE, FRESH, OLD = -1, 9, 10
"""Ages of a factor in minutes, for a requirement of 10 minutes."""


@pytest.mark.parametrize(
    ("level", "met"),
    [
        ("first_factor", [(FRESH, NONE), (FRESH, FRESH), (FRESH, OLD)]),
        ("second_factor", [(FRESH, NONE), (FRESH, FRESH), (OLD, FRESH), (NONE, FRESH)]),
        ("multi_factor", [(FRESH, NONE), (FRESH, FRESH)]),
    ],
)
def test_reverification_requires_fresh_factors(level: Any, met: list[tuple[int, int]]) -> None:
    for ages in itertools.product((NONE, FRESH, OLD), repeat=2):
        found = session(fva=list(ages))
        assert found.has(reverification={"level": level, "after_minutes": 10}) is (ages in met), ages
    assert session(fva=[9.5, NONE]).has(reverification={"level": level, "after_minutes": 9.75})
    assert not session().has(reverification={"level": level, "after_minutes": 10})


@pytest.mark.parametrize(
    ("name", "level", "minutes"),
    [
        ("strict_mfa", "multi_factor", 10),
        ("strict", "second_factor", 10),
        ("moderate", "second_factor", 60),
        ("lax", "second_factor", 1440),
    ],
)
def test_names_of_reverification_stand_for_level_and_minutes(name: Any, level: Any, minutes: int) -> None:
    for ages in itertools.product((NONE, 0, minutes - 1, minutes), repeat=2):
        found = session(fva=list(ages))
        expected = found.has(reverification={"level": level, "after_minutes": minutes})
        assert found.has(reverification=name) is expected
        assert found.has(reverification={"level": level, "afterMinutes": minutes}) is expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "wanted",
    [
        *(None, "", "STRICT", "first_factor", 10, [], {}),
        *({"level": "first_factor"}, {"after_minutes": 10}, {"level": "other", "after_minutes": 10}),
        *({"level": "first_factor", "after_minutes": minutes} for minutes in (0, -1, "10", None, True, float("nan"))),
    ],
)
def test_malformed_reverification_is_not_met_and_rejected_by_guards(wanted: Any) -> None:
    assert session(fva=[0, 0]).has(reverification=wanted) is False
    with pytest.raises(InvalidArgument, match="reverification: expected"):
        Requirements(reverification=wanted)


def test_claims_are_immutable() -> None:
    found = session(**V2, custom={"a": 1})
    found.raw["custom"]["a"] = 2
    assert found.raw["custom"] == {"a": 1}
    with pytest.raises(FrozenInstanceError):
        found.user_id = "user_9"  # type: ignore[misc]


@pytest.mark.parametrize("claim", ["sid", "sts", "org_id", "org_permissions", "fea", "pla", "iss", "azp", "fva", "act"])
@pytest.mark.parametrize("value", [5, [], {}, [5], None, "x"])
def test_malformed_claims_do_not_raise(claim: str, value: Any) -> None:
    found = session(**{claim: value})
    assert isinstance(repr(found), str)
    assert found.has(role="a", permission="b", feature="c", plan="d") is False
