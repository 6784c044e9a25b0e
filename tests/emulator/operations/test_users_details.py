"""Metadata, images, external accounts, passkeys, wallets and trusted devices of users."""

from __future__ import annotations

import gc
from typing import Any

import httpx
import pytest

from clerk_emulator import Emulator
from tests.emulator.api import Api

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
OTHERS = {"image/jpeg": b"\xff\xd8\xff" + PNG, "image/gif": b"GIF89a" + PNG, "image/webp": b"RIFF\0\0\0\0WEBP" + PNG}


def test_merges_metadata_recursively(api: Api) -> None:
    user = api.user(username="ada_l", public_metadata={"a": {"b": 1, "c": 2}, "list": [1, 2], "x": 1})["id"]
    path = f"/users/{user}/metadata"
    merged = api.patch(path, {"public_metadata": {"a": {"b": None, "d": {"e": 3}}, "list": [3], "x": {"y": 1}}})
    assert merged["public_metadata"] == {"a": {"c": 2, "d": {"e": 3}}, "list": [3], "x": {"y": 1}}
    assert api.get(f"/users/{user}") == merged
    assert merged["private_metadata"] == {}
    again = api.patch(path, {"private_metadata": {"p": 1}, "unsafe_metadata": {"u": 1}, "public_metadata": {}})
    assert again["public_metadata"] == merged["public_metadata"]
    assert (again["private_metadata"], again["unsafe_metadata"]) == ({"p": 1}, {"u": 1})


def test_replaces_metadata(api: Api) -> None:
    user = api.user(username="ada_l", public_metadata={"a": 1}, private_metadata={"p": 1})["id"]
    path = f"/users/{user}/metadata"
    replaced = api.put(path, {"public_metadata": {"b": None}})
    assert (replaced["public_metadata"], replaced["private_metadata"]) == ({"b": None}, {"p": 1})
    assert api.put(path, {"public_metadata": {}})["public_metadata"] == {}


def test_replacing_with_null_clears_metadata(api: Api) -> None:
    names = ("public_metadata", "private_metadata", "unsafe_metadata")
    user = api.user(username="ada_l", **{name: {"a": 1} for name in names})["id"]
    path = f"/users/{user}/metadata"
    cleared = api.put(path, {"private_metadata": None})
    assert [cleared[name] for name in names] == [{"a": 1}, None, {"a": 1}]
    assert api.patch(path, {"private_metadata": {"b": 2}})["private_metadata"] == {"b": 2}
    assert [api.put(path, dict.fromkeys(names))[name] for name in names] == [{}, None, {}]
    organization = api.post("/organizations", {"name": "Acme", **{name: {"a": 1} for name in names[:2]}})["id"]
    emptied = api.put(f"/organizations/{organization}/metadata", dict.fromkeys(names[:2]))
    assert [emptied[name] for name in names[:2]] == [{}, {}]


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_rejects_metadata_above_size_limit(api: Api, method: str) -> None:
    user = api.user(username="ada_l", public_metadata={"a": "x" * 8000})["id"]
    path = f"/users/{user}/metadata"
    large = {"public_metadata": {"a": "é" * 4096}}
    assert api.refused(method, path, large).codes == ["form_param_exceeds_allowed_size"]
    for value in ([], "text", 1, True):
        problem = api.refused(method, path, {"public_metadata": value})
        assert (problem.codes, problem.params) == (["form_param_value_invalid"], ["public_metadata"])
    if method == "PATCH":
        assert api.refused(method, path, {"public_metadata": None}).codes == ["form_param_nil"]
    assert api.refused(method, "/users/user_x/metadata", {}).status == 404
    if method == "PATCH":
        assert api.refused(method, path, {"public_metadata": {"b": "x" * 200}}).params == ["public_metadata"]
    assert api.get(f"/users/{user}")["public_metadata"] == {"a": "x" * 8000}


def uploaded(content: bytes, name: str = "face.png") -> Any:
    return {"files": {"file": (name, content, "application/octet-stream")}}


def test_uploaded_image_is_served(api: Api) -> None:
    user = api.user()
    assert httpx.get(user["image_url"], trust_env=False).headers["Content-Type"] == "image/svg+xml"
    path = f"/users/{user['id']}/profile_image"
    for media_type, content in {"image/png": PNG, **OTHERS}.items():
        changed = api.post(path, **uploaded(content, "../../etc/passwd"))
        assert changed["has_image"]
        served = httpx.get(changed["image_url"], trust_env=False)
        assert (served.content, served.headers["Content-Type"]) == (content, media_type)
        assert changed["profile_image_url"] == changed["image_url"] != user["image_url"]
    gone = api.delete(path)
    assert (gone["has_image"], gone["image_url"]) == (False, user["image_url"])
    assert httpx.get(changed["image_url"], trust_env=False).headers["Content-Type"] == "image/svg+xml"
    assert api.refused("DELETE", path).codes == ["image_not_found"]


