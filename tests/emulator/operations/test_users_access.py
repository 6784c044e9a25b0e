"""Bans, locks, passwords and second factors."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import bcrypt
import pytest
from argon2 import PasswordHasher, Type
from pyotp.totp import TOTP

from clerk_emulator import Emulator
from tests.emulator.api import Api

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def test_ban_revokes_sessions(api: Api) -> None:
    user = api.user()["id"]
    session = api.post("/sessions", {"user_id": user})["id"]
    assert api.post(f"/users/{user}/ban")["banned"]
    assert api.get(f"/sessions/{session}")["status"] == "revoked"
    assert api.refused("POST", "/sessions", {"user_id": user}).codes == ["user_banned"]
    assert not api.post(f"/users/{user}/unban")["banned"]
    api.post("/sessions", {"user_id": user})
    assert api.refused("POST", "/users/user_x/ban").status == api.refused("POST", "/users/user_x/unban").status == 404


def test_bulk_ban_is_atomic(api: Api) -> None:
    users = [api.user(username=f"user_{i}")["id"] for i in range(3)]
    assert [one["banned"] for one in api.post("/users/ban", {"user_ids": users})] == [True] * 3
    assert [one["id"] for one in api.post("/users/unban", {"user_ids": users[:2]})] == users[:2]
    assert api.refused("POST", "/users/ban", {"user_ids": [users[0], "user_x"]}).status == 404
    assert [one["banned"] for one in api.get("/users", order_by="created_at")] == [False, False, True]
    assert api.refused("POST", "/users/ban", {"user_ids": []}).codes == ["form_param_value_invalid"]
    assert api.refused("POST", "/users/unban", {"user_ids": ["x"] * 51}).codes == ["bulk_size_exceeded"]


@pytest.mark.parametrize("action", ["ban", "unban"])
def test_plan_without_banning_refuses_it(api: Api, emulator: Emulator, action: str) -> None:
    user = api.user()["id"]
    emulator.update_settings(users={"banning": False})
    for path, body in ((f"/users/{user}/{action}", None), (f"/users/{action}", {"user_ids": [user]})):
        refused = api.refused("POST", path, body)
        expected = [("unsupported_subscription_plan_features", {"unsupported_features": ["ban_user"]})]
        assert (refused.status, refused.errors) == (402, expected)
    assert not api.get(f"/users/{user}")["banned"]


def test_lock_expires(api: Api, emulator: Emulator) -> None:
    emulator.clock.freeze()
    user = api.user()["id"]
    locked = api.post(f"/users/{user}/lock")
    assert (locked["locked"], locked["lockout_expires_in_seconds"]) == (True, 3600)
    assert locked["verification_attempts_remaining"] == 10
    emulator.clock.advance(3600)
    later = api.get(f"/users/{user}")
    assert (later["locked"], later["lockout_expires_in_seconds"]) == (False, None)
    api.post(f"/users/{user}/lock")
    assert not api.post(f"/users/{user}/unlock")["locked"]
    assert api.refused("POST", "/users/user_x/lock").status == api.refused("POST", "/users/user_x/unlock").status == 404


def salted_pbkdf2(algorithm: str, salt: bytes) -> bytes:
    return hashlib.pbkdf2_hmac(algorithm, b"correct horse", salt, 10)


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


SCRYPT = hashlib.scrypt(b"correct horse", salt=b"salt", n=16, r=1, p=1).hex()
DIGESTS = {
    "bcrypt": bcrypt.hashpw(b"correct horse", bcrypt.gensalt(4)).decode(),
    "bcrypt_sha256_django": "bcrypt_sha256$"
    + bcrypt.hashpw(hashlib.sha256(b"correct horse").hexdigest().encode(), bcrypt.gensalt(4)).decode(),
    "md5": hashlib.md5(b"correct horse").hexdigest(),
    "md5_salted": "salt$" + hashlib.md5(b"saltcorrect horse").hexdigest(),
    "sha256": hashlib.sha256(b"correct horse").hexdigest(),
    "sha256_salted": "salt$" + hashlib.sha256(b"correct horsesalt").hexdigest(),
    "pbkdf2_sha1": f"pbkdf2_sha1$10${b'salt'.hex()}${salted_pbkdf2('sha1', b'salt').hex()}",
    "pbkdf2_sha256": f"pbkdf2_sha256$10${b64(b'salt')}${b64(salted_pbkdf2('sha256', b'salt'))}",
    "pbkdf2_sha256_django": f"pbkdf2_sha256$10$salt${b64(salted_pbkdf2('sha256', b'salt'))}",
    "pbkdf2_sha512": f"pbkdf2_sha512$10$salt${salted_pbkdf2('sha512', b'salt').hex()}",
    "pbkdf2_sha512_hex": f"pbkdf2_sha512_hex$10${b'salt'.hex()}${salted_pbkdf2('sha512', b'salt').hex()}",
    "scrypt_werkzeug": f"scrypt:16:1:1$salt${SCRYPT}",
    "argon2i": PasswordHasher(1, 8, 1, type=Type.I).hash("correct horse"),
    "argon2id": PasswordHasher(1, 8, 1, type=Type.ID).hash("correct horse"),
    "ldap_ssha": "{SSHA}" + b64(hashlib.sha1(b"correct horsesalt").digest() + b"salt"),
    "sha512_symfony": "sha512_symfony$1$salt$" + b64(hashlib.sha512(b"correct horse{salt}").digest()),
}
# Published digests with their passwords.
PUBLISHED = {
    # The test vector of phpass.
    "phpass": ("test12345", "$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0"),
    # The test vector of firebase/scrypt.
    "scrypt_firebase": (
        "user1password",
        "lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ=="
        "$42xEC+ixf3L2lw==$jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA=="
        "$Bw==$8$14",
    ),
}


@pytest.mark.parametrize("hasher", [*DIGESTS, *PUBLISHED])
def test_accepts_imported_digests(api: Api, hasher: str) -> None:
    password, digest = PUBLISHED.get(hasher) or ("correct horse", DIGESTS[hasher])
    user = api.user(username="ada_l", password_digest=digest, password_hasher=hasher)
    assert user["password_enabled"]
    path = f"/users/{user['id']}/verify_password"
    assert api.post(path, {"password": password}) == {"verified": True}
    problem = api.refused("POST", path, {"password": password + "!"})
    assert (problem.status, problem.codes) == (422, ["incorrect_password"])


def test_malformed_digest_matches_no_password(api: Api) -> None:
    for hasher, digest in {
        "pbkdf2_sha256": "pbkdf2_sha256$0$c2FsdA==$aGFzaA==",
        "pbkdf2_sha1": "pbkdf2_sha1$99999999999$salt$abc",
        "scrypt_werkzeug": "scrypt:99999999:999:9$salt$abcd",
        "scrypt_firebase": "YQ==$YQ==$YQ==$$8$60",
        "argon2id": "$argon2id$v=19$m=99999999,t=9999,p=1$c2FsdA$aGFzaA",
        "argon2i": "$argon2i$v=19$m=8,t=1,p=1$!$!",
        "phpass": "$P$z" + "a" * 30,
        "ldap_ssha": "{SSHA}YQ",
        "sha512_symfony": "sha512_symfony$99999999999$salt$YQ==",
    }.items():
        user = api.user(username=f"user_{hasher}", password_digest=digest, password_hasher=hasher)["id"]
        problem = api.refused("POST", f"/users/{user}/verify_password", {"password": "correct horse"})
        assert problem.codes == ["incorrect_password"]


def test_password_can_be_set_changed_and_removed(api: Api, emulator: Emulator) -> None:
    user = api.user(username="ada_l")["id"]
    path = f"/users/{user}/verify_password"
    assert api.refused("POST", path, {"password": "x"}).codes == ["no_password_set"]
    changed = api.patch(f"/users/{user}", {"password": "correct horse"})
    assert changed["password_enabled"]
    assert changed["password_last_updated_at"]
    session = api.post("/sessions", {"user_id": user})["id"]
    api.patch(f"/users/{user}", {"password": "battery staple", "sign_out_of_other_sessions": True})
    assert api.get(f"/sessions/{session}")["status"] == "revoked"
    assert api.refused("POST", path, {"password": "correct horse"}).status == 422
    assert api.post(path, {"password": "battery staple"})["verified"]
    removed = api.post(f"/users/{user}/remove_password", {})
    assert not removed["password_enabled"]
    emulator.clock.advance(1)
    assert api.post(f"/users/{user}/remove_password") == removed
    assert api.refused("PATCH", f"/users/{user}", {"sign_out_of_other_sessions": True}).codes == [
        "form_conditional_param_disallowed"
    ]
    assert api.patch(f"/users/{user}", {"password": "short", "skip_password_checks": True})["password_enabled"]


def test_compromised_password_requires_reset(api: Api) -> None:
    user = api.user(username="ada_l", password="correct horse")["id"]
    session = api.post("/sessions", {"user_id": user})["id"]
    assert api.get(f"/users/{user}")["requires_password_reset"] is False
    assert api.post(f"/users/{user}/password/set_compromised")["requires_password_reset"] is True
    assert api.get(f"/users/{user}")["requires_password_reset"] is True
    assert api.get(f"/sessions/{session}")["status"] == "active"
    api.post(f"/users/{user}/password/set_compromised", {"revoke_all_sessions": True})
    assert api.get(f"/sessions/{session}")["status"] == "revoked"
    assert api.post(f"/users/{user}/password/unset_compromised")["requires_password_reset"] is False
    for action in ("set_compromised", "unset_compromised"):
        assert api.refused("POST", f"/users/user_x/password/{action}").status == 404


def test_verifies_totp_codes(api: Api, emulator: Emulator) -> None:
    emulator.clock.freeze(1_700_000_000_000)
    user = api.user(username="ada_l", totp_secret=SECRET)
    assert user["totp_enabled"]
    assert user["two_factor_enabled"]
    path = f"/users/{user['id']}/verify_totp"
    code = TOTP(SECRET).at(1_700_000_000)
    assert api.post(path, {"code": code}) == {"verified": True, "code_type": "totp"}
    wrong = "000000" if code != "000000" else "000001"
    assert api.refused("POST", path, {"code": wrong}).codes == ["totp_incorrect_code"]
    assert api.refused("POST", path, {"code": "1"}).codes == ["totp_invalid_length"]
    emulator.clock.advance(300)
    assert api.refused("POST", path, {"code": code}).codes == ["totp_incorrect_code"]
    assert api.delete(f"/users/{user['id']}/totp") == {"user_id": user["id"]}
    assert api.refused("POST", path, {"code": code}).codes == ["totp_disabled"]
    assert api.refused("DELETE", f"/users/{user['id']}/totp").status == 404


def test_backup_code_works_once(api: Api) -> None:
    hashed = bcrypt.hashpw(b"second-code", bcrypt.gensalt(4)).decode()
    user = api.user(username="ada_l", backup_codes=["first-code", hashed, "third-code"])
    assert user["backup_code_enabled"]
    path = f"/users/{user['id']}/verify_totp"
    for code in ("first-code", "second-code"):
        assert api.post(path, {"code": code}) == {"verified": True, "code_type": "backup_code"}
        assert api.refused("POST", path, {"code": code}).status == 422
    assert api.delete(f"/users/{user['id']}/backup_code") == {"user_id": user["id"]}
    assert api.refused("DELETE", f"/users/{user['id']}/backup_code").status == 404
    assert not api.get(f"/users/{user['id']}")["backup_code_enabled"]


def test_disable_mfa_removes_all_second_factors(api: Api) -> None:
    user = api.user(phone_number=["+15555550100"], totp_secret=SECRET, backup_codes=["code-1"])
    phone = user["phone_numbers"][0]["id"]
    assert api.patch(f"/phone_numbers/{phone}", {"reserved_for_second_factor": True})["default_second_factor"]
    assert api.delete(f"/users/{user['id']}/mfa") == {"user_id": user["id"]}
    off: Any = api.get(f"/users/{user['id']}")
    assert not any(off[name] for name in ("two_factor_enabled", "totp_enabled", "backup_code_enabled"))
    assert off["mfa_enabled_at"]
    assert off["mfa_disabled_at"]
    assert not off["phone_numbers"][0]["reserved_for_second_factor"]
    assert api.refused("DELETE", "/users/user_x/mfa").status == 404


def test_user_with_a_passkey_gets_a_password(emulator: Emulator, api: Api) -> None:
    user = api.user()
    emulator.add_passkey(user["id"])
    assert api.patch(f"/users/{user['id']}", {"password": "correct horse battery staple"})["password_enabled"]
