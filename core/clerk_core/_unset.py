"""`UNSET`, the default of optional arguments. Unlike `None`, which is sent as JSON null, it is not sent."""

from __future__ import annotations

from enum import Enum
from typing import Final


class Unset(Enum):
    """The type of `UNSET`. An enum, so that `is UNSET` narrows types."""

    UNSET = "UNSET"

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = Unset.UNSET
"""Leave this argument out of the request."""
