"""The type of JSON objects, checks that narrow JSON values, and their compact text."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any, NoReturn, TypeGuard

Json = dict[str, Any]


class KeptJson(dict[str, Any]):
    """A JSON object that is returned again and again, and must not be changed."""

    __slots__ = ("_text", "complete_for")

    complete_for: object
    """The names of the schemas that it was found to have all properties of; None before."""

    def __init__(self, values: Json) -> None:
        super().__init__(values)
        self.complete_for = None
        self._text: bytes | None = None

    @property
    def text(self) -> bytes:
        """The text of the object, as `encode_json` returns it."""
        if self._text is None:
            self._text = encode_json(self)
        return self._text


_compact = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, check_circular=False).encode


def encode_plainly(value: Any) -> bytes:
    """Return the text of a JSON value, as `encode_json` does without msgspec."""
    return _compact(value).encode()


def _reject_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _parse_finite(text: str) -> float:
    # A number that is too large would become Infinity, which is not valid JSON in the response.
    if math.isinf(number := float(text)):
        raise ValueError(text)
    return number


_strict = json.JSONDecoder(parse_constant=_reject_constant, parse_float=_parse_finite).decode


def decode_plainly(text: bytes) -> Any:
    """Return the value of a JSON text, as `decode_json` does without msgspec."""
    return _strict(text.decode("utf-8"))


try:
    # Unlike orjson, it has integers of any size.
    from msgspec import MsgspecError
    from msgspec.json import Decoder, Encoder
except ImportError:  # it is not there for all platforms
    encode_json: Callable[[Any], bytes] = encode_plainly
    from_json: Callable[[str], Any] = json.loads
    decode_json: Callable[[bytes], Any] = decode_plainly
else:
    encode_json = Encoder().encode
    _decode = Decoder().decode
    from_json = _decode

    def _decode_strictly(text: bytes) -> Any:
        try:
            return _decode(text)
        except (MsgspecError, RecursionError, UnicodeError):
            # It accepts unpaired surrogates, and says what is wrong otherwise.
            return decode_plainly(text)

    decode_json = _decode_strictly
# `encode_json` returns the text of a JSON value in UTF-8, without spaces. `from_json` reads what it wrote.
# `decode_json` reads what others wrote: it raises ValueError or RecursionError if that is not JSON.


def to_json(value: Any) -> str:
    """Return the text of a JSON value, without spaces."""
    return encode_value(value).decode()


def encode_value(value: Any) -> bytes:
    """Return the text of a JSON value as `encode_json` does, which a kept object already has."""
    return value.text if isinstance(value, KeptJson) else encode_json(value)


def encode_body(value: Any) -> bytes:
    """Return the text of a JSON value as `encode_json` does, which kept objects and those in a list already have."""
    if is_list(value) and value and isinstance(value[0], KeptJson):
        return b"[%b]" % b",".join([encode_value(one) for one in value])
    return encode_value(value)


def is_object(value: Any) -> TypeGuard[Json]:
    """Return whether a JSON value is an object."""
    return isinstance(value, dict)


def is_list(value: Any) -> TypeGuard[list[Any]]:
    """Return whether a JSON value is a list."""
    return isinstance(value, list)
