"""The examples that receive webhooks keep a true copy, although webhooks are repeated, reordered and late."""

from __future__ import annotations

import contextlib
import importlib
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clerk_emulator import Emulator
from clerkkit.testing.application_server import serve
from tests.emulator.api import Api

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"


@pytest.mark.parametrize("name", ["webhooks_fastapi.py", "webhooks_django.py"])
def test_example_runs_with_the_local_clerk(name: str) -> None:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("CLERK_")}
    command = [sys.executable, str(EXAMPLES / name), "0"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    *types, last = done.stdout.splitlines()
    assert done.returncode == 0, done.stderr
    assert sorted(types) == ["user.created", "user.created", "user.deleted", "user.updated"]
    assert last == "the copy has Augusta"


def fastapi(module: Any, copy: Any) -> contextlib.AbstractContextManager[str]:
    return serve(module.create_app(copy))


@contextlib.contextmanager
def django(module: Any, copy: Any) -> Iterator[str]:
    from django.test import override_settings

    del copy  # the module has its own
    with (
        override_settings(ROOT_URLCONF=module, ALLOWED_HOSTS=["localhost"]),
        serve(module.get_wsgi_application()) as origin,
    ):
        yield origin


@pytest.fixture
def configured_django() -> None:
    from django.conf import settings

    if not settings.configured:
        settings.configure(SECRET_KEY="secret")


@pytest.mark.usefixtures("configured_django")
@pytest.mark.parametrize("framework", [fastapi, django])
def test_copy_is_true_after_a_bad_day(
    emulator: Emulator, api: Api, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], framework: Any
) -> None:
    monkeypatch.syspath_prepend(EXAMPLES)
    module = importlib.import_module(f"webhooks_{framework.__name__}")
    copy = module.COPY if framework is django else module.UserCopy()
    chance = random.Random(7)
    with framework(module, copy) as origin:
        endpoint = emulator.webhooks.add(f"{origin}/webhooks")
        monkeypatch.setenv("CLERK_WEBHOOK_SIGNING_SECRET", endpoint["secret"])
        users: dict[str, str | None] = {}
        for number in range(60):
            if chance.random() < 0.5:
                kind: Any = chance.choice(["delay", "duplicate", "reorder"])
                emulator.webhooks.faults.add(kind, seconds=chance.choice([1, 60, 3600]))
            act = chance.random()
            if act < 0.4 or not users:
                users[api.user(first_name=f"User {number}", skip_user_requirement=True)["id"]] = f"User {number}"
            elif act < 0.8:
                user_id = chance.choice(list(users))
                users[user_id] = api.patch(f"/users/{user_id}", {"first_name": f"User {number}"})["first_name"]
            else:
                user_id = chance.choice(list(users))
                api.delete(f"/users/{user_id}")
                del users[user_id]
        emulator.clock.advance(2 * 3600)
        emulator.webhooks.flush(60)
        sent = [one for one in emulator.webhooks.deliveries() for _ in one["attempts"]]
        assert {one["status"] for one in sent} == {"delivered"}
        assert len(sent) > len({one["message_id"] for one in sent})
        assert copy.users() == users
        # Each message was handled once.
        assert len(capsys.readouterr().out.splitlines()) == len(emulator.events)
