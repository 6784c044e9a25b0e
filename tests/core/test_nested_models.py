"""The objects in a model become models when the first of them is needed; no access can tell the difference."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest

from clerk_bapi.models import EmailAddress, User, VerificationOTP
from clerk_core import Model
from clerk_core.models.fields import Attribute
from tests.generated.json_samples import classes


def json_user() -> dict[str, Any]:
    verification = {"status": "verified", "strategy": "email_code", "object": "verification_otp"}
    email = {"id": "idn_1", "email_address": "ada@example.com", "verification": verification, "linked_to": []}
    return {"id": "user_1", "email_addresses": [email], "phone_numbers": [], "public_metadata": {"a": {"b": 1}}}


def test_objects_become_models_when_the_first_is_needed() -> None:
    data = json_user()
    user = User.read(data)
    assert user.id == "user_1"
    email: Any = data["email_addresses"][0]
    assert type(email) is dict
    assert type(user.email_addresses[0]) is EmailAddress
    assert user.email_addresses[0] is data["email_addresses"][0]
    assert type(email["verification"]) is dict
    assert type(user.email_addresses[0].verification) is VerificationOTP
    assert user.email_addresses is user.email_addresses


ACCESSES: dict[str, Callable[[Any], Any]] = {
    "attribute": lambda user: user.email_addresses[0],
    "subscription": lambda user: user["email_addresses"][0],
    "vars": lambda user: vars(user)["email_addresses"][0],
    "__dict__": lambda user: user.__dict__["email_addresses"][0],
    "iteration": lambda user: dict(user)["email_addresses"][0],
    "copy": lambda user: copy.copy(user).email_addresses[0],
    "deepcopy": lambda user: vars(copy.deepcopy(user))["email_addresses"][0],
    "pickle": lambda user: vars(pickle.loads(pickle.dumps(user)))["email_addresses"][0],
    "replace": lambda user: vars(user.__replace__(id="user_2"))["email_addresses"][0],
}


@pytest.mark.parametrize("access", ACCESSES)
def test_every_access_returns_models(access: str) -> None:
    email = ACCESSES[access](User.read(json_user()))
    assert type(email) is EmailAddress
    assert email == EmailAddress.read(json_user()["email_addresses"][0])
    assert type(vars(email)["verification"]) is VerificationOTP


def test_unread_models_compare_convert_and_show_as_read_ones() -> None:
    read = User.read(json_user())
    assert read.email_addresses[0].verification is not None
    assert User.read(json_user()) == read
    assert repr(User.read(json_user())) == repr(read)
    assert "VerificationOTP(" in repr(User.read(json_user()))
    assert User.read(json_user()).to_dict() == read.to_dict() == json_user()


def test_to_dict_makes_no_models() -> None:
    data = json_user()
    assert User.read(data).to_dict() == json_user()
    assert type(data["email_addresses"][0]) is dict


def test_assignment_before_the_first_access_is_kept() -> None:
    user = User.read(json_user())
    user.email_addresses = []
    assert user.email_addresses == []
    del user.email_addresses
    assert "email_addresses" not in user


@pytest.mark.parametrize("kind", classes(), ids=lambda kind: kind.__name__)
def test_every_key_with_models_is_read_by_a_descriptor(kind: type[Model]) -> None:
    described = {found.key for base in kind.__mro__ for found in vars(base).values() if isinstance(found, Attribute)}
    assert kind._readers().keys() <= described


def test_threads_that_share_a_model_get_the_same_objects() -> None:
    for _ in range(200):
        user = User.read(json_user())
        found: list[Any] = []
        start = threading.Barrier(4)

        def access(user: User = user, found: list[Any] = found, start: threading.Barrier = start) -> None:
            start.wait()
            found.append((user.email_addresses, user.email_addresses[0], user.email_addresses[0].verification))

        threads = [threading.Thread(target=access) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert all(one is other for got in found for one, other in zip(got, found[0], strict=True))


FORK = """
import os, signal
from clerk_bapi.models import User
from clerk_core.models import model

user = User.read({"id": "user_1", "email_addresses": [{"id": "idn_1"}]})
with model._reading:
    child = os.fork()
    if not child:
        signal.alarm(20)
        import threading
        thread = threading.Thread(target=lambda: user.email_addresses[0].id)
        thread.start()
        thread.join()
        os._exit(0)
print(os.waitpid(child, 0)[1])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fork")
def test_fork_while_a_thread_reads_a_model_does_not_block_the_child() -> None:
    done = subprocess.run([sys.executable, "-c", FORK], check=True, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "0"
