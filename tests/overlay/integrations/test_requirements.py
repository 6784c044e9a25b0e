"""Requirements of guards: which are valid, which are equal, and how they deny access."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from clerkkit import InvalidArgument, reasons
from clerkkit.auth import verify_token
from clerkkit.auth.requests.state import SignedInState, SignedOutState
from clerkkit.integrations import fastapi, starlette
from clerkkit.integrations.shared.requirements import Denial, Requirements
from clerkkit.testing import instance


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, {}),
        ({}, {"token_type": "session_token"}),
        ({}, {"token_type": ["session_token"]}),
        ({"role": "org:admin"}, {"role": "org:admin"}),
        ({"plan": "pro", "feature": "reports"}, {"feature": "reports", "plan": "pro"}),
        ({"token_type": ["api_key", "m2m_token"]}, {"token_type": ("m2m_token", "api_key", "api_key")}),
        ({"token_type": "any"}, {"token_type": ["session_token", "m2m_token", "oauth_token", "api_key"]}),
    ],
)
def test_guards_with_equal_requirements_are_equal(one: dict[str, Any], other: dict[str, Any]) -> None:
    for made in (Requirements, starlette.require_auth, fastapi.require_auth):
        assert made(**one) == made(**other)
        assert len({made(**one), made(**other)}) == 1
        assert made(**one) != made(permission="reports:read")
    assert starlette.require_auth(**one) != fastapi.require_auth(**one)


@pytest.mark.parametrize("name", ["org:sys_memberships:manage", "sys_memberships:manage", "org:sys_profile:delete"])
def test_rejects_system_permissions(name: str) -> None:
    with pytest.raises(InvalidArgument, match=r"permission: .*system permission.* role"):
        Requirements(permission=name)


def test_accepts_custom_permissions_that_resemble_system_ones() -> None:
    assert Requirements(permission="org:system:read").permission == "org:system:read"


@pytest.mark.parametrize("token_type", [None, 5, [["api_key"]], "sessions", [], ["any"]])
def test_rejects_invalid_token_types(token_type: Any) -> None:
    with pytest.raises(InvalidArgument, match="token_type: expected 'any', or some of"):
        Requirements(token_type=token_type)


def test_session_token_may_be_required_in_a_list() -> None:
    token = instance().session_token(org_id="org_1", org_role="org:admin")
    state = SignedInState(claims=verify_token(token, jwt_key=instance().jwt_key), token=token)
    assert Requirements(role="admin", token_type=["session_token"]).check(state) is state.claims


@pytest.mark.parametrize(
    "reason", [value for name, value in vars(reasons).items() if name.isupper() and name != "HINTS"]
)
def test_only_outages_are_503(reason: str) -> None:
    denial = Requirements().check(SignedOutState(reason=reason))
    assert isinstance(denial, Denial)
    servers = {"unexpected-error", "jwk-remote-failed-to-load", "secret-key-invalid"}
    if reason in servers:
        assert (denial.status, denial.headers) == (503, {"Retry-After": "5"})
    else:
        assert (denial.status, denial.headers) == (401, {"WWW-Authenticate": "Bearer"})


@pytest.mark.parametrize(
    ("module", "missing"),
    [
        ("django", "django"),
        ("drf", "rest_framework"),
        ("fastapi", "fastapi"),
        ("flask", "flask"),
        ("litestar", "litestar"),
        ("ninja", "ninja"),
        ("mcp.fastmcp", "fastmcp"),
        ("mcp.sdk", "mcp"),
        ("starlette", "starlette"),
    ],
)
def test_missing_extra_is_named(module: str, missing: str) -> None:
    code = f"import sys; sys.modules[{missing!r}] = None; import clerkkit.integrations.{module}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    extra = module.rpartition(".")[2].replace("sdk", "mcp")
    assert done.stderr.strip().endswith(f'pip install "clerkkit[{extra}]"'), done.stderr


def test_missing_drf_spectacular_is_named() -> None:
    code = "import sys; sys.modules['drf_spectacular'] = None; import clerkkit.integrations.spectacular"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    wanted = "clerkkit.integrations.spectacular needs drf-spectacular: pip install drf-spectacular"
    assert done.stderr.strip().endswith(wanted), done.stderr
