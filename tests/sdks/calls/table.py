"""The table of calls in docs/guides/migrate-from-the-official-sdk.md."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from clerkkit import Clerk
from tests.sdks.calls.samples import Json, Operation, Variable, operations, resolve, value

PAGE = Path(__file__).resolve().parents[3] / "docs" / "guides" / "migrate-from-the-official-sdk.md"
BEGIN, END = "<!-- calls -->\n", "<!-- end of calls -->\n"
ROW = re.compile(r"^\| `(clerk\..+?)` \| `(clerk\..+?)` \|$", re.MULTILINE)


@dataclass(frozen=True)
class Row:
    """A call of each library that sends the same request."""

    resource: str
    official: str
    clerkkit: str


def rows(signatures: list[Json]) -> list[Row]:
    """Return a row for each method, given the signatures of Clerk's SDK; ordered by clerkkit's resources."""
    known = operations()
    order = list(known)
    found = sorted(signatures, key=lambda one: order.index(one["operation"]))
    return [_row(known[one["operation"]], one) for one in found]


def render(table: list[Row]) -> str:
    """Return the section of the page: a table for each resource."""
    parts: list[str] = []
    for resource, members in groupby(table, key=lambda row: row.resource):
        lines = "".join(f"| `{row.official}` | `{row.clerkkit}` |\n" for row in members)
        parts.append(f"\n### {resource}\n\n| official SDK | clerkkit |\n| --- | --- |\n{lines}")
    return "".join(parts)


def replace(page: str, section: str) -> str:
    """Return the page with another section of calls."""
    before, _, rest = page.partition(BEGIN)
    return f"{before}{BEGIN}{section}\n{END}{rest.partition(END)[2]}"


def calls(page: str) -> list[tuple[str, str]]:
    """Return the calls of the page, of both libraries."""
    return ROW.findall(page.partition(BEGIN)[2].partition(END)[0])


def _row(operation: Operation, signature: Json) -> Row:
    fields: dict[str, bool] = signature["request"] or signature["parameters"]
    official = {_plain(name): name for name in fields}
    path = {name: _path_value(name, schema) for name, schema in operation.path.items()}
    ours = _parameters(operation)
    required = {name for name in operation.arguments if fields.get(official.get(_plain(name), "")) or ours.get(name)}
    both = [name for name in operation.chosen(required) if _plain(name) in official and name in ours]
    shown = {name: value(name, operation.arguments[name]) for name in both}
    theirs: dict[str, Any] = dict(zip(signature["parameters"], path.values(), strict=False))  # in the same order
    if "provider" in path:
        theirs["provider"] = f"oauth_{path['provider']}"
    if operation.rows:
        rows = value("rows", operation.rows)
        theirs["request_body" if "request_body" in fields else "request"] = rows
        own = [*path.values(), rows]
    else:
        given = {official[_plain(name)]: _official_value(name, one) for name, one in shown.items()}
        theirs |= {"request": given} if signature["request"] else given
        own = [*path.values()]
    keywords = {name: Variable("image") if name == "file" else one for name, one in shown.items()}
    if "file" in keywords:
        own.append(keywords.pop("file"))
    return Row(
        operation.resource,
        f"clerk.{signature['name']}({_arguments([], theirs)})",
        f"clerk.{operation.resource}.{operation.method}({_arguments(own, keywords)})",
    )


def _path_value(name: str, schema: Any) -> Any:
    given = value(name, schema)
    return given if "enum" in resolve(schema) or name == "provider" else Variable(_snake(name))


def _official_value(name: str, given: Any) -> Any:
    if name == "file":
        return {"file_name": "ada.png", "content": Variable("image"), "content_type": "image/png"}
    return given


def _parameters(operation: Operation) -> dict[str, bool]:
    """Return the names of our method's parameters, and whether each is required."""
    with Clerk("sk_test_x") as clerk:
        method = getattr(getattr(clerk, operation.resource), operation.method)
        parameters = inspect.signature(method).parameters
    return {name: one.default is one.empty for name, one in parameters.items()}


def _arguments(positional: list[Any], keywords: dict[str, Any]) -> str:
    return ", ".join([*map(_code, positional), *(f"{name}={_code(one)}" for name, one in keywords.items())])


def _code(given: Any) -> str:
    """Return a value as code, with double quotes."""
    match given:
        case Variable() | bool() | int():
            return str(given)
        case str():
            return f'"{given}"'
        case list():
            return f"[{', '.join(map(_code, given))}]"
        case _:
            return f"{{{', '.join(f'{_code(key)}: {_code(one)}' for key, one in given.items())}}}"


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
