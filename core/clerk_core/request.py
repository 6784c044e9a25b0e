"""A `Request[T]`: one call of one operation, ready to send, with the way to read its answer. No I/O here."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Generator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from typing import Any, BinaryIO, Generic, TypeVar
from urllib.parse import quote, urlencode

from clerk_core._unset import UNSET, Unset
from clerk_core.errors import InvalidArgument, InvalidResponse, RequestInfo, api_error
from clerk_core.files import File
from clerk_core.guards import is_items, is_mapping
from clerk_core.model import Model
from clerk_core.readers import nothing
from clerk_core.response import Response
from clerk_core.times import milliseconds

T_co = TypeVar("T_co", covariant=True)

_NO_BODY = b""
_LONGEST = 60_000
"""Characters of a path or query; httpx takes no URL of more than 64 kB, and servers none of more than a few."""


class Request(Generic[T_co]):
    """One call of one operation. Build it with an endpoint function, send it with a client, as often as you like.

    A request keeps bytes, not the objects it was made from: changing those later changes nothing here. Open files
    alone are read when it is sent.
    """

    __slots__ = (
        "content",
        "fields",
        "files",
        "method",
        "operation",
        "path",
        "query",
        "read",
        "reads_text",
        "row",
        "rows_key",
    )

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
        at_most: Mapping[str, int] | None = None,
        times: Collection[str] = (),
        reads_text: bool = False,
        row: Callable[[Any], Any] | None = None,
        rows_key: str = "",
        arguments: Mapping[str, str] | None = None,
    ) -> None:
        """What goes where, by the names on the wire; `arguments` says what Python calls those that differ.

        Of an operation that lists pages, `row` reads one row, and `rows_key` is the key that holds them where a page
        is an object.
        """
        self.method = method
        self.operation = f"{method} {template}"
        self.read = read
        self.reads_text = reads_text
        self.row = row
        self.rows_key = rows_key
        self.fields: dict[str, str] = {}
        self.files: dict[str, File] = {}
        try:
            self.path = _path(template, path) if path else template
            if times and query:
                query = {name: milliseconds(name, value) if name in times else value for name, value in query.items()}
            self.query = _query(query, arrays, comma_joined, at_most or {}) if query else ""
            self.content = _json(body, arrays, body_required)
            for name, value in (form or {}).items():
                if value is UNSET:
                    continue
                if name in file_fields:
                    self.files[name] = File.of(name, value)
                else:
                    self.fields[name] = _text(name, value)
        except InvalidArgument as error:
            if not arguments or error.argument not in arguments:
                raise
            raise InvalidArgument(arguments[error.argument], error.problem) from None

    @property
    def info(self) -> RequestInfo:
        """What an error tells of this request."""
        return RequestInfo(self.method, self.path, self.operation)

    def opened_files(self) -> AbstractContextManager[Mapping[str, bytes | BinaryIO]]:
        """The content of each file, open for as long as it is sent."""
        return _open(self.files) if self.files else _NO_FILES

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
            value = UNSET
        if value is UNSET:  # raised here, so as not to carry json's error, which holds the whole body
            raise InvalidResponse(self.info, response)
        return self.read(value)

    def __repr__(self) -> str:
        return f"<Request {self.operation}>"


@contextmanager
def _open(files: Mapping[str, File]) -> Generator[Mapping[str, bytes | BinaryIO]]:
    with ExitStack() as stack:
        yield {name: stack.enter_context(file.open(name)) for name, file in files.items()}


_NO_FILES: AbstractContextManager[Mapping[str, bytes | BinaryIO]] = nullcontext({})


def _path(template: str, values: Mapping[str, Any]) -> str:
    for name, value in values.items():
        if not isinstance(value, str) or value in ("", ".", ".."):
            found = repr(value) if isinstance(value, str) else type(value).__name__
            raise InvalidArgument(name, f"expected an id to put into {template}, got {found}")
        quoted = quote(_text(name, value), safe="")
        if len(quoted) > _LONGEST:
            raise InvalidArgument(name, f"is too long for a URL ({len(quoted)} characters)")
        template = template.replace(f"{{{name}}}", quoted)
    return template


def _query(
    values: Mapping[str, Any], arrays: Collection[str], comma_joined: Collection[str], at_most: Mapping[str, int]
) -> str:
    pairs: list[tuple[str, str]] = []
    for name, value in values.items():
        if value is UNSET:
            continue
        if name in at_most and isinstance(value, int | float) and value > at_most[name]:
            # The server takes what is too much for nothing at all, and falls back to its default.
            raise InvalidArgument(name, f"expected at most {at_most[name]}, got {value}")
        texts = [_text(name, item) for item in (_array(name, value) if name in arrays else [value])]
        if not texts:
            # Nothing of it would be sent, and the server would take that for no filter: all rows.
            raise InvalidArgument(name, "expected at least one value, got none: leave it out where nothing is filtered")
        if name in comma_joined:
            texts = [",".join(texts)]
        pairs += [(name, text) for text in texts]
    query = urlencode(pairs)
    if len(query) > _LONGEST:
        lengths = {name: sum(len(value) for key, value in pairs if key == name) for name in values}
        longest = max(lengths, key=lengths.__getitem__)
        raise InvalidArgument(longest, f"makes the URL too long ({len(query)} characters)")
    return query


def _text(name: str, value: Any) -> str:
    """A scalar as path, query and form carry it; a member of an enum as its value, which `str()` is not."""
    if isinstance(value, str):
        try:
            return value.encode().decode()
        except UnicodeEncodeError:
            raise InvalidArgument(name, "holds a lone surrogate, which cannot be sent") from None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        number = _number(value)
        if number == number and abs(number) != float("inf"):
            return float.__repr__(number) if isinstance(number, float) else int.__repr__(number)
    if value is None:
        raise InvalidArgument(name, "None cannot be sent in a query or form: leave it out, or pass UNSET")
    raise InvalidArgument(name, f"expected a string, number or bool, got {_found(value)}")


def _number(value: Any) -> Any:
    """`10.0` as `10`: a server that asks for an integer (of 64 bits at most) refuses the other."""
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**64 else value


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
        name: _array(name, value) if name in arrays and value is not None else value
        for name, value in body.items()
        if value is not UNSET
    }
    return _encoded(given) if given or required else _NO_BODY


def _encoded(arguments: dict[str, Any]) -> bytes:
    plain = {}
    for name, value in arguments.items():
        try:
            plain[name] = _plain(value, typed=True)
            _ENCODER.encode(plain[name])
        except (TypeError, ValueError, RecursionError) as error:
            raise InvalidArgument(name, f"cannot be sent as JSON ({error})") from None
    return _ENCODER.encode(plain).encode("ascii")


def _plain(value: Any, *, typed: bool, item: bool = False) -> Any:
    """The value as JSON knows it: models and mappings as objects, other collections as arrays.

    What the contract types (arguments, attributes of models, members of objects in lists) has its numbers written as
    a query writes them; numbers in free-form objects such as metadata are the user's own.
    """
    if isinstance(value, float):
        number = _number(value) if typed else value
        return float.__float__(number) if isinstance(number, float) else number
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, Model):
        return {key: _plain(inner, typed=True) for key, inner in vars(value).items() if inner is not UNSET}
    if is_mapping(value):
        return {key: _plain(inner, typed=item) for key, inner in value.items()}
    if is_items(value):
        return [_plain(inner, typed=typed, item=typed) for inner in value]
    raise TypeError(f"found {_found(value)}")


def _found(value: object) -> str:
    return "UNSET" if value is UNSET else "None" if value is None else type(value).__name__


_ENCODER = json.JSONEncoder(allow_nan=False, separators=(",", ":"))
