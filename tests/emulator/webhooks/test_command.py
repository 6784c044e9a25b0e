"""The command line: webhooks are sent to `--webhook`, signed with `--webhook-secret`."""

from __future__ import annotations

import subprocess
import sys
import time

from clerkkit.webhooks import verify_webhook
from tests.emulator.http.test_server import running
from tests.emulator.webhooks.receivers import Receiver, receiving

SECRET = "whsec_c2VjcmV0"


def test_command_sends_webhooks(receiver: Receiver) -> None:
    with receiving() as other:
        options = ("--webhook", receiver.url, "--webhook", other.url, "--webhook-secret", SECRET)
        with running(*options) as program, program.http() as http:
            user = http.post("/users", json={"username": "ada_lovelace"}).raise_for_status().json()
            deadline = time.monotonic() + 30
            while not (receiver.received and other.received):
                assert time.monotonic() < deadline
                time.sleep(0.01)
            headers, body = receiver.received[0]
            assert verify_webhook(body, headers, SECRET).data.id == user["id"]
            program.process.terminate()
            assert program.process.stdout
            rest = program.said + program.process.stdout.read()
    assert f"Webhooks to {receiver.url} are signed with {SECRET}" in rest


def test_command_rejects_an_invalid_endpoint() -> None:
    command = [sys.executable, "-m", "clerk_emulator", "--port", "0", "--webhook", "localhost"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "clerk_emulator: url: 'localhost' is not an http(s) URL\n"
