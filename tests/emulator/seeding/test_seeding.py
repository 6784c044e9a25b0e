"""Seed files: loading, errors and dumping."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from clerk_emulator import Emulator
from clerk_emulator.seeding.format import read
from clerk_emulator.seeding.seed_yaml import to_yaml
from tests.emulator.api import Api

SEED = """
keys:
  secret_key: sk_test_of_the_seed
users:
  - id: user_ada
    email_address: [ada@example.com, second@example.com]
    email_address_identification_status: [verified, unverified]
    phone_number: ["+15555550100"]
    external_id: "1"
    first_name: Ada
    password: correct horse battery staple
    totp_secret: JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP
    created_at: 2020-01-01T00:00:00Z
    public_metadata: {a: {b: [1, null]}}
  - username: bob_b
    banned: true
organizations:
  - id: org_acme
    name: Acme
    slug: acme
    created_by: ada@example.com
memberships:
  - {organization: acme, user: bob_b, role: "org:member", public_metadata: {seat: 1}}
"""


@pytest.fixture
def seed(tmp_path: Path) -> Path:
    path = tmp_path / "seed.yaml"
    path.write_text(SEED)
    return path


def api_of(emulator: Emulator) -> Api:
    headers = {"Authorization": f"Bearer {emulator.secret_key}"}
    return Api(httpx.Client(base_url=emulator.url, headers=headers, trust_env=False))


def test_seed_creates_resources(seed: Path) -> None:
    with Emulator(seed=seed, validate_responses=True) as emulator:
        assert emulator.secret_key == "sk_test_of_the_seed"
        api = api_of(emulator)
        with api.http:
            ada = api.get("/users/user_ada")
            assert (ada["first_name"], ada["created_at"]) == ("Ada", 1577836800000)
            assert [one["verification"] is not None for one in ada["email_addresses"]] == [True, False]
            assert api.post("/users/user_ada/verify_password", {"password": "correct horse battery staple"})
            members = api.get("/organizations/org_acme/memberships", order_by="created_at")["data"]
            assert [one["role"] for one in members] == ["org:admin", "org:member"]
            assert members[1]["public_metadata"] == {"seat": 1}
            emulator.reset()
            assert api.get("/users/user_ada") == ada
        assert emulator.problems == []


def test_dump_recreates_state(seed: Path, tmp_path: Path) -> None:
    def read(emulator: Emulator) -> Any:
        api = api_of(emulator)
        with api.http:
            users = api.get("/users", order_by="created_at")
            return json.loads(
                json.dumps([users, api.get("/organizations"), api.get("/organizations/org_acme/memberships")]),
                object_hook=lambda held: {key: value for key, value in held.items() if key not in CHANGING},
            )

    with Emulator(seed=seed) as first:
        dumped = first.dump()
        assert dumped["keys"]["private_pem"].replace("\n", "\n    ").rstrip() in to_yaml(dumped)
        again = tmp_path / "again.yaml"
        again.write_text(to_yaml(dumped))
        before = read(first)
    with Emulator(seed=again) as second:
        assert second.dump() == dumped
        assert read(second) == before
        assert httpx.get(f"{second.origin}/.well-known/jwks.json", trust_env=False).json()


# Values that differ in the new state: ids without a place in a seed, times, and the emulator's URL.
CHANGING = {"id", "primary_email_address_id", "primary_phone_number_id", "updated_at", "created_at", "image_url"} | {
    "profile_image_url",
    "password_last_updated_at",
    "mfa_enabled_at",
    "logo_url",
}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: b: c", "mapping values"),
        ("[]", "it must have sections: .*users"),
        ("people: []", "there is no section people"),
        ("users: {}", "users: it must be a list"),
        ("users: [ada]", "users: it must be a list"),
        ("keys: {secret_key: 1}", "keys: "),
        ("keys: {secret_key: sk_live_x}", "sk_test_"),
        ("keys: {private_pem: x}", "PEM"),
        ("users: [{}, {email_address: [ada@example.com]}]", r"users\[0\]: One of email_address"),
        ("users: [{username: ada_l}, {username: ada_l}]", r"users\[1\]\.username: That username is taken"),
        ("users: [{username: ada_l, nope: 1}]", r"users\[0\]\.nope: nope is not a parameter"),
        ("users: [{username: ada_l, id: org_x}]", r"users\[0\]\.id: id must be user_"),
        ("users: [{username: ada_l, public_metadata: {a: .nan}}]", r"users\[0\]: "),
        ("users: [{username: ada_l, public_metadata: &a {a: *a}}]", r"users\[0\]: "),
        ("users: [{username: ada_l, id: 7}]", r"users\[0\]\.id: "),
        ("users: [{id: user_a, username: ada_l}, {id: user_a, username: bob_b}]", r"users\[1\]\.id: That id is taken"),
        ("users: [{email_address: [a@example.com, b]}]", r"users\[0\]\.email_address: "),
        (
            "users: [{username: ada_l, email_address_identification_status: [unverified]}]",
            r"users\[0\]\.email_.*as many",
        ),
        ("users: [{username: ada_l, last_active_at: noon}]", r"users\[0\]\.last_active_at: .*RFC 3339"),
        ("users: [{username: ada_l, last_active_at: 1}]", r"users\[0\]\.last_active_at: .*a time"),
        ("users: [{username: ada_l, second_factor_phone_number: ['+15555550100']}]", r"users\[0\]\.second_factor_"),
        ("users: [{username: ada_l, second_factor_phone_number: x}]", r"users\[0\]\.second_factor_.* a list"),
        ("users: [{username: ada_l, external_accounts: [x]}]", r"users\[0\]\.external_accounts\[0\]: "),
        ("users: [{username: ada_l, external_accounts: [{nope: 1}]}]", r"external_accounts\[0\]\.nope: "),
        ("users: [{username: ada_l, external_accounts: [{}]}]", r"external_accounts\[0\]\.provider: "),
        ("users: [{phone_number: [1]}]", r"users\[0\]\.phone_number: phone_number must be of type string"),
        ("organizations: [{name: Acme, created_by: nobody}]", r"organizations\[0\]\.created_by: .*there is no nobody"),
        ("memberships: [{organization: acme, user: ada}]", r"memberships\[0\]\.organization: .*there is no acme"),
        ("memberships: [{organization: acme}]", r"memberships\[0\]\.user: user must be included"),
        ("memberships: [{user: ada}]", r"memberships\[0\]\.organization: organization must be included"),
    ],
)
def test_seed_errors_name_entry_and_key(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "seed.yaml"
    path.write_text(text)
    with pytest.raises(ValueError, match=reason):
        Emulator(seed=path)


def test_seeds_and_dumps_what_no_operation_creates() -> None:
    account = {"provider": "google", "provider_user_id": "g1", "email_address": "ada@example.com", "token": "t1"}
    user = {
        "id": "user_ada",
        "email_address": ["ada@example.com"],
        "phone_number": ["+15555550100", "+15555550101"],
        "second_factor_phone_number": ["+15555550101", "+15555550100"],
        "external_accounts": [account],
        "password": "correct horse battery staple",
        "password_compromised": True,
        "last_sign_in_at": "2020-02-02T00:00:00Z",
        "updated_at": "2020-03-03T00:00:00Z",
    }
    with Emulator(seed={"users": [user]}, validate_responses=True) as emulator:
        api = api_of(emulator)
        with api.http:
            ada = api.get("/users/user_ada")
            (token,) = api.get("/users/user_ada/oauth_access_tokens/oauth_google")
        assert emulator.problems == []
        (dumped,) = emulator.dump()["users"]
    assert (ada["last_sign_in_at"], ada["updated_at"]) == (1580601600000, 1583193600000)
    factors = {one["phone_number"]: one["default_second_factor"] for one in ada["phone_numbers"]}
    assert factors == {"+15555550100": False, "+15555550101": True}
    assert ada["two_factor_enabled"]
    assert [one["provider_user_id"] for one in ada["external_accounts"]] == ["g1"]
    assert ada["email_addresses"][0]["linked_to"][0]["type"] == "oauth_google"
    assert token["token"] == "t1"
    assert dumped["second_factor_phone_number"] == user["second_factor_phone_number"]
    assert [{name: one[name] for name in account} for one in dumped["external_accounts"]] == [account]
    assert dumped["password_compromised"] is True
    with pytest.raises(ValueError, match=r"users\[1\]\.external_accounts\[0\]\.provider_user_id: .*is taken"):
        Emulator(seed={"users": [user, {"username": "bob_b", "external_accounts": [account]}]})


def test_seeded_membership_replaces_that_of_creator() -> None:
    data: dict[str, Any] = {
        "users": [{"username": "ada_l"}, {"username": "bob_b"}],
        "organizations": [{"name": "Acme", "slug": "acme", "created_by": "ada_l", "admin_delete_enabled": False}],
        "memberships": [
            {"organization": "acme", "user": "ada_l", "role": "org:member", "created_at": "2020-01-01T00:00:00Z"},
            {"organization": "acme", "user": "bob_b", "role": "org:admin"},
        ],
    }
    with Emulator(seed=data) as emulator:
        dumped = emulator.dump()
    assert [one["role"] for one in dumped["memberships"]] == ["org:member", "org:admin"]
    assert dumped["memberships"][0]["created_at"] == "2020-01-01T00:00:00.000+00:00"
    assert dumped["organizations"][0]["admin_delete_enabled"] is False
    with pytest.raises(ValueError, match=r"memberships\[2\]: .*is already a member"):
        Emulator(seed={**data, "memberships": [*data["memberships"], data["memberships"][0]]})


def test_dump_keeps_creators_who_left_and_omits_deleted_ones() -> None:
    data: dict[str, Any] = {
        "users": [{"username": "ada_l"}, {"username": "bob_b"}, {"username": "eve_e"}],
        "organizations": [
            {"name": "Left", "slug": "left", "created_by": "ada_l", "creator_is_member": False},
            {"name": "Deleted", "slug": "deleted", "created_by": "bob_b"},
        ],
        "memberships": [{"organization": "deleted", "user": "eve_e", "role": "org:admin"}],
    }
    with Emulator(seed=data) as first:
        api = api_of(first)
        with api.http:
            left, deleted = (api.get(f"/organizations/{slug}") for slug in ("left", "deleted"))
            assert api.get(f"/organizations/{left['id']}/memberships")["data"] == []
            api.delete(f"/users/{deleted['created_by']}")
        dumped = first.dump()
    entries = {entry["slug"]: entry for entry in dumped["organizations"]}
    assert (entries["left"]["created_by"], entries["left"]["creator_is_member"]) == (left["created_by"], False)
    assert not {"created_by", "creator_is_member"} & entries["deleted"].keys()
    with Emulator(seed=dumped) as second:
        assert second.dump() == dumped
        api = api_of(second)
        with api.http:
            assert api.get(f"/organizations/{left['id']}")["created_by"] == left["created_by"]
    for wrong, problem in (
        ({"created_by": "ada_l", "creator_is_member": "no"}, "must be a boolean"),
        ({"creator_is_member": False}, "creator_is_member"),
    ):
        with pytest.raises(ValueError, match=rf"organizations\[0\]\.creator_is_member: .*{problem}"):
            Emulator(seed={**data, "organizations": [{"name": "Left", **wrong}], "memberships": []})


def test_seeds_custom_roles() -> None:
    data: dict[str, Any] = {
        "permissions": [{"key": "org:reports:read", "name": "Read reports", "description": ""}],
        "roles": [
            {
                "key": "org:reader",
                "name": "Reader",
                "description": None,
                "permissions": ["org:sys_memberships:read", "org:reports:read"],
                "include_in_initial_role_set": True,
            }
        ],
        "users": [{"username": "ada_l"}],
        "organizations": [{"name": "Acme", "slug": "acme"}],
        "memberships": [{"organization": "acme", "user": "ada_l", "role": "org:reader"}],
    }
    with Emulator(seed=data) as first:
        dumped = first.dump()
    assert {name: dumped[name] for name in ("permissions", "roles")} == {
        name: data[name] for name in ("permissions", "roles")
    }
    with Emulator(seed=dumped) as second:
        assert second.dump() == dumped
        api = api_of(second)
        with api.http:
            (member,) = api.get(f"/organizations/{dumped['organizations'][0]['id']}/memberships")["data"]
    assert (member["role"], member["permissions"]) == ("org:reader", data["roles"][0]["permissions"])
    with pytest.raises(ValueError, match=r"roles\[0\]\.permissions: .*there is no org:reports:read"):
        Emulator(seed={**data, "permissions": []})


def test_dump_has_resources_of_one_moment_in_the_order_of_the_seed() -> None:
    connections = [
        {"id": f"entconn_{name}", "name": name, "provider": "saml_okta", "domains": [f"{name}.com"]} for name in "bca"
    ]
    data: dict[str, Any] = {
        "enterprise_connections": connections,
        "directories": [
            {"id": f"scim_{name}", "enterprise_connection_id": f"entconn_{name}", "provider": "okta"} for name in "bca"
        ],
        "permissions": [{"key": f"org:{name}:read", "name": name, "description": ""} for name in "bca"],
        "plans": [{"slug": name, "is_default": False} for name in "bca"],
        "webhooks": [{"url": f"http://localhost/{name}"} for name in "bca"],
    }
    with Emulator() as emulator:
        emulator.clock.freeze()
        emulator.load_seed(data)
        dumped = emulator.dump()
    for section, key in (
        ("enterprise_connections", "name"),
        ("directories", "enterprise_connection_id"),
        ("permissions", "name"),
        ("plans", "slug"),
        ("webhooks", "url"),
    ):
        assert [entry[key] for entry in dumped[section]] == [entry[key] for entry in data[section]], section


def test_seeds_connections_directories_and_templates() -> None:
    data: dict[str, Any] = {
        "organizations": [{"name": "Acme", "slug": "acme"}],
        "enterprise_connections": [
            {
                "id": "entconn_okta",
                "saml_connection_id": "samlc_okta",
                "name": "Okta",
                "provider": "saml_okta",
                "domains": ["acme.com"],
                "organization": "acme",
                "active": True,
                "sync_user_attributes": False,
                "saml": {"idp_metadata_url": "https://idp.acme.com/metadata", "idp_entity_id": "https://idp.acme.com"},
            },
            {
                "name": "GitLab",
                "provider": "oidc_gitlab",
                "domains": ["acme.org"],
                "oidc": {"client_id": "c", "client_secret": "hush"},
            },
        ],
        "directories": [
            {
                "enterprise_connection_id": "entconn_okta",
                "provider": "okta",
                "api_key": "scim_key_1",
                "enabled": False,
                "group_role_mappings": [{"directory_group_id": "owners", "role": "org:admin"}],
            }
        ],
        "templates": [{"template_type": "email", "slug": "verification_code", "subject": "{{otp_code}}"}],
    }
    with Emulator(seed=data) as first:
        dumped = first.dump()
        api = api_of(first)
        with api.http:
            connection = api.get("/enterprise_connections/entconn_okta")
            (directory,) = api.get("/directories")["data"]
            (mapping,) = api.get(f"/directories/{directory['id']}/group_role_mappings")["data"]
            assert api.get("/templates/email/verification_code")["subject"] == "{{otp_code}}"
    assert (connection["active"], connection["sync_user_attributes"]) == (True, False)
    assert connection["saml_connection"]["id"] == "samlc_okta"
    assert (directory["enabled"], mapping["role"]["key"]) == (False, "org:admin")
    assert dumped["directories"][0]["api_key"] == "scim_key_1"
    with Emulator(seed=dumped) as second:
        assert second.dump() == dumped
    for section, change, problem in [
        ("enterprise_connections", {"organization": "none"}, "there is no none"),
        ("directories", {"group_role_mappings": [{"directory_group_id": "a", "role": "org:x"}]}, "there is no org:x"),
        ("templates", {"slug": "nope"}, "There is no email template nope"),
    ]:
        invalid = {**data, section: [{**data[section][0], **change}]}
        with pytest.raises(ValueError, match=rf"{section}\[0\].*: .*{problem}"):
            Emulator(seed=invalid)


def test_seed_initializes_new_database_and_is_dumped(seed: Path, tmp_path: Path) -> None:
    db = tmp_path / "clerk.db"
    for given in (seed, None):
        with Emulator(db=db, seed=given) as emulator:
            assert len(emulator.dump()["users"]) == 2
    command = [sys.executable, "-m", "clerk_emulator", "--db", str(db), "--dump"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    path = tmp_path / "dumped.yaml"
    path.write_text(done.stdout)
    assert read(path)["users"][0]["id"] == "user_ada"
    command = [sys.executable, "-m", "clerk_emulator", "--port", "0", "--seed", str(tmp_path / "none.yaml")]
    refused = subprocess.run(command, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert "No such file" in refused.stderr
