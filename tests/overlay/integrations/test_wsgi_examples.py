"""The calls that the Django and Flask examples print work."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"


@pytest.mark.parametrize("name", ["django_app.py", "flask_app.py"])
def test_calls_that_an_example_prints_work(name: str) -> None:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("CLERK_")}
    command = [sys.executable, "-W", "error", str(EXAMPLES / name), "0"]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as program:
        try:
            assert program.stdout is not None
            *lines, (home,) = [shlex.split(program.stdout.readline()) for _ in range(3)]
            assert all(line[:2] == ["curl", "-H"] for line in lines), program.communicate()
            with httpx.Client(trust_env=False) as http:
                headers = dict([lines[0][2].split(": ")])
                responses = [http.get(url, headers=headers) for url in (home, *(line[3] for line in lines))]
                assert [http.get(line[3]).status_code for line in lines] == [401, 401]
                assert "You are nobody." in http.get(home).text
        finally:
            program.send_signal(signal.SIGINT)
            _, output = program.communicate(timeout=20)
    assert "You are user_" in responses[0].text
    assert '<a href="/organizations/engines">Engines</a>' in responses[0].text
    assert responses[1].json() == {"name": "Ada", "role": "org:admin"}
    assert responses[2].json() == {"organization": "engines"}
    assert "Traceback" not in output
    assert program.returncode == 0
