"""A `Request[T]`: one call of one operation, ready to send, with the way to read its answer. No I/O here."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from typing import Any, Generic, TypeVar
from urllib.parse import quote, urlencode

from clerk_core._unset import UNSET, Unset
from clerk_core.errors import InvalidArgument, InvalidResponse, RequestInfo, api_error
from clerk_core.files import File
from clerk_core.guards import is_items, is_mapping
from clerk_core.model import Model
from clerk_core.readers import nothing
from clerk_core.response import Response

T_co = TypeVar("T_co", covariant=True)

_NO_BODY = b""


class Request(Generic[T_co]):
    """One call of one operation. Build it with an endpoint function, send it with a client, as often as you like.

    A request keeps bytes, not the objects it was made from: changing those later changes nothing here.
    """

    __slots__ = ("content", "fields", "files", "method", "operation", "path", "query", "read", "reads_text")

    def __init__(
        self,
        method: str,
        template: str,
        read: Callable[[Any], T_co],
        *,
        path: Mapping[str, Any] | None = None,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | Collection[Any] | Unset = UNSET,
        body_required: bool = False,
        form: Mapping[str, Any] | None = None,
        file_fields: Collection[str] = (),
        arrays: Collection[str] = (),
        comma_joined: Collection[str] = (),
        reads_text: bool = False,
    ) -> None:
        self.method = method
        self.operation = f"{method} {template}"
        self.read = read
        self.reads_text = reads_text
        self.path = _path(template, path) if path else template
        self.query = _query(query, arrays, comma_joined) if query else ""
        self.content = _json(body, arrays, body_required)
        self.fields: dict[str, str] = {}
        self.files: dict[str, File] = {}
        for name, value in (form or {}).items():
            if value is UNSET:
                continue
            if name in file_fields:
                self.files[name] = File.of(name, value)
            else:
                self.fields[name] = _text(name, value)

    @property
    def info(self) -> RequestInfo:
        """What an error tells of this request."""
        return RequestInfo(self.method, self.path, self.operation)

    def decode(self, response: Response) -> T_co:
        """Read the answer: any 2xx is a success, everything else is raised as an `ApiError`."""
        if not 200 <= response.status_code <= 299:
            raise api_error(self.info, response)
        if self.reads_text:
            return self.read(response.text)
        if self.read is nothing:
            return self.read(None)
        try:
            value = json.loads(response.content)
        except (ValueError, RecursionError):
            raise InvalidResponse(self.info, response) from None
        return self.read(value)

    def __repr__(self) -> str:
        return f"<Request {self.operation}>"


def _path(template: str, values: Mapping[str, Any]) -> str:
    for name, value in values.items():
        if not isinstance(value, str) or value in ("", ".", ".."):
            found = repr(value) if isinstance(value, str) else type(value).__name__
            raise InvalidArgument(name, f"expected an id to put into {template}, got {found}")
        template = template.replace(f"{{{name}}}", _quoted(name, value))
    return template


def _quoted(name: str, value: str) -> str:
    try:
        return quote(value, safe="")
    except UnicodeEncodeError as error:
        raise InvalidArgument(name, "holds a lone surrogate, which no URL can carry") from error


def _query(values: Mapping[str, Any], arrays: Collection[str], comma_joined: Collection[str]) -> str:
    pairs: list[tuple[str, str]] = []
    for name, value in values.items():
        if value is UNSET:
            continue
        if name not in arrays:
            pairs.append((name, _text(name, value)))
        elif name in comma_joined:
            pairs.append((name, ",".join(_text(name, item) for item in _array(name, value))))
        else:
            pairs += [(name, _text(name, item)) for item in _array(name, value)]
    try:
        return urlencode(pairs)
    except UnicodeEncodeError as error:
        raise InvalidArgument("query", "holds a lone surrogate, which no URL can carry") from error


def _text(name: str, value: Any) -> str:
    """A scalar as query and form carry it."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        number = _number(value)
        if number == number and abs(number) != float("inf"):
            return repr(number)
    if value is None:
        raise InvalidArgument(name, "None cannot be sent in a query or form: leave it out, or pass UNSET")
    raise InvalidArgument(name, f"expected a string, number or bool, got {_found(value)}")


def _number(value: Any) -> Any:
    """`10.0` as `10`: a server that asks for an integer refuses the other."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _array(name: str, value: Any) -> list[Any]:
    if not is_items(value) or isinstance(value, Model):
        hint = ": put it into a list" if isinstance(value, str) else ""
        raise InvalidArgument(name, f"expected a list, got {_found(value)}{hint}")
    return list(value)


def _json(body: Mapping[str, Any] | Collection[Any] | Unset, arrays: Collection[str], required: bool) -> bytes:
    if body is UNSET:
        return _NO_BODY
    if not is_mapping(body):
        return _encoded({"body": _array("body", body)})[len(b'{"body":') : -1]
    given = {
        name: _array(name, value) if name in arrays and value is not None else _number(value)
        for name, value in body.items()
        if value is not UNSET
    }
    return _encoded(given) if given or required else _NO_BODY


def _encoded(arguments: dict[str, Any]) -> bytes:
    try:
        return _ENCODER.encode(arguments).encode("ascii")
    except (TypeError, ValueError, RecursionError):
        for name, value in arguments.items():
            try:
                _ENCODER.encode(value)
            except (TypeError, ValueError, RecursionError) as error:
                raise InvalidArgument(name, f"cannot be sent as JSON ({error})") from None
        raise


def _plain(value: Any) -> Any:
    """What `json` does not know: models, and mappings and sequences of other kinds."""
    if isinstance(value, Model):
        return Model.to_dict(value)
    if is_mapping(value):
        return dict(value)
    if is_items(value):
        return list(value)
    raise TypeError(f"found {_found(value)}")


def _found(value: object) -> str:
    return "UNSET" if value is UNSET else "None" if value is None else type(value).__name__


_ENCODER = json.JSONEncoder(allow_nan=False, separators=(",", ":"), default=_plain)
