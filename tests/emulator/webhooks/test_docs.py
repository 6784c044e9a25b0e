"""docs/webhook-events.md is true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from clerk_emulator import Emulator
from tests.emulator.webhooks.receivers import Receiver

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "webhook-events.md").read_text(encoding="utf-8")


def test_documented_program_prints_documented_output(capsys: pytest.CaptureFixture[str], receiver: Receiver) -> None:
    (code, output), *_ = re.findall(r"```python\n(.*?)```\n\n```\n(.*?)```", PAGE, re.DOTALL)
    code = code.replace("http://127.0.0.1:8000/webhooks", receiver.url)
    exec(compile(code, "webhook-events.md", "exec", dont_inherit=True), {})
    assert capsys.readouterr().out == output
    assert receiver.types == ["user.created"]


@pytest.mark.parametrize("arguments", re.findall(r"`faults\.add\((.*?)\)`", PAGE))
def test_documented_faults_are_valid(arguments: str, emulator: Emulator) -> None:
    eval(f"emulator.webhooks.faults.add({arguments})", {"emulator": emulator})
    assert len(emulator.webhooks.faults.waiting) == 1


@pytest.mark.parametrize("name", re.findall(r"^\| `(\w+)\(", PAGE, re.MULTILINE))
def test_documented_methods_exist(name: str, emulator: Emulator) -> None:
    assert callable(getattr(emulator.webhooks, name))


def test_documented_keys_are_those_of_endpoints_and_deliveries(emulator: Emulator, receiver: Receiver) -> None:
    endpoint = emulator.webhooks.add(receiver.url)
    emulator.webhooks.faults.add("delay")
    emulator.load_seed({"users": [{"id": "user_1", "username": "ada_lovelace"}]})
    emulator.sign_in("user_1")
    emulator.webhooks.flush()
    (delivery,) = emulator.webhooks.deliveries()
    named = set(re.findall(r"`(\w+)`", PAGE)) | {"object", "created_at", "updated_at"}
    assert endpoint.keys() | delivery.keys() <= named
