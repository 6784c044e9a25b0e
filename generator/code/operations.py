"""Operations as the templates see them: arguments, results and rows."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator

import attrs

from clerk_core.keywords import PAGE_ARGUMENTS
from generator.code.compatibility import Shim
from generator.contract import operation_names, spelling
from generator.contract.naming_rules import iterator_of
from generator.contract.nodes import Node
from generator.contract.operation_names import METHOD
from generator.problems import GeneratorProblem


@attrs.frozen
class Argument:
    """One argument of an endpoint function."""

    name: str
    wire: str
    place: str
    annotation: str
    required: bool
    schema: Node
    comma_joined: bool = False

    @property
    def by_position(self) -> bool:
        """Whether it may be passed by position: ids, a list that is the whole body, the file of an upload."""
        return self.place in ("path", "raw") or (self.place == "file" and self.required)

    @property
    def sent(self) -> str:
        """The expression for the value that is sent."""
        prefix = self.schema.get("x-prefix")
        return f'add_prefix("{prefix}", {self.name})' if prefix else self.name

    @property
    def signature(self) -> str:
        """The argument in a signature."""
        return f"{self.name}: {self.annotation}" if self.required else f"{self.name}: {self.annotation} | Unset = UNSET"


@attrs.frozen
class Rows:
    """The rows of a list operation."""

    annotation: str
    """The type of one row, which the iterator over all pages yields."""
    reader: str
    """The reader of one row."""
    key: str
    """The key of the rows, if a page is an object."""


@attrs.frozen
class Result:
    """The result of an operation for one type of `argument`; for all calls if `argument` is empty."""

    annotation: str
    argument: str = ""
    """Its name on the wire."""
    given: str = ""
    """The annotation of the argument, with its default."""


@attrs.frozen
class Operation:
    """One operation: an endpoint function, and a method of a resource."""

    function: str
    group: str
    method: str
    http: str
    path: str
    arguments: list[Argument]
    results: list[Result]
    """The last one applies to all calls."""
    reader: str
    reads_text: bool
    body: str | None
    body_required: bool
    deprecated: str
    """The message of the deprecation warning; empty if Clerk has not deprecated it."""
    function_doc: str
    method_doc: str
    rows: Rows | None
    """Its rows, if the operation has pages."""
    iterator_doc: str
    former: list[Shim]
    """Old names of its arguments."""

    @property
    def iterator(self) -> str:
        """The name of the method that iterates over all pages."""
        return iterator_of(self.method)

    @property
    def iterator_deprecated(self) -> str:
        """The deprecation message of the iterator, which names the iterator to use instead."""
        return METHOD.sub(lambda found: f"`clerk.{found[1]}.{iterator_of(found[2])}`", self.deprecated)

    @property
    def filters(self) -> list[Argument]:
        """The arguments of the iterator over all pages, without those that it sets itself."""
        return [argument for argument in self.arguments if argument.wire not in PAGE_ARGUMENTS]

    @property
    def old_arguments(self) -> list[Argument]:
        """The arguments under their old names. Those after the first renamed id are keyword-only."""
        old = self._old_names
        return [
            attrs.evolve(
                argument, name=old.get(argument.name, argument.name), place="former" if is_optional else argument.place
            )
            for argument, is_optional in self._with_optional_flag()
        ]

    @property
    def arguments_with_old_names(self) -> list[Argument]:
        """The arguments under their new names, then under their old ones. Those with two names are optional."""
        old = self._old_names
        now = [
            attrs.evolve(argument, required=argument.required and not is_optional)
            for argument, is_optional in self._with_optional_flag()
        ]
        then = [
            attrs.evolve(argument, name=old[argument.name], place="former", required=False)
            for argument in self.arguments
            if argument.name in old
        ]
        return [*now, *then]

    @property
    def _old_names(self) -> dict[str, str]:
        return {shim.new: shim.old for shim in self.former}

    def _with_optional_flag(self) -> Iterator[tuple[Argument, bool]]:
        """Yield each argument, and whether it is optional in a signature that also has the old names."""
        is_optional = False
        for argument in self.arguments:
            # A positional parameter after an optional one must be optional, too.
            is_optional = argument.name in self._old_names or (is_optional and argument.by_position)
            yield argument, is_optional

    @property
    def conditionally_required(self) -> list[Argument]:
        """The required arguments that are optional in the signature, because they have an old name."""
        return [argument for argument, is_optional in self._with_optional_flag() if is_optional and argument.required]

    @property
    def returns(self) -> str:
        """The type of the result for all calls."""
        return self.results[-1].annotation

    @property
    def code(self) -> list[str]:
        """The annotations and readers in its code, which need imports."""
        read = [self.reader, self.rows.reader if self.rows else ""]
        return [*(argument.annotation for argument in self.arguments), self.returns, *read]

    def of(self, place: str) -> list[Argument]:
        """Return the arguments in one part of the request."""
        return [argument for argument in self.arguments if argument.place == place]

    def at_most(self) -> dict[str, int]:
        """Return the maximum page size, by the name of the argument."""
        limits = [argument for argument in self.arguments if argument.wire == "limit" and "maximum" in argument.schema]
        return {argument.wire: argument.schema["maximum"] for argument in limits if self.rows}

    def arrays(self) -> list[str]:
        """Return the arguments that are lists on the wire."""
        return [a.wire for a in self.arguments if a.place in ("query", "body") and is_array(a.schema)]

    def lengths(self) -> dict[str, tuple[int, int | None]]:
        """Return the minimum and maximum length of list arguments."""
        limits = {a.wire: (a.schema.get("minItems", 0), a.schema.get("maxItems")) for a in self.arguments}
        return {wire: limit for wire, limit in limits.items() if limit != (0, None)}

    def objects(self) -> list[str]:
        """Return the body arguments that are free-form objects and not nullable."""
        return [a.wire for a in self.of("body") if re.fullmatch(r"Mapping\[[^|]*\]", a.annotation)]

    def times(self, form: str) -> list[str]:
        """Return the arguments of a time format, which accept a datetime, ISO 8601 text or Unix milliseconds."""
        return [a.wire for a in self.arguments if a.schema.get("format") == form]

    def renamed(self) -> list[Argument]:
        """Return the arguments whose Python name differs from that on the wire."""
        return [a for a in self.arguments if a.name != a.wire]

    def comma_joined(self) -> list[str]:
        """Return the query lists that are sent comma-separated."""
        return [a.wire for a in self.arguments if a.comma_joined]


def deprecation_of(http: str, path: str, facts: Node) -> str:
    """Return the deprecation message of an operation; empty if Clerk has not deprecated it."""
    instead = facts[operation_names.KEY].get("instead", "it names no replacement")
    return f"Clerk has deprecated {http.upper()} {path}; {instead}" if facts.get("deprecated") else ""


def python_name(facts: Node, parameter: Node) -> str:
    """Return the name of a path parameter in `x-python`, or else its name on the wire."""
    renamed: dict[str, str] = facts[operation_names.KEY].get("arguments", {}) if parameter["in"] == "path" else {}
    wire: str = parameter["name"]
    return renamed.get(wire, wire)


def argument_name(wire: str, place: str, taken: set[str]) -> str:
    """Return an unused Python name for an argument, and add it to `taken`."""
    for name in (spelling.snake(wire), wire, f"{spelling.snake(wire)}_{place}"):
        if name.isidentifier() and not keyword.iskeyword(name) and name not in taken:
            taken.add(name)
            return name
    raise GeneratorProblem(f"no Python name left for the argument {wire!r}")


def collection(path: str) -> str:
    """Return the argument name of a body that is a list: `invitations` for `/invitations/bulk`."""
    return spelling.snake([part for part in path.split("/") if "{" not in part and part != "bulk"][-1])


def placeholders(path: str) -> list[str]:
    """Return the names of the path parameters, in order."""
    return [part.partition("}")[0] for part in path.split("{")[1:]]


def is_array(schema: Node) -> bool:
    """Return whether a schema allows lists."""
    kind = schema.get("type")
    return kind == "array" or (isinstance(kind, list) and "array" in kind)
