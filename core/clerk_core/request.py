"""A `Request[T]`: one call of one operation, ready to send, with the way to read its answer. No I/O here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from typing import Any, BinaryIO, Generic, TypeVar
from urllib.parse import quote, urlencode

from clerk_core._unset import UNSET, Unset
from clerk_core.encoding import encode, found, number
from clerk_core.errors import InvalidArgument, InvalidResponse, RequestInfo, api_error
from clerk_core.files import File
from clerk_core.guards import is_items
from clerk_core.model import Model
from clerk_core.readers import nothing
from clerk_core.response import Response
from clerk_core.times import milliseconds, rfc3339

T_co = TypeVar("T_co", covariant=True)

Length = tuple[int, int | None]
"""How many items a list must have at least, and may have at most."""

_ANY_LENGTH = (0, None)
_NO_IDS = ("", ".", "..")
"""Texts that lead to another path."""
_NO_BODY = b""
_LONGEST = 60_000
"""Characters of a path or query; httpx takes no URL of more than 64 kB, and servers none of more than a few."""
_LONGEST_NUMBER = 1024
"""Bits of an integer in a path, query or form; no server takes more than 64, and Python writes no more than 14,000."""


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
        body: Mapping[str, Any] | Unset = UNSET,
        body_required: bool = False,
        items: Collection[Any] | Unset = UNSET,
        json: Any = UNSET,
        form: Mapping[str, Any] | None = None,
        file_fields: Collection[str] = (),
        arrays: Collection[str] = (),
        lengths: Mapping[str, Length] | None = None,
        objects: Collection[str] = (),
        comma_joined: Collection[str] = (),
        at_most: Mapping[str, int] | None = None,
        unix_ms: Collection[str] = (),
        date_time: Collection[str] = (),
        reads_text: bool = False,
        row: Callable[[Any], Any] | None = None,
        rows_key: str = "",
        arguments: Mapping[str, str] | None = None,
    ) -> None:
        """What goes where, by the names on the wire; `arguments` says what Python calls those that differ.

        The body is an object of arguments (`body`), a list (`items`), or any JSON (`json`), which is sent just as it
        is given. `lengths` limits the lists that have a limit; `objects` are members of the body that are objects, and
        never null. Of an operation that lists pages, `row` reads one row, and `rows_key` is the key that holds them
        where a page is an object.
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
            if query:
                query = _with_times(query, unix_ms, date_time)
            if not isinstance(body, Unset):
                body = _with_times(body, unix_ms, date_time)
            limits = lengths or {}
            lists = {name: limits.get(name, _ANY_LENGTH) for name in arrays}
            self.query = _query(query, lists, comma_joined, at_most or {}) if query else ""
            if not isinstance(items, Unset):
                items = _array("items", items, limits.get("items", _ANY_LENGTH))
            self.content = _content(body, lists, objects, body_required, items, json)
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
            value = response.json()
        except ValueError:
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


class WrappedRequest(Request[T_co]):
    """A request that is sent as another one, and reads its response in a way of its own."""

    __slots__ = ("_wrapped",)

    def __init__(self, request: Request[Any]) -> None:
        for name in Request.__slots__:
            setattr(self, name, getattr(request, name))
        self._wrapped = request


def prefixed(prefix: str, value: Any) -> Any:
    """Return a text with the prefix that the server expects, and anything else as it is, for `Request` to refuse."""
    lacks_it = isinstance(value, str) and value not in _NO_IDS and not value.startswith(prefix)
    return f"{prefix}{value}" if lacks_it else value


def _path(template: str, values: Mapping[str, Any]) -> str:
    for name, value in values.items():
        if not isinstance(value, str) or value in _NO_IDS:
            seen = repr(value) if isinstance(value, str) else type(value).__name__
            raise InvalidArgument(name, f"expected an id to put into {template}, got {seen}")
        quoted = quote(_text(name, value), safe="")
        if len(quoted) > _LONGEST:
            raise InvalidArgument(name, f"is too long for a URL ({len(quoted)} characters)")
        template = template.replace(f"{{{name}}}", quoted)
    return template


