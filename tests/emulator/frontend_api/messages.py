"""What the messages contain that people would get."""

from __future__ import annotations

import re

from clerk_emulator import Emulator
from tests.emulator.api import Json


def sent(emulator: Emulator) -> list[Json]:
    """Return all emails and text messages, the oldest first."""
    return [one["data"] for one in emulator.events if one["type"] in ("email.created", "sms.created")]


def last_message(emulator: Emulator) -> Json:
    """Return the last email or text message."""
    return sent(emulator)[-1]


def last_code(emulator: Emulator, to: str | None = None) -> str:
    """Return the code in the last message, which was sent to this address or number, if one is given."""
    message = last_message(emulator)
    assert to in (None, message.get("to_email_address", message.get("to_phone_number")))
    code: str = message["data"]["otp_code"]
    assert re.fullmatch(r"\d{6}", code)
    return code


def last_link(emulator: Emulator, to: str) -> str:
    """Return the path and query of the link in the last email, which was sent to an address."""
    message = last_message(emulator)
    assert message["to_email_address"] == to
    link: str = message["data"]["magic_link"]
    assert link.startswith(f"{emulator.origin}/v1/verify?token=")
    return link.removeprefix(emulator.origin)


def wrong(code: str) -> str:
    """Return a code that is not this one."""
    return "111111" if code != "111111" else "222222"
