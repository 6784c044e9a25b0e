"""What is imported, and the error if the extra is missing."""

from __future__ import annotations

import pytest

from tests.test_loading import run_fresh


def test_client_loads_no_cryptography_before_it_verifies() -> None:
    loaded = run_fresh("import sys, clerkkit; clerkkit.Clerk('sk_test_x'); print(*sys.modules)").split()
    assert not {"jwt", "cryptography", "attr", "clerkkit.auth"} & set(loaded)


def test_sync_program_loads_no_event_loop() -> None:
    loaded = run_fresh("import sys, clerkkit; clerkkit.Clerk('sk_test_x').auth; print(*sys.modules)").split()
    assert "jwt" in loaded
    assert not {"anyio", "asyncio", "starlette"} & set(loaded)


def test_offline_verification_loads_no_http_client() -> None:
    names = "{'anyio', 'asyncio', 'httpcore', 'httpx'} & set(sys.modules)"
    assert run_fresh(f"import sys; from clerkkit.webhooks import verify_webhook; print({names})") == "set()"
    assert run_fresh(f"import sys; from clerkkit.auth import AuthOptions, verify_token; print({names})") == "set()"
    code = (
        "import sys; from clerkkit.auth import verify_token; from clerkkit.testing import instance; "
        f"i = instance(); verify_token(i.session_token(), jwt_key=i.jwt_key); print({names})"
    )
    assert run_fresh(code) == "set()"


def test_missing_extra_is_named() -> None:
    code = "import sys; sys.modules['jwt'] = None\ntry: import clerkkit.auth\nexcept ImportError as e: print(e)"
    assert run_fresh(code) == 'clerkkit.auth needs PyJWT with cryptography: pip install "clerkkit[auth]"'


def test_every_public_name_exists() -> None:
    assert run_fresh("import clerkkit.auth as m; print(all(getattr(m, name) for name in m.__all__))") == "True"


def test_old_name_of_a_state_warns() -> None:
    import clerkkit.auth

    with pytest.warns(DeprecationWarning, match="`SignedIn` was renamed to `SignedInState`") as caught:
        assert clerkkit.auth.SignedIn is clerkkit.auth.SignedInState
    assert caught[0].filename == __file__
    assert "SignedIn" not in dir(clerkkit.auth)
