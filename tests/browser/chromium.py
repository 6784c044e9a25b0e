"""The browser: Debian's chromium. Playwright's own browsers are not downloaded."""

from __future__ import annotations

import os
import shutil
import subprocess

NAMES = ("chromium", "chromium-browser", "google-chrome")


def find() -> str | None:
    """Return the path of the browser, or None. The environment variable CHROMIUM names another one."""
    return next((path for name in (os.environ.get("CHROMIUM", ""), *NAMES) if (path := shutil.which(name))), None)


def arguments() -> list[str]:
    """Return the arguments to start it with: Chromium refuses to run as root with its sandbox."""
    return ["--no-sandbox"] if os.geteuid() == 0 else []


def install() -> str:
    """Return the path of the browser, after installing it with apt-get if it is missing."""
    found = find()
    if found:
        return found
    command = _apt_get()
    if command is None:
        raise SystemExit(
            "make browser needs chromium, and cannot install it: apt-get is missing, or needs root or sudo. "
            "Install chromium, or set CHROMIUM to the path of a browser that is built on it."
        )
    for step in (["update", "-qq"], ["install", "-qq", "--yes", "--no-install-recommends", "chromium"]):
        subprocess.run([*command, *step], check=True, stdout=subprocess.DEVNULL)
    installed = find()
    assert installed, "apt-get has installed chromium, but it is not in PATH"
    return installed


def _apt_get() -> list[str] | None:
    """Return the command that runs apt-get with the rights to install; None if there is none."""
    program = shutil.which("apt-get")
    if program is None:
        return None
    if os.geteuid() == 0:
        return [program]
    sudo = shutil.which("sudo")
    if sudo and subprocess.run([sudo, "--non-interactive", "true"], check=False, capture_output=True).returncode == 0:
        return [sudo, "--non-interactive", program]
    return None