def _with_times(
    arguments: Mapping[str, Any], unix_ms: Collection[str], date_time: Collection[str]
) -> Mapping[str, Any]:
    """The arguments with those that are times as the wire has them."""
    if not (unix_ms or date_time):
        return arguments
    return {
        name: milliseconds(name, value) if name in unix_ms else rfc3339(name, value) if name in date_time else value
        for name, value in arguments.items()
    }


def _query(
    values: Mapping[str, Any], lists: Mapping[str, Length], comma_joined: Collection[str], at_most: Mapping[str, int]
) -> str:
    pairs: list[tuple[str, str]] = []
    for name, value in values.items():
        if value is UNSET:
            continue
        texts = [_text(name, item) for item in (_array(name, value, lists[name]) if name in lists else [value])]
        if name in at_most and isinstance(value, int | float) and value > at_most[name]:
            # The server takes what is too much for nothing at all, and falls back to its default.
            raise InvalidArgument(name, f"expected at most {at_most[name]}, got {texts[0]}")
        if not texts:
            # Nothing of it would be sent, and the server would take that for no filter: all rows.
            raise InvalidArgument(name, "expected at least one value, got none: leave it out where nothing is filtered")
        if name in comma_joined:
            texts = [",".join(texts)]
        pairs += [(_text(name, name), text) for text in texts]
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
        plain = number(value)
        if isinstance(plain, int):
            if plain.bit_length() > _LONGEST_NUMBER:
                raise InvalidArgument(name, f"is too large a number ({plain.bit_length()} bits)")
            return int.__repr__(plain)
        if plain - plain == 0:  # neither infinite nor NaN
            return float.__repr__(plain)
    if value is None:
        raise InvalidArgument(name, "None cannot be sent in a query or form: leave it out, or pass UNSET")
    raise InvalidArgument(name, f"expected a string, number or bool, got {found(value)}")


def _array(name: str, value: Any, length: Length) -> list[Any]:
    if not is_items(value) or isinstance(value, Model):
        hint = ": put it into a list" if isinstance(value, str) else ""
        raise InvalidArgument(name, f"expected a list, got {found(value)}{hint}")
    items = list(value)
    fewest, most = length
    if len(items) < fewest or (most is not None and len(items) > most):
        wanted = f"at least {fewest}" if most is None else f"{fewest} to {most}" if fewest else f"at most {most}"
        raise InvalidArgument(name, f"expected {wanted} items, got {len(items)}")
    return items


def _content(
    body: Mapping[str, Any] | Unset,
    lists: Mapping[str, Length],
    objects: Collection[str],
    required: bool,
    items: Collection[Any] | Unset,
    json: Any,
) -> bytes:
    if not isinstance(items, Unset):
        return _encoded("items", items, typed=True)
    if json is not UNSET:
        return _encoded("json", json, typed=False)
    if isinstance(body, Unset):
        return _NO_BODY
    members: list[bytes] = []
    for name, value in body.items():
        if value is UNSET:
            continue
        if name in objects:
            _need_object(name, value)
        given = _array(name, value, lists[name]) if name in lists and value is not None else value
        members.append(b'"%s":%s' % (name.encode(), _encoded(name, given, typed=True)))
    return b"{%s}" % b",".join(members) if members or required else _NO_BODY


def _need_object(name: str, value: object) -> None:
    if not isinstance(value, Mapping | Model):
        raise InvalidArgument(name, f"expected a mapping, got {found(value)}")


def _encoded(name: str, value: Any, *, typed: bool) -> bytes:
    try:
        return encode(value, typed=typed).encode("ascii")
    except (TypeError, ValueError) as error:
        raise InvalidArgument(name, f"cannot be sent as JSON: {error}") from None
