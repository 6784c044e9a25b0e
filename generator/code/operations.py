"""Operations as the templates are given them: arguments, results, rows."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator

import attrs

from clerk_core.pages import MANAGED
from generator.code.compatibility import Shim
from generator.contract import operation_names, spelling
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
        """Whether it may be given without its name: ids, the list that is the body, the file of an upload."""
        return self.place in ("path", "raw") or (self.place == "file" and self.required)

    @property
    def sent(self) -> str:
        """What is sent of it."""
        prefix = self.schema.get("x-prefix")
        return f'prefixed("{prefix}", {self.name})' if prefix else self.name

    @property
    def signature(self) -> str:
        """The argument as a signature writes it."""
        return f"{self.name}: {self.annotation}" if self.required else f"{self.name}: {self.annotation} | Unset = UNSET"


@attrs.frozen
class Rows:
    """The rows of a list operation."""

    annotation: str
    """The type of one row: what a walk over all pages yields."""
    reader: str
    """What reads one row."""
    key: str
    """The key that holds the rows where a page is an object."""


@attrs.frozen
class Result:
    """What an operation returns if it is given `argument` in one form; in any form if that is empty."""

    annotation: str
    argument: str = ""
    """On the wire."""
    given: str = ""
    """The argument's annotation, with its default."""


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
    """The last one is that of arguments in any form."""
    reader: str
    reads_text: bool
    body: str | None
    body_required: bool
    deprecated: str
    """What to tell who calls it, if Clerk has deprecated it."""
    function_doc: str
    method_doc: str
    rows: Rows | None
    """Its rows, where the operation has pages."""
    iterator_doc: str
    former: list[Shim]
    """Old names of its arguments."""

    @property
    def iterator(self) -> str:
        """The name of the method that walks over all pages."""
        return iterator_of(self.method)

    @property
    def walk_deprecated(self) -> str:
        """The same for its walk over all pages, with the walk of the operation to use instead."""
        return METHOD.sub(lambda found: f"`clerk.{found[1]}.{iterator_of(found[2])}`", self.deprecated)

    @property
    def filters(self) -> list[Argument]:
        """The arguments that a walk over all pages leaves to the caller."""
        return [argument for argument in self.arguments if argument.wire not in MANAGED]

    @property
    def as_it_was(self) -> list[Argument]:
        """The arguments under their old names, by keyword from the first id on that had another."""
        old = self._old_names
        return [
            attrs.evolve(
                argument, name=old.get(argument.name, argument.name), place="former" if loose else argument.place
            )
            for argument, loose in self._loose()
        ]

    @property
    def now_or_then(self) -> list[Argument]:
        """The arguments under their new names and under their old ones, those that are needed under one of them."""
        old = self._old_names
        now = [attrs.evolve(argument, required=argument.required and not loose) for argument, loose in self._loose()]
        then = [
            attrs.evolve(argument, name=old[argument.name], place="former", required=False)
            for argument in self.arguments
            if argument.name in old
        ]
        return [*now, *then]

    @property
    def _old_names(self) -> dict[str, str]:
        return {shim.new: shim.old for shim in self.former}

    def _loose(self) -> Iterator[tuple[Argument, bool]]:
        """Each argument, and whether it need not be given under its name, or by its position."""
        loose = False
        for argument in self.arguments:
            # By position, what need not be given is followed by nothing that must.
            loose = argument.name in self._old_names or (loose and argument.by_position)
            yield argument, loose

    @property
    def loosened(self) -> list[Argument]:
        """The arguments that must be given, and need not be under this name."""
        return [argument for argument, loose in self._loose() if loose and argument.required]

    @property
    def returns(self) -> str:
        """What it returns, whatever it is given."""
        return self.results[-1].annotation

    @property
    def code(self) -> list[str]:
        """What its code names."""
        read = [self.reader, self.rows.reader if self.rows else ""]
        return [*(argument.annotation for argument in self.arguments), self.returns, *read]

    def of(self, place: str) -> list[Argument]:
        """The arguments that go to one place of the request."""
        return [argument for argument in self.arguments if argument.place == place]

    def at_most(self) -> dict[str, int]:
        """How many rows a page may have."""
        limits = [argument for argument in self.arguments if argument.wire == "limit" and "maximum" in argument.schema]
        return {argument.wire: argument.schema["maximum"] for argument in limits if self.rows}

    def arrays(self) -> list[str]:
        """Arguments that are lists on the wire."""
        return [a.wire for a in self.arguments if a.place in ("query", "body") and is_array(a.schema)]

    def lengths(self) -> dict[str, tuple[int, int | None]]:
        """How many items a list must have at least, and may have at most."""
        limits = {a.wire: (a.schema.get("minItems", 0), a.schema.get("maxItems")) for a in self.arguments}
        return {wire: limit for wire, limit in limits.items() if limit != (0, None)}

    def objects(self) -> list[str]:
        """Arguments of the body that are free-form objects, and never null."""
        return [a.wire for a in self.of("body") if re.fullmatch(r"Mapping\[[^|]*\]", a.annotation)]

    def times(self, form: str) -> list[str]:
        """Arguments of this format, which may be given as a datetime, its text or Unix milliseconds."""
        return [a.wire for a in self.arguments if a.schema.get("format") == form]

    def renamed(self) -> list[Argument]:
        """Arguments whose Python name is another than that on the wire."""
        return [a for a in self.arguments if a.name != a.wire]

    def comma_joined(self) -> list[str]:
        """Query lists that share one key."""
        return [a.wire for a in self.arguments if a.comma_joined]


def deprecation_of(http: str, path: str, facts: Node) -> str:
    """What to tell who calls an operation that Clerk has deprecated; empty if it has not."""
    instead = facts[operation_names.KEY].get("instead", "it names no replacement")
    return f"Clerk has deprecated {http.upper()} {path}; {instead}" if facts.get("deprecated") else ""


def iterator_of(method: str) -> str:
    """The name of the walk over all pages of a method."""
    name = re.sub(r"^(list|get)(?=_|$)", "iterate", method)
    return name if name != method else f"iterate_{name}"


def python_name(facts: Node, parameter: Node) -> str:
    """What an operation calls a parameter, as far as that differs from its name on the wire by more than spelling."""
    renamed: dict[str, str] = facts[operation_names.KEY].get("arguments", {}) if parameter["in"] == "path" else {}
    wire: str = parameter["name"]
    return renamed.get(wire, wire)


def argument_name(wire: str, place: str, taken: set[str]) -> str:
    """The keyword for one argument; `taken` holds those that the operation has already, and gets it."""
    for name in (spelling.snake(wire), wire, f"{spelling.snake(wire)}_{place}"):
        if name.isidentifier() and not keyword.iskeyword(name) and name not in taken:
            taken.add(name)
            return name
    raise GeneratorProblem(f"no Python name left for the argument {wire!r}")


def collection(path: str) -> str:
    """What the objects are that an operation takes many of: `invitations` of `/invitations/bulk`."""
    return spelling.snake([part for part in path.split("/") if "{" not in part and part != "bulk"][-1])


def placeholders(path: str) -> list[str]:
    """The names between braces, in order."""
    return [part.partition("}")[0] for part in path.split("{")[1:]]


def is_array(schema: Node) -> bool:
    """Whether a schema allows lists."""
    kind = schema.get("type")
    return kind == "array" or (isinstance(kind, list) and "array" in kind)
