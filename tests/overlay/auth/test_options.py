"""`AuthOptions`: which are rejected, and where they come from."""

from __future__ import annotations

import base64
import inspect
import pydoc
from typing import Any, ForwardRef

import attrs
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_elliptic_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from clerkkit import InvalidArgument
from clerkkit.auth import AuthOptions
from clerkkit.auth.requests.options import AuthOptionArguments
from tests.loopback import KEY
from tests.overlay.auth.browser import (
    Browser,
)
from tests.overlay.auth.factories import options, pem, private, publishable_key

PRIVATE = private().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
ELLIPTIC = (
    generate_elliptic_key(SECP256R1())
    .public_key()
    .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    .decode()
)


@pytest.mark.parametrize(
    ("given", "argument"),
    [
        ({"publishable_key": None}, "publishable_key"),
        ({"publishable_key": "pk_live_"}, "publishable_key"),
        ({"publishable_key": "sk_live_Y2xlcmsuYS5iJA"}, "publishable_key"),
        ({"publishable_key": publishable_key(host="no$dollar.test")}, "publishable_key"),
        ({"publishable_key": publishable_key(host="nodot")}, "publishable_key"),
        ({"accepts_token": "x"}, "accepts_token"),
        ({"accepts_token": []}, "accepts_token"),
        ({"accepts_token": ["any"]}, "accepts_token"),
        ({"publishable_key": 5}, "publishable_key"),
        ({"publishable_key": KEY}, "publishable_key"),
        ({"publishable_key": f"'{publishable_key()}'"}, "publishable_key"),
        ({"publishable_key": f"{publishable_key()}\n"}, "publishable_key"),
        ({"accepts_token": 5}, "accepts_token"),
        ({"is_satellite": True}, "domain"),
        ({"domain": "https://satellite.dev"}, "domain"),
        ({"domain": "satellite.dev/"}, "domain"),
        ({"domain": "me@satellite.dev"}, "domain"),
        ({"domain": "'satellite.dev'"}, "domain"),
        ({"domain": 5}, "domain"),
        ({"proxy_url": "ftp://x"}, "proxy_url"),
        ({"proxy_url": "shop.test/__clerk"}, "proxy_url"),
        ({"proxy_url": "https://shop.test/__clerk?a=b"}, "proxy_url"),
        ({"proxy_url": "https://shop.test/__clerk#a"}, "proxy_url"),
        ({"proxy_url": "https://me@shop.test/"}, "proxy_url"),
        ({"proxy_url": "/__clerk"}, "proxy_url"),
        ({"proxy_url": "/__clerk", "authorized_parties": ["capacitor://localhost"]}, "proxy_url"),
        ({"proxy_url": "//evil.test", "authorized_parties": ["https://shop.test"]}, "proxy_url"),
        ({"proxy_url": "/\r\nx: y", "authorized_parties": ["https://shop.test"]}, "proxy_url"),
        ({"sign_in_url": "javascript:alert(1)"}, "sign_in_url"),
        ({"sign_in_url": "//evil.test"}, "sign_in_url"),
        ({"sign_in_url": "sign-in"}, "sign_in_url"),
        ({"jwt_key": "k"}, "jwt_key"),
        ({"jwt_key": 5}, "jwt_key"),
        ({"jwt_key": f'"{pem()}"'}, "jwt_key"),
        ({"jwt_key": f"'{pem().strip()}'"}, "jwt_key"),
        ({"jwt_key": base64.b64encode(pem().encode()).decode()}, "jwt_key"),
        ({"jwt_key": base64.encodebytes(pem().encode()).decode()}, "jwt_key"),
        ({"jwt_key": KEY}, "jwt_key"),
        ({"jwt_key": publishable_key()}, "jwt_key"),
        ({"jwt_key": pem(bits=1024)}, "jwt_key"),
        ({"jwt_key": PRIVATE}, "jwt_key"),
        ({"jwt_key": ELLIPTIC}, "jwt_key"),
        ({"machine_secret_key": KEY}, "machine_secret_key"),
        ({"machine_secret_key": "ak_1\n"}, "machine_secret_key"),
        ({"machine_secret_key": 5}, "machine_secret_key"),
        ({"authorized_parties": ["https://a.test/"]}, "authorized_parties"),
        ({"audience": 5}, "audience"),
        ({"issuer": [5]}, "issuer"),
        ({"is_satellite": "false", "domain": "a.test"}, "is_satellite"),
        ({"satellite_auto_sync": 1}, "satellite_auto_sync"),
        ({"cache": None}, "cache"),
        ({"trust_forwarded_host": "no"}, "trust_forwarded_host"),
        ({"is_satellite": True, "domain": "a.test", "sign_in_url": "/sign-in"}, "sign_in_url"),
        ({"authorized_parties": "https://a.test"}, "authorized_parties"),
        ({"clock_skew": -1}, "clock_skew"),
        ({"organization_patterns": ["/a/{x}"]}, "organization_patterns"),
        ({"organization_patterns": ["a"]}, "organization_patterns"),
        ({"organization_patterns": [5]}, "organization_patterns"),
        ({"organization_patterns": 5}, "organization_patterns"),
        ({"organization_patterns": ["/:id/:id"]}, "organization_patterns"),
        ({"personal_account_patterns": "/me"}, "personal_account_patterns"),
    ],
)
def test_rejects_invalid_options(given: dict[str, Any], argument: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        options(**given)
    assert caught.value.argument == argument
    for secret in (KEY, publishable_key(), pem()[40:80], PRIVATE[40:80]):
        assert secret not in str(caught.value)


@pytest.mark.parametrize(
    "given",
    [
        {"domain": "localhost:3001"},
        {"proxy_url": "https://shop.test/__clerk/"},
        {"proxy_url": "http://localhost:3000/__clerk"},
        {"proxy_url": "/__clerk", "authorized_parties": ["https://shop.test"]},
        {"sign_in_url": "/sign-in?a=b#c"},
        {"sign_in_url": "https://accounts.shop.test/sign-in"},
        {"jwt_key": pem()},
        {"jwt_key": pem().replace("\n", "\\n")},  # as environment files have it
        {"jwt_key": pem().replace("\n", "\r\n")},
        {"jwt_key": "".join(pem().split("\n")[1:-2])},
        {"machine_secret_key": "ak_1"},
        {"authorized_parties": {"http://localhost:3000", "http://[::1]:3000", "chrome-extension://abc"}},
        {"audience": "a", "issuer": ("b", "c")},
    ],
)
def test_accepts_valid_options(given: dict[str, Any]) -> None:
    assert options(**given)


def test_satellite_in_development_requires_sign_in_url(browser: Browser) -> None:
    with pytest.raises(InvalidArgument, match="sign_in_url"):
        browser.get(wanted=options(live=False, is_satellite=True, domain="sat.test"))


def test_from_environment_reads_clerks_variables() -> None:
    found = AuthOptions.from_environment(
        {
            "CLERK_PUBLISHABLE_KEY": publishable_key(),
            "CLERK_IS_SATELLITE": "True",
            "CLERK_DOMAIN": "sat.test",
            "CLERK_JWT_KEY": "k",
            "X": "y",
        },
        jwt_key=pem(),
    )
    assert (found.publishable_key, found.is_satellite, found.domain, found.jwt_key) == (
        publishable_key(),
        True,
        "sat.test",
        pem(),
    )


def test_from_environment_defaults_to_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLERK_PUBLISHABLE_KEY", publishable_key())
    monkeypatch.setenv("CLERK_DOMAIN", "sat.test")
    assert AuthOptions.from_environment().domain == "sat.test"
    assert AuthOptions.from_environment({}, publishable_key=publishable_key()).domain == ""


def test_signature_shows_no_environment_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_SECRET_OF_MINE", "hunter2")
    assert "hunter2" not in str(inspect.signature(AuthOptions.from_environment))
    assert "hunter2" not in pydoc.render_doc(AuthOptions)


def test_unknown_option_is_rejected_with_a_suggestion() -> None:
    with pytest.raises(InvalidArgument, match="did you mean authorized_parties") as caught:
        AuthOptions.from_environment({}, authorised_parties=["https://a.test"])  # type: ignore[arg-type]
    assert caught.value.argument == "authorised_parties"


def test_argument_types_equal_option_types() -> None:
    fields = {field.name: field.type for field in attrs.fields(AuthOptions)}
    assert dict(AuthOptionArguments.__annotations__) == {
        name: ForwardRef(annotation, module="clerkkit.auth.requests.options") for name, annotation in fields.items()
    }


@pytest.mark.parametrize(
    ("key", "suffix"),
    [
        ("pk_live_Y2xlcmsuY2xlcmsuZGV2JA", "1Z8AzTQD"),
        ("pk_test_Y2xlcmsuY2xlcmsuZGV2JA", "QvfNY2dr"),
        ("pk_test_Y2xlcmsuaW5zcGlyZWQucHVtYS03NC5sY2wuZGV2JA", "vWCgMp3A"),
    ],
)
def test_cookie_suffix_of_a_publishable_key(key: str, suffix: str) -> None:
    assert AuthOptions(publishable_key=key).instance.suffix == suffix


def test_memo_is_the_old_name_of_cache() -> None:
    with pytest.warns(DeprecationWarning, match="`memo=` is deprecated: use `cache=`"):
        old = AuthOptions(publishable_key=publishable_key(), memo=False)  # type: ignore[call-arg]  # pyright: ignore
    assert old == AuthOptions(publishable_key=publishable_key(), cache=False)
    with pytest.warns(DeprecationWarning, match="`memo=` is deprecated: use `cache=`"):
        assert not AuthOptions.from_environment({}, publishable_key=publishable_key(), memo=False).cache  # type: ignore[call-arg]  # pyright: ignore
    with pytest.warns(DeprecationWarning, match="`memo` was renamed to `cache`"):
        assert old.memo is False  # pyright: ignore[reportDeprecated]
    with pytest.raises(TypeError, match="cache is given twice"):
        AuthOptions(publishable_key=publishable_key(), memo=False, cache=True)  # type: ignore[call-arg]  # pyright: ignore
