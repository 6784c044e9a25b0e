"""Decode JSON of any depth and with integers of any length."""

from __future__ import annotations

import json
from typing import Any


def decode(content: bytes) -> Any:
    """Return the value of a JSON document.

    Raises:
        ValueError: it is not JSON.
    """
    try:
        return json.loads(content)
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise
    except (RecursionError, ValueError):  # nested too deeply, or an integer with too many digits
        from clerk_core.deep_json import parse  # imported when needed

        return parse(content.decode(json.detect_encoding(content), "surrogatepass"))
