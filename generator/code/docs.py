"""Write docstrings from the texts in `spec/docs.yaml` and the facts of the contract.

The texts refer to operations by id, as in `[GetUser]`. In docstrings of methods and models this becomes `users.get`, in
those of endpoint functions `get_user`. Sentences that refer to an operation which the contract does not have are left
out.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from clerk_core.guards import is_list, is_object
from clerk_core.keywords import PAGE_ARGUMENTS, PAGE_SIZE
from generator.code import rate_limits
from generator.code.units import unit
from generator.code.value_facts import describe
from generator.contract import operation_names, spelling
from generator.contract.nodes import Node
from generator.problems import GeneratorProblem

_REFERENCE_PAGES = "https://clerk.com/docs/reference/backend-api/tag"
_WIDTH = 112
_REFERENCE = re.compile(r"\[(\w+)\]")
_METHOD = re.compile(r"`clerk\.(\w+\.\w+)`")
_SENTENCE_END = re.compile(r"(?<=[.!?]) (?=[A-Z`\[])")
_ERRORS = {
    400: "BadRequest",
    401: "Unauthorized",
    402: "PaymentRequired",
    403: "Forbidden",
    404: "NotFound",
    409: "Conflict",
    413: "PayloadTooLarge",
    422: "UnprocessableEntity",
    423: "Locked",
    429: "TooManyRequests",
}
_ITERATION = (
    "Ends at a page that repeats an earlier one, with a warning in the log. Collect all results in a list before you "
    "delete any of them."
)
_ITERATION_ERRORS = (
    "Raises: InvalidArgument (invalid `page_size`, empty list); ApiError, such as InvalidResponse; TransportError."
)


class Docs:
    """Writes docstrings; what `docs.yaml` does not describe gets a line made from its name."""

    def __init__(self, spec: Path, functions: Mapping[str, str], methods: Mapping[str, str]) -> None:
        """Read `docs.yaml` and `rate_limits.yaml`.

        Args:
            spec: The folder of the files.
            functions: The endpoint function of each operation id, such as `get_user`.
            methods: The resource method of each operation id, such as `users.get`.

        Raises:
            GeneratorProblem: a file refers to an operation that neither the contract nor `docs.yaml` has.
        """
        path = spec / "docs.yaml"
        loaded: Node = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else {}
        self._operations: Node = loaded.get("operations", {})
        self._parameters: Node = loaded.get("parameters", {})
        self._schemas: Node = loaded.get("schemas", {})
        self._units: Node = loaded.get("units", {})
        self._limits = rate_limits.load(spec / "rate_limits.yaml")
        self._functions, self._methods = functions, methods
        known = {*functions, *self._operations}
        for place, name in [*_named(loaded, path.name), *(("rate_limits.yaml", name) for name in self._limits)]:
            if name not in known:
                raise GeneratorProblem(f"{place}: there is no operation {name}")

    def function(self, path: str, method: str, facts: Node) -> str:
        """Return the docstring of an endpoint function, which refers to that of the resource method."""
        name = facts["operationId"]
        return _docstring(
            self._summary(name, self._functions),
            self._deprecation(facts, self._functions),
            f"`{method.upper()} {path}`\nArguments, limits and errors: see `clerk.{self._methods[name]}`.",
        )

    def method(self, path: str, method: str, facts: Node, arguments: Iterable[Any]) -> str:
        """Return the docstring of a resource method."""
        name = facts["operationId"]
        statuses = sorted(int(status) for status in facts["responses"] if status.isdigit() and int(status) >= 400)
        kinds = [_ERRORS.get(status, "ServerError") for status in statuses if status in _ERRORS or status >= 500]
        such = f", such as {_series(list(dict.fromkeys(kinds)), 'or')}" if kinds else ""
        given = self._arguments(facts, arguments, self._methods)
        return _docstring(
            self._summary(name, self._methods),
            *self._notes(name, facts, self._methods),
            _place(path, method, facts),
            _section("Args", given),
            f"Raises: {'InvalidArgument; ' if given else ''}ApiError{such}; TransportError.",
        )

    def iterator(self, path: str, method: str, facts: Node, arguments: Iterable[Any]) -> str:
        """Return the docstring of the method that iterates over all pages of a list."""
        limit = next(argument.schema for argument in arguments if argument.wire == "limit")
        walked = [argument for argument in arguments if argument.wire not in PAGE_ARGUMENTS]
        size = f"page_size: Number of results per request. {describe({**limit, 'default': PAGE_SIZE})}"
        return _docstring(
            f"Iterate over all results of `{self._methods[facts['operationId']]}`, requesting pages as needed.",
            self._deprecation(facts, self._methods),
            _ITERATION,
            _place(path, method, facts),
            _section("Args", [*self._arguments(facts, walked, self._methods), size]),
            _ITERATION_ERRORS,
        )

    def schema(self, called: Sequence[str], facts: Node, attributes: Mapping[str, str] | None = None) -> str:
        """Return the docstring of a model.

        Args:
            called: The name of its class, and those of its schemas; the first one with an entry is used.
            facts: The schema.
            attributes: For a model that callers create, the attribute of each key, to describe each of them.
        """
        entry: Any = next((self._schemas[name] for name in called if name in self._schemas), _from_name(called[0]))
        said: Node = entry if is_object(entry) else {"summary": entry}
        blocks = [_said(said["summary"], self._methods)]
        properties: Node = facts["properties"]
        if attributes:
            own: Node = said.get("attributes", {})
            described = [
                self._described(attribute, key, properties[key], own.get(key, ""), self._methods)
                for key, attribute in attributes.items()
            ]
            return _docstring(*blocks, _section("Attributes", described))
        notes: dict[str, list[str]] = {}
        for key, fact in properties.items():
            own_units = (self._units[place] for name in called if (place := f"{name}.{key}") in self._units)
            if found := next(own_units, None) or unit(key, fact):
                notes.setdefault(found, []).append(key)
        if deprecated := [key for key, fact in properties.items() if fact.get("deprecated")]:
            notes["Deprecated"] = deprecated
        return _docstring(*blocks, "\n".join(f"{title}: {_listed(keys)}." for title, keys in notes.items()))

    def _summary(self, name: str, called: Mapping[str, str]) -> str:
        summary = _said(self._operations.get(name, {}).get("summary", ""), called)
        return summary or f"{' '.join(spelling.words(name)).capitalize()}."

    def _notes(self, name: str, facts: Node, called: Mapping[str, str]) -> Iterator[str]:
        said: Node = self._operations.get(name, {})
        yield self._deprecation(facts, called)
        yield _said(said.get("details", ""), called)
        if limit := self._limits.get(name):
            others = [f"`{called[other]}`" for other in limit.operations if other != name and other in called]
            yield f"Rate limit: {limit}" + (f", together with {_series(others)}." if others else ".")

    def _deprecation(self, facts: Node, called: Mapping[str, str]) -> str:
        """Return the deprecation note of an operation, with the name of its replacement."""
        if not facts.get("deprecated"):
            return ""
        operations = {method: called[name] for name, method in self._methods.items()}
        instead = facts[operation_names.KEY].get("instead", "it may stop working in a later API version")
        return f"Deprecated by Clerk: {_METHOD.sub(lambda found: f'`{operations[found[1]]}`', instead)}."

    def _arguments(self, facts: Node, arguments: Iterable[Any], called: Mapping[str, str]) -> list[str]:
        own: Node = self._operations.get(facts["operationId"], {}).get("parameters", {})
        return [
            self._described(argument.name, argument.wire, argument.schema, own.get(argument.wire, ""), called)
            for argument in arguments
        ]

    def _described(self, name: str, wire: str, schema: Node, own: str, called: Mapping[str, str]) -> str:
        hint = _said(own, called) or _said(self._parameters.get(wire, ""), called) or f"The `{wire}` to send."
        return f"{name}: {hint} {describe(schema)}".rstrip()


def _named(node: Any, place: str) -> Iterator[tuple[str, str]]:
    """Yield each operation that a text below a node refers to, with the place of the text."""
    if is_object(node):
        for key, value in node.items():
            yield from _named(value, f"{place}, {key}")
    elif is_list(node):
        for value in node:
            yield from _named(value, place)
    elif isinstance(node, str):
        yield from ((place, name) for name in _REFERENCE.findall(node))


def _said(text: str, called: Mapping[str, str]) -> str:
    """Return the text with operation names, without sentences about operations that do not exist."""
    sentences = _SENTENCE_END.split(text)
    kept = [sentence for sentence in sentences if all(name in called for name in _REFERENCE.findall(sentence))]
    return _REFERENCE.sub(lambda found: f"`{called[found[1]]}`", " ".join(kept))


def _place(path: str, method: str, facts: Node) -> str:
    """Return the operation, and its page in Clerk's reference."""
    tag = re.sub(r"[^\w -]", "", facts["tags"][0].lower()).replace(" ", "-")
    return f"`{method.upper()} {path}`\n{_REFERENCE_PAGES}/{tag}/{method.upper()}{path}"


def _from_name(name: str) -> str:
    """Return a summary made from the name of a class."""
    if name.endswith("Page"):
        return f"A page of `{name.removesuffix('Page')}` objects."
    return f"{' '.join(spelling.words(name)).capitalize()}, a part of Clerk's API."


def _section(title: str, lines: Iterable[str]) -> str:
    indented = [f"    {line}" for line in lines]
    return "\n".join([f"{title}:", *indented]) if indented else ""


def _docstring(*blocks: str) -> str:
    return "\n\n".join(_wrap(block) for block in blocks if block)


def _wrap(block: str) -> str:
    lines: list[str] = []
    for line in block.split("\n"):
        indent = "        " if line.startswith("    ") else ""
        lines += textwrap.wrap(line, _WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines)


def _listed(keys: Iterable[str]) -> str:
    return ", ".join(f"`{key}`" for key in keys)


def _series(words: list[str], last: str = "and") -> str:
    return f" {last} ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