def test_rejects_file_that_is_not_an_image(api: Api) -> None:
    path = f"/users/{api.user()['id']}/profile_image"
    for options, status, code in [
        ({}, 400, "form_param_missing"),
        ({"files": {"other": ("a", PNG)}}, 422, "form_param_unknown"),
        ({"data": {"file": "text"}, "files": {"other": ("a", b"")}}, 422, "form_param_unknown"),
        (uploaded(b"<svg/>"), 400, "request_body_invalid"),
        (uploaded(b""), 400, "request_body_invalid"),
        (uploaded(PNG + bytes(10 * 1024 * 1024)), 413, "image_too_large"),
        (uploaded(PNG + bytes(12 * 1024 * 1024)), 413, "request_body_too_large"),
        ({"json": {"file": "x"}}, 415, "unsupported_content_type"),
        (
            {"content": b"--x--\r\n", "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
            400,
            "form_param_missing",
        ),
        ({"content": b"nope", "headers": {"Content-Type": "multipart/form-data"}}, 400, "request_body_invalid"),
    ]:
        problem = api.refused("POST", path, **options)
        assert (problem.status, problem.codes[0]) == (status, code)
    assert api.refused("POST", "/users/user_x/profile_image", **uploaded(PNG)).status == 404


def test_rejects_form_that_ends_within_a_file_and_leaves_no_file_open(api: Api) -> None:
    path = f"/users/{api.user()['id']}/profile_image"
    begun = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
    for content in (begun, begun + PNG, begun + PNG + b"\r\n--x\r\n", b"--x\r\n"):
        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        problem = api.refused("POST", path, content=content, headers=headers)
        assert (problem.status, problem.codes) == (400, ["request_body_invalid"])
    gc.collect()  # an open file without a reference causes a ResourceWarning, which is an error in tests


def test_external_account_is_connected_listed_and_deleted(api: Api, emulator: Emulator) -> None:
    emulator.clock.freeze()
    user = api.user(email_address=["ada@example.com"])["id"]
    account = emulator.connect_account(
        user, "google", email_address="ada@example.com", provider_user_id="g-1", first_name="Ada", _token="secret"
    )
    assert account["verification"]["expire_at"] == account["created_at"] + 600_000
    read = api.get(f"/users/{user}")
    assert read["external_accounts"] == [account]
    assert read["email_addresses"][0]["linked_to"] == [{"type": "oauth_google", "id": account["identification_id"]}]
    assert [one["id"] for one in api.get("/users", provider="google", provider_user_id=["g-1"])] == [user]
    assert api.get("/users", provider="oauth_google", provider_user_id="g-2") == []
    (token,) = api.get(f"/users/{user}/oauth_access_tokens/oauth_google")
    assert (token["token"], token["external_account_id"]) == ("secret", account["id"])
    assert api.get(f"/users/{user}/oauth_access_tokens/google", paginated=True) == {"data": [token], "total_count": 1}
    problem = api.refused("GET", f"/users/{user}/oauth_access_tokens/github")
    assert (problem.status, problem.codes) == (404, ["oauth_token_provider_not_enabled"])
    email = read["email_addresses"][0]["id"]
    assert api.refused("DELETE", f"/email_addresses/{email}").codes == ["delete_linked_identification_disallowed"]
    path = f"/users/{user}/external_accounts/{account['id']}"
    assert api.delete(path) == {"object": "external_account", "id": account["id"], "deleted": True}
    assert api.refused("DELETE", path).codes == ["external_account_not_found"]
    after = api.get(f"/users/{user}")
    assert (after["external_accounts"], after["email_addresses"][0]["linked_to"]) == ([], [])


def test_passkeys_and_wallets_are_shown_and_deleted(api: Api, emulator: Emulator) -> None:
    wallets = ["0x" + "1" * 40, "0x" + "2" * 40]
    user = api.user(username="ada_l", web3_wallet=wallets)
    passkey = emulator.add_passkey(user["id"], "Laptop")
    (shown,) = api.get(f"/users/{user['id']}")["passkeys"]
    assert (shown["id"], shown["name"]) == (passkey["id"], "Laptop")
    first, second = (one["id"] for one in user["web3_wallets"])
    assert user["primary_web3_wallet_id"] == first
    for kind, one in [("passkey", passkey["id"]), ("web3_wallet", first)]:
        path = f"/users/{user['id']}/{kind}s/{one}"
        assert api.delete(path) == {"object": kind, "id": one, "deleted": True}
        assert api.refused("DELETE", path).status == 404
    after = api.get(f"/users/{user['id']}")
    assert (after["passkeys"], [one["id"] for one in after["web3_wallets"]]) == ([], [second])
    assert after["primary_web3_wallet_id"] == second
    other = api.user(username="other")["id"]
    assert api.refused("DELETE", f"/users/{other}/web3_wallets/{second}").status == 404


def test_trusted_device_is_listed_and_revoked(api: Api, emulator: Emulator) -> None:
    user = api.user()["id"]
    path = f"/users/{user}/trusted_devices"
    assert api.get(path) == {"data": [], "total_count": 0}
    device = emulator.trust_device(user, name="Phone")
    assert api.get(path) == {"data": [device], "total_count": 1}
    revoked = api.delete(f"{path}/{device['id']}")
    assert (revoked["status"], revoked["name"]) == ("revoked", "Phone")
    assert api.get(path)["data"] == [revoked] == [api.delete(f"{path}/{device['id']}")]
    assert api.refused("DELETE", f"{path}/tdev_x").status == 404
    assert api.refused("GET", "/users/user_x/trusted_devices").status == 404
