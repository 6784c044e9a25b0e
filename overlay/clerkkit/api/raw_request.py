"""Requests to paths that the contract lacks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, get_args, get_origin

from clerk_core import UNSET, InvalidArgument, Response, Unset
from clerk_core.guards import is_collection, is_mapping
from clerk_core.models.model import Model
from clerk_core.models.readers import as_is, list_of
from clerk_core.requests.api_request import ApiRequest
from clerk_core.requests.encoding import describe_type


class RawRequest(ApiRequest[Any]):
    """A request whose result is plain JSON, with None for a response without content, or a model."""

    def decode(self, response: Response) -> Any:
        """Return the parsed JSON, or the model.

        Raises:
            ApiError: the server returned an error, or no content for a model (`InvalidResponse`).
        """
        if 200 <= response.status_code <= 299 and not response.content and self.read is as_is:
            return None
        return super().decode(response)


def build_raw_request(
    method: object,
    path: object,
    query: Mapping[Any, Any] | None,
    json: Mapping[str, Any] | Collection[Any] | Unset,
    model: object = None,
) -> RawRequest:
    """Return a request to a path below the base URL. Query and body are sent as given.

    Raises:
        InvalidArgument: the method is not a word; the path does not begin with a slash, holds a character that must
            be quoted, or leads out of the API; query or body cannot be sent; or the model is not a class of models.
    """
    if not isinstance(method, str) or not (method.isascii() and method.isalpha()):
        raise InvalidArgument("method", "expected an HTTP method such as GET")
    if not isinstance(path, str) or not path.startswith("/") or not _is_valid_path(path):
        raise InvalidArgument("path", "expected a path below the base URL such as /users, without query")
    if not is_mapping({} if query is None else query) or not all(isinstance(name, str) for name in query or {}):
        raise InvalidArgument("query", "expected a mapping with strings for keys")
    if is_mapping(json):
        json = {name: value for name, value in json.items() if value is not UNSET}
    elif json is not UNSET and not is_collection(json):
        raise InvalidArgument("json", f"expected a mapping or a list, got {describe_type(json)}")
    arrays = [name for name, value in (query or {}).items() if is_collection(value)]
    read = as_is if model is None else _build_reader(model)
    return RawRequest(method.upper(), path, read, query=query, json=json, arrays=arrays)


def _build_reader(model: object) -> Callable[[Any], Any]:
    is_list = get_origin(model) is list
    item = get_args(model)[0] if is_list else model
    if not (isinstance(item, type) and issubclass(item, Model)):
        raise InvalidArgument(
            "model", f"expected a class of models, or a list of one such as list[User], got {model!r}"
        )
    return list_of(item.read) if is_list else item.read


def _is_valid_path(path: str) -> bool:
    parts = path[1:].split("/")
    return path.isprintable() and not set(path) & set("?# ") and not any(part in ("", ".", "..") for part in parts)
