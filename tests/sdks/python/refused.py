"""Arguments that Clerk's document refuses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Refused:
    """Arguments of a method whose call is refused, with the documented status and the code of the error."""

    status: int
    code: str
    given: dict[str, Any]
