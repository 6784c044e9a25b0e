"""`ApiRequest`: a request that is built from the arguments of an operation."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from clerk_core._unset import UNSET, Unset
from clerk_core.errors import InvalidArgument, InvalidResponse, api_error
from clerk_core.files import File
from clerk_core.guards import is_collection
from clerk_core.models.model import Model
from clerk_core.models.readers import nothing
from clerk_core.request import Request
from clerk_core.requests.encoding import describe_type, encode, encode_object, normalize_number
from clerk_core.requests.times import to_milliseconds, to_rfc3339
from clerk_core.response import Response

T_co = TypeVar("T_co", covariant=True)

Length = tuple[int, int | None]
"""The smallest and the largest number of items of a list."""

_ANY_LENGTH = (0, None)
_INVALID_IDS = ("", ".", "..")
"""Ids that would change the path."""
_NO_BODY = b""
_MAX_URL_PART = 60_000
"""Characters of a path or query. httpx accepts URLs of up to 64 kB, servers only of a few kB."""
_MAX_BITS = 1024
"""Bits of an integer in a path, query or form. Servers accept up to 64; Python formats up to 14,000."""


class ApiRequest(Request[T_co]):
    """A request for one operation of the API."""

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
        """Encode the arguments of an operation, by their names in the API.

        Args:
            method: The HTTP method.
            template: The path template.
            read: Converts the parsed body of a successful response to the result.
            path: Arguments in the path.
            query: Arguments in the query.
            body: Arguments that are members of a JSON object.
            body_required: Whether an empty object is sent too.
            items: A JSON array, in place of `body`.
            json: Any JSON value, which is sent as given, in place of `body`.
            form: Arguments that are fields of a multipart form.
            file_fields: The arguments of `form` that are files.
            arrays: Arguments that are lists.
            lengths: Limits for the lengths of lists.
            objects: Arguments of `body` that are objects and must not be null.
            comma_joined: Lists in the query that are sent as one value.
            at_most: The largest value of numbers in the query.
            unix_ms: Arguments that are times, sent as Unix milliseconds.
            date_time: Arguments that are times, sent as RFC 3339 text.
            reads_text: Whether `read` takes the body as text rather than JSON.
            row: Reads one row of an operation that lists pages.
            rows_key: The key that holds the rows of a page that is an object.
            arguments: API name -> Python name, for arguments whose names differ. Errors use the Python name.

        Raises:
            InvalidArgument: an argument cannot be sent.
        """
        self.method = method
        self.operation = f"{method} {template}"
        self.read = read
        self.reads_text = reads_text
        self.row = row
        self.rows_key = rows_key
        fields: dict[str, str] = {}
        files: dict[str, File] = {}
        self.fields = fields
        self.files = files
        try:
            self.path = _encode_path(template, path) if path else template
            if query:
                query = _convert_times(query, unix_ms, date_time)
            if not isinstance(body, Unset):
                body = _convert_times(body, unix_ms, date_time)
            limits = lengths or {}
            lists = {name: limits.get(name, _ANY_LENGTH) for name in arrays}
            self.query = _encode_query(query, lists, comma_joined, at_most or {}) if query else ""
            if not isinstance(items, Unset):
                self.content = _encode_json("items", _check_list("items", items, limits.get("items", _ANY_LENGTH)))
            elif json is not UNSET:
                self.content = _encode_json("json", json, typed=False)
            elif not isinstance(body, Unset):
                self.content = _encode_body(body, lists, objects, body_required)
            else:
                self.content = _NO_BODY
            for name, value in (form or {}).items():
                if value is UNSET:
                    continue
                if name in file_fields:
                    files[name] = File.from_argument(name, value)
                else:
                    fields[name] = _encode_text(name, value)
        except InvalidArgument as error:
            if not arguments or error.argument not in arguments:
                raise
            raise InvalidArgument(arguments[error.argument], error.problem) from None

    def decode(self, response: Response) -> T_co:
        """Return the result of any 2xx response.

        Raises:
            ApiError: the server returned an error, or a body that is not JSON (`InvalidResponse`).
        """
        if not 200 <= response.status_code <= 299:
            raise api_error(self.info, response)
        if self.reads_text:
            return self.read(response.text)
        if self.read is nothing:
            return self.read(None)
        return self.read(_parse_json(self, response))


def parse_success(request: Request[Any], response: Response) -> Any:
    """Return the parsed JSON of a successful response.

    Raises:
        ApiError: the server returned an error, or a body that is not JSON (`InvalidResponse`).
    """
    if not 200 <= response.status_code <= 299:
        raise api_error(request.info, response)
    return _parse_json(request, response)


def _parse_json(request: Request[Any], response: Response) -> Any:
    try:
        return response.json()
    except ValueError:
        pass
    # Raised outside of the handler: the parser's error, which contains the whole body, must not be its context.
    raise InvalidResponse(request.info, response)


def add_prefix(prefix: str, value: Any) -> Any:
    """Return an id with the prefix that the server expects. Invalid ids are returned unchanged and rejected later."""
    lacks_it = isinstance(value, str) and value not in _INVALID_IDS and not value.startswith(prefix)
    return f"{prefix}{value}" if lacks_it else value


def _encode_path(template: str, values: Mapping[str, Any]) -> str:
    for name, value in values.items():
        if not isinstance(value, str) or value in _INVALID_IDS:
            got = repr(value) if isinstance(value, str) else type(value).__name__
            raise InvalidArgument(name, f"expected an id to put into {template}, got {got}")
        quoted = quote(_encode_text(name, value), safe="")
        if len(quoted) > _MAX_URL_PART:
            raise InvalidArgument(name, f"is too long for a URL ({len(quoted)} characters)")
        template = template.replace(f"{{{name}}}", quoted)
    return template


def _convert_times(
    arguments: Mapping[str, Any], unix_ms: Collection[str], date_time: Collection[str]
) -> Mapping[str, Any]:
    if not (unix_ms or date_time):
        return arguments
    return {
        name: to_milliseconds(name, value)
        if name in unix_ms
        else to_rfc3339(name, value)
        if name in date_time
        else value
        for name, value in arguments.items()
    }


def _encode_query(
    values: Mapping[str, Any], lists: Mapping[str, Length], comma_joined: Collection[str], at_most: Mapping[str, int]
) -> str:
    pairs: list[tuple[str, str]] = []
    for name, value in values.items():
        if value is UNSET:
            continue
        items = _check_list(name, value, lists[name]) if name in lists else [value]
        texts = [_encode_text(name, item) for item in items]
        if name in at_most and isinstance(value, int | float) and value > at_most[name]:
            # The server ignores a value that is too large and uses its default.
            raise InvalidArgument(name, f"expected at most {at_most[name]}, got {texts[0]}")
        if not texts:
            # An empty list would not be sent at all, and the server would return all rows.
            raise InvalidArgument(name, "expected at least one value, got none; leave the argument out to not filter")
        if name in comma_joined:
            texts = [",".join(texts)]
        pairs += [(_encode_text(name, name), text) for text in texts]
    query = urlencode(pairs)
    if len(query) > _MAX_URL_PART:
        lengths = {name: sum(len(value) for key, value in pairs if key == name) for name in values}
        longest = max(lengths, key=lengths.__getitem__)
        raise InvalidArgument(longest, f"makes the URL too long ({len(query)} characters)")
    return query


def _encode_text(name: str, value: Any) -> str:
    """Return a scalar as text for a path, query or form; a member of an enum as its value, unlike `str()`."""
    if isinstance(value, str):
        try:
            return value.encode().decode()
        except UnicodeEncodeError:
            raise InvalidArgument(name, "holds a lone surrogate, which cannot be sent") from None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        number = normalize_number(value)
        if isinstance(number, int):
            if number.bit_length() > _MAX_BITS:
                raise InvalidArgument(name, f"is too large a number ({number.bit_length()} bits)")
            return int.__repr__(number)
        if number - number == 0:  # neither infinite nor NaN
            return float.__repr__(number)
    if value is None:
        raise InvalidArgument(name, "None cannot be sent in a query or form; leave the argument out, or pass UNSET")
    raise InvalidArgument(name, f"expected a string, number or bool, got {describe_type(value)}")


def _check_list(name: str, value: Any, length: Length) -> list[Any]:
    if not is_collection(value) or isinstance(value, Model):
        hint = ": put it into a list" if isinstance(value, str) else ""
        raise InvalidArgument(name, f"expected a list, got {describe_type(value)}{hint}")
    items = list(value)
    fewest, most = length
    if len(items) < fewest or (most is not None and len(items) > most):
        wanted = f"at least {fewest}" if most is None else f"{fewest} to {most}" if fewest else f"at most {most}"
        raise InvalidArgument(name, f"expected {wanted} items, got {len(items)}")
    return items


def _encode_body(
    body: Mapping[str, Any], lists: Mapping[str, Length], objects: Collection[str], required: bool
) -> bytes:
    members: dict[str, bytes] = {}
    for name, value in body.items():
        if value is UNSET:
            continue
        if name in objects and not isinstance(value, Mapping | Model):
            raise InvalidArgument(name, f"expected a mapping, got {describe_type(value)}")
        if name in lists and value is not None:
            members[name] = _encode_json(name, _check_list(name, value, lists[name]))
        else:
            members[name] = _encode_json(name, value)
    return encode_object(members) if members or required else _NO_BODY


def _encode_json(name: str, value: Any, *, typed: bool = True) -> bytes:
    try:
        return encode(value, typed=typed)
    except (TypeError, ValueError) as error:
        raise InvalidArgument(name, f"cannot be sent as JSON: {error}") from None
