"""Read an OpenAPI document, YAML or JSON, from a path or URL; incomplete documents are rejected."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Final

import attrs
import httpx
import yaml

from clerk_core.guards import is_object
from generator.problems import DocumentProblem

_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_URL_SCHEMES = ("http://", "https://")


class _Loader(_LOADER):  # type: ignore[misc]  # the base is chosen at run time: libyaml if it is available
    """A YAML loader that reads dates such as `2026-05-12` as strings: they are versions."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in _Loader.yaml_implicit_resolvers.items()
}


@attrs.frozen
class Document:
    """A parsed document, with its entry for `spec/lock.toml`."""

    source: str
    sha256: str
    data: dict[str, Any]


def read(source: str, *, recorded_as: str | None = None) -> Document:
    """Read a document from a path or an http(s) URL; `recorded_as` replaces the source in the lock file."""
    name = recorded_as or (source if is_url(source) else "/".join(Path(source).parts[-2:]))
    return parse(source, fetch(source), recorded_as=name)


def parse(place: str, raw: bytes, *, recorded_as: str) -> Document:
    """Parse a document from its bytes; `place` names them in errors."""
    return Document(source=recorded_as, sha256=hashlib.sha256(raw).hexdigest(), data=_parse(place, raw))


def is_url(source: str) -> bool:
    """Return whether a source is an http(s) URL; otherwise it is a path."""
    return source.startswith(_URL_SCHEMES)


def fetch(source: str) -> bytes:
    """Return the bytes at a path or an http(s) URL, with a read timeout of 30 seconds."""
    if not is_url(source):
        try:
            return Path(source).read_bytes()
        except OSError as error:
            raise DocumentProblem(source, f"cannot be read ({error.strerror})") from error
    try:
        response = httpx.get(source, follow_redirects=True, timeout=30)
        response.raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise DocumentProblem(source, f"cannot be fetched ({error or type(error).__name__})") from error
    return response.content


def _parse(source: str, raw: bytes) -> dict[str, Any]:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DocumentProblem(f"{source}, byte {error.start}", "is not UTF-8") from error
    data = _parse_json(source, text) if text.lstrip().startswith("{") else _parse_yaml(source, text)
    if not is_object(data) or not isinstance(data.get("openapi"), str):
        raise DocumentProblem(source, "is not an OpenAPI document: it has no `openapi` version at its top")
    if not data["openapi"].startswith("3.0."):
        raise DocumentProblem(f"{source}#/openapi", f"expected OpenAPI 3.0.x, found {data['openapi']!r}")
    return data


def _parse_json(source: str, text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise DocumentProblem(f"{source}, line {error.lineno}", f"is not valid JSON ({error.msg})") from error


def _parse_yaml(source: str, text: str) -> Any:
    # YAML that is cut off within a line often still parses. Clerk's files end with a newline.
    if text and not text.endswith("\n"):
        raise DocumentProblem(
            f"{source}, line {text.count(chr(10)) + 1}", "the file is cut off in the middle of a line"
        )
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506  # a subclass of the safe loader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{source}, line {mark.line + 1}" if mark else source
        raise DocumentProblem(place, f"is not YAML ({getattr(error, 'problem', error)})") from error
