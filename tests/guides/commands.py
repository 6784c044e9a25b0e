"""The commands of a guide: which install something, which serve until they are stopped, and on which port."""

from __future__ import annotations

import re
import shlex
import socket
import tomllib
from collections.abc import Iterator
from importlib import metadata

from tests.guides.blocks import ROOT

_INSTALLS = ("python3 -m venv", ". .venv/bin/activate", "pip install", "playwright install")
_EMULATOR = re.compile(r"clerk-emulator\b(?!\])")
_APPLICATION = re.compile(r"^(?:uvicorn|flask|hypercorn|python manage\.py runserver)\b")
_REQUIREMENT = re.compile(r"(?P<name>[\w.-]+)(?:\[(?P<extras>[\w,-]+)\])?(?P<version>[<>=!~].*)?")


def installs(line: str) -> bool:
    """Whether a command changes the environment that it runs in."""
    return line.startswith(_INSTALLS)


def creates_environment(line: str) -> bool:
    """Whether a command creates an environment."""
    return line.startswith("python3 -m venv")


def installs_browser(line: str) -> bool:
    """Whether a command downloads a browser. Tests use that of the operating system."""
    return line.startswith("playwright install")


def starts_emulator(line: str) -> bool:
    """Whether a command serves the local Clerk."""
    return bool(_EMULATOR.match(line)) and "--print-env" not in line


def serves(line: str) -> bool:
    """Whether a command serves until it is stopped."""
    return starts_emulator(line) or bool(_APPLICATION.match(line))


def missing_requirements(line: str) -> Iterator[str]:
    """Yield what a `pip install` asks for and this environment does not have: extras of clerkkit, other packages."""
    _, found, requirements = line.partition("pip install ")
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    for requirement in shlex.split(requirements) if found else []:
        match = _REQUIREMENT.fullmatch(requirement)
        if match is None:
            yield requirement
            continue
        asked = (match["extras"] or "").split(",") if match["extras"] else []
        if match["name"] == "clerkkit":
            yield from (f"clerkkit[{extra}]" for extra in asked if extra not in extras)
        elif not _is_installed(match["name"]):
            yield match["name"]


def _is_installed(name: str) -> bool:
    try:
        metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return False
    return True


class Ports:
    """Free ports in the place of those that guides name, which may be in use."""

    def __init__(self) -> None:
        self.emulator = free_port()
        self.application = free_port()
        self._shown: dict[str, int] = {"4010": self.emulator, "8000": self.application, "5000": self.application}

    def replace(self, text: str) -> str:
        """Return a text of a guide with the ports that are used instead."""
        return re.sub(r"(?<=[\w\]]:)(4010|8000|5000)\b", lambda found: str(self._shown[found[1]]), text)

    def restore(self, text: str, shown_in: str) -> str:
        """Return an output with the ports that the guide shows."""
        for shown, used in self._shown.items():
            if f":{shown}" in shown_in:
                text = text.replace(f":{used}", f":{shown}")
        return text

    def in_command(self, line: str) -> str:
        """Return a command with the ports as options."""
        line = _EMULATOR.sub(f"clerk-emulator --port {self.emulator}", self.replace(line))
        if not _APPLICATION.match(line):
            return line
        return f"{line} {'' if 'runserver' in line else '--port '}{self.application}"

    def of(self, line: str) -> int:
        """Return the port of a command that serves."""
        return self.emulator if starts_emulator(line) else self.application


def free_port() -> int:
    """Return a port that is free at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def listens(port: int) -> bool:
    """Whether a server listens on a port of this machine."""
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0
