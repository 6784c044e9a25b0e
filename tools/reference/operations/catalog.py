"""The operations of the API as callers of clerkkit see them."""

from __future__ import annotations

import functools
import inspect
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import clerk_bapi
from clerkkit import Clerk
from tools.reference import docstrings
from tools.reference.section import ROOT

_UNSET = re.compile(r" \| Unset\b|\bbuiltins\.")


@dataclass(frozen=True)
class Parameter:
    """A parameter of a method."""

    name: str
    annotation: str
    required: bool
    by_position: bool
    text: str
    """What it means, with its limits and its default."""


@dataclass(frozen=True)
class Operation:
    """An operation, and the method that calls it."""

    id: str
    http: str
    path: str
    resource: str
    method: str
    function: str
    """Its endpoint function."""
    statuses: tuple[int, ...]
    """The statuses in Clerk's document."""
    deprecated: bool
    summary: str
    details: tuple[str, ...]
    """The paragraphs of the docstring between the summary and the request."""
    url: str
    """Its page in Clerk's reference."""
    parameters: tuple[Parameter, ...]
    result: str
    """The annotation of the result."""
    iterator: str
    """The method that iterates over all pages; empty if the operation has none."""

    @property
    def name(self) -> str:
        """Its method, such as `users.get`."""
        return f"{self.resource}.{self.method}"

    @property
    def page(self) -> str:
        """The path of its page below docs/reference."""
        return f"operations/{self.resource}/{self.method}.md"


@functools.cache
def operations() -> Mapping[str, Operation]:
    """Return the operations by id, sorted by resource and method; the deprecated ones of a resource are last."""
    contract = json.loads((ROOT / "spec" / "contract.json").read_text(encoding="utf-8"))
    with Clerk("sk_test_reference") as clerk, clerk_bapi.Client("sk_test_reference") as generated:
        found = [
            _read(facts, http.upper(), path, clerk, generated)
            for path, item in contract["paths"].items()
            for http, facts in item.items()
        ]
    return {one.id: one for one in sorted(found, key=lambda one: (one.resource, one.deprecated, one.method))}


@functools.cache
def by_name() -> Mapping[str, Operation]:
    """Return the operations by method, such as `users.get`."""
    return {one.name: one for one in operations().values()}


def other_methods(resource: str) -> dict[str, str]:
    """Return the methods of a resource that are not an operation alone, such as `users.find`, with their summaries."""
    with Clerk("sk_test_reference") as clerk:
        one: object = getattr(clerk, resource)
        members = inspect.getmembers(type(one), inspect.isfunction)
    return {
        name: docstrings.summary(method)
        for name, method in members
        if name[0] != "_" and f"{resource}.{name}" not in by_name() and not hasattr(method, "__deprecated__")
    }


def _read(facts: Mapping[str, Any], http: str, path: str, clerk: Clerk, generated: clerk_bapi.Client) -> Operation:
    python = facts["x-python"]
    resource = getattr(clerk, python["resource"])
    method = getattr(resource, python["method"])
    # The docstring of a method that clerkkit has written by hand does not name the page in Clerk's reference.
    generated_method = getattr(getattr(generated, python["resource"]), python["method"])
    lists = "list" if python["method"].startswith("list") else "get"
    iterator = re.sub(rf"^{lists}(?=_|$)", "iterate", python["method"])
    signature = inspect.signature(method)
    paragraphs = docstrings.description(method)
    place = next(index for index, text in enumerate(paragraphs) if text.startswith(f"`{http} "))
    url = re.search(r"https://clerk\.com/\S+", inspect.getdoc(generated_method) or "")
    texts = docstrings.section(method, "Args")
    return Operation(
        id=facts["operationId"],
        http=http,
        path=path,
        resource=python["resource"],
        method=python["method"],
        function=python["function"],
        statuses=tuple(sorted(int(status) for status in facts["responses"] if status.isdigit())),
        deprecated=bool(facts.get("deprecated")),
        summary=docstrings.summary(method),
        details=tuple(paragraphs[:place]),
        url=url[0] if url else "",
        parameters=tuple(_parameter(one, texts) for one in signature.parameters.values()),
        result=_plain(signature.return_annotation),
        iterator=iterator if iterator != python["method"] and hasattr(resource, iterator) else "",
    )


def _parameter(parameter: inspect.Parameter, texts: Mapping[str, str]) -> Parameter:
    return Parameter(
        name=parameter.name,
        annotation=_plain(parameter.annotation),
        required=parameter.default is parameter.empty,
        by_position=parameter.kind is parameter.POSITIONAL_OR_KEYWORD,
        text=texts.get(parameter.name, ""),
    )


def _plain(annotation: str) -> str:
    """Return an annotation without what only a type checker needs."""
    return _UNSET.sub("", annotation)
