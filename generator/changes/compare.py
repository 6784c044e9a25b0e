"""Find all changes between two contracts."""

from __future__ import annotations

from collections.abc import Iterator

from generator.changes import matching
from generator.changes.caller_view import Argument, CallerView, ModelClass, Operation, Place
from generator.changes.change import Change
from generator.changes.schemas import RECEIVED, SENT, Values
from generator.changes.shapes import described
from generator.code.compatibility import Shims
from generator.contract.nodes import Node, blanked

_BY_POSITION = "path"


class Comparison:
    """The comparison of two contracts of the same kind."""

    def __init__(self, old: Node, new: Node, shims: Shims) -> None:
        self._shims = shims
        self._old = CallerView(old)
        self._new = CallerView(new)
        self.pairs, self._gone, self._come = matching.operations(self._old, self._new)
        """The operations that both contracts have, old and new."""
        self.renamed = matching.classes(self._old, self._new, self.pairs, shims)
        """The new name of each renamed class."""
        self._values = Values(self._old, self._new, self.renamed)

    def changes(self) -> Iterator[Change]:
        """Yield every change, in no particular order."""
        yield from self._whole()
        for operation in self._gone:
            yield Change("operation-removed", operation.place(), None)
        for operation in self._come:
            yield Change("operation-added", None, operation.place())
        for one, other in self.pairs:
            yield from self._operation(one, other)
        yield from self._events()
        yield from self._models()

    def _whole(self) -> Iterator[Change]:
        old, new = self._old, self._new
        place = Place("", "API_VERSION", "Clerk-API-Version")
        if old.version != new.version:
            yield Change("api-version-changed", place, place, old.version, new.version)
        if old.servers != new.servers:
            server = Place("", "base_url", "servers")
            yield Change("server-changed", server, server, old.servers or "none", new.servers or "none")

    # -- operations ----------------------------------------------------------------------------------------------

    def _operation(self, old: Operation, new: Operation) -> Iterator[Change]:
        places = old.place(), new.place()
        if (old.http, blanked(old.path)) != (new.http, blanked(new.path)):
            yield Change("operation-moved", *places, old.address, new.address)
        if old.function != new.function:
            kept = self._shims.keep("function", old.function, new.function)
            yield Change("function-kept" if kept else "function-renamed", *places, old.function, new.function)
        if old.called != new.called:
            kept = self._keeps_method(old, new)
            yield Change("method-kept" if kept else "method-renamed", *places, old.called, new.called)
        if old.deprecated != new.deprecated:
            yield Change("operation-deprecated" if new.deprecated else "operation-restored", *places)
        if old.has_iterator != new.has_iterator:
            yield (
                Change("iterator-added", *places, None, new.iterator)
                if new.has_iterator
                else Change("iterator-removed", *places, old.iterator, None)
            )
        yield from self._arguments(old, new)
        if old.body != new.body and old.body and new.body:
            yield Change("body-format-changed", *places, old.body, new.body)
        yield from self._responses(old, new)

    def _keeps_method(self, old: Operation, new: Operation) -> bool:
        resource = old.group == new.group or self._shims.keep("resource", old.group, new.group)
        return resource and (old.method == new.method or self._shims.keep("method", old.method, new.method, new.group))

    def _responses(self, old: Operation, new: Operation) -> Iterator[Change]:
        places = old.place(), new.place()
        before, after = _successes(old), _successes(new)
        if before != after:
            yield Change("success-status-changed", *places, before, after)
        for status in sorted(set(_failures(new)) - set(_failures(old))):
            yield Change("error-status-added", *places, None, status)
        for status in sorted(set(_failures(old)) - set(_failures(new))):
            yield Change("error-status-removed", *places, status, None)
        results = old.place(f"{old.called}() ->"), new.place(f"{new.called}() ->")
        if old.result is not None and new.result is not None:
            yield from self._values.response(old.result, new.result, results)
        elif old.result is not None:
            yield Change("response-removed", *results, described(self._old.contract, old.result), None)
        elif new.result is not None:
            yield Change("response-added", *results, None, described(self._new.contract, new.result))
        if old.page is not None and new.page is not None:
            yield from self._values.response(old.page, new.page, results)

    # -- arguments -----------------------------------------------------------------------------------------------

    def _arguments(self, old: Operation, new: Operation) -> Iterator[Change]:
        became = _ids(old, new) | self._kept_arguments(old, new)
        # Keyed by the argument's new name.
        mine = {became.get(wire, wire): argument for wire, argument in old.arguments.items()}
        theirs = new.arguments
        for wire in sorted(mine.keys() - theirs.keys()):
            kind = "required-argument-removed" if mine[wire].required else "argument-removed"
            place = old.argument_place(mine[wire])
            yield Change(kind, place, None, described(self._old.contract, mine[wire].schema))
        for wire in sorted(theirs.keys() - mine.keys()):
            kind = "required-argument-added" if theirs[wire].required else "argument-added"
            place = new.argument_place(theirs[wire])
            yield Change(kind, None, place, None, described(self._new.contract, theirs[wire].schema))
        for wire in sorted(mine.keys() & theirs.keys()):
            places = old.argument_place(mine[wire]), new.argument_place(theirs[wire])
            yield from self._argument(mine[wire], theirs[wire], places, new.function)
        order = [became.get(wire, wire) for wire in old.ids]
        if order != new.ids and sorted(order) == sorted(new.ids):
            yield Change("arguments-reordered", old.place(), new.place(), ", ".join(old.ids), ", ".join(new.ids))

    def _kept_arguments(self, old: Operation, new: Operation) -> dict[str, str]:
        before = {argument.name: wire for wire, argument in old.arguments.items()}
        after = {argument.name: wire for wire, argument in new.arguments.items()}
        shims = self._shims.of("argument", new.function)
        return {before[shim.old]: after[shim.new] for shim in shims if shim.old in before and shim.new in after}

    def _argument(self, old: Argument, new: Argument, places: tuple[Place, Place], function: str) -> Iterator[Change]:
        if old.name != new.name:
            kept = self._shims.keep("argument", old.name, new.name, function)
            yield Change("argument-kept" if kept else "argument-renamed", *places, old.name, new.name)
        if (old.sent_in == _BY_POSITION) != (new.sent_in == _BY_POSITION):
            yield Change("argument-keyword-only" if old.sent_in == _BY_POSITION else "argument-by-position", *places)
        elif old.sent_in != new.sent_in:
            yield Change("argument-moved", *places, old.sent_in, new.sent_in)
        yield from self._values.argument(old, new, places)

    # -- classes -------------------------------------------------------------------------------------------------

    def _events(self) -> Iterator[Change]:
        old, new = self._old.events, self._new.events
        for name in sorted(old.keys() - new.keys()):
            yield Change("event-removed", old[name].place(), None)
        for name in sorted(new.keys() - old.keys()):
            yield Change("event-added", None, new[name].place())
        for name in sorted(old.keys() & new.keys()):
            places = old[name].place(), new[name].place()
            yield from self._values.response(old[name].schema, new[name].schema, places)

    def _models(self) -> Iterator[Change]:
        old, new = self._old.models, self._new.models
        mine = {self.renamed.get(schema, schema): model for schema, model in old.items()}
        for schema in sorted(mine.keys() - new.keys()):
            yield Change("model-removed", mine[schema].place(), None)
        for schema in sorted(new.keys() - mine.keys()):
            yield Change("model-added", None, new[schema].place())
        for schema in sorted(mine.keys() & new.keys()):
            yield from self._model(mine[schema], new[schema])

    def _model(self, old: ModelClass, new: ModelClass) -> Iterator[Change]:
        if old.name != new.name:
            kept = self._shims.keep("model", old.name, new.name)
            yield Change("model-kept" if kept else "model-renamed", old.place(), new.place(), old.name, new.name)
        roles = [SENT] * (old.sent and new.sent) + [RECEIVED] * (old.received and new.received)
        for role in roles or [RECEIVED]:
            yield from self._values.members(role, old, new, (old.place(), new.place()))


def _ids(old: Operation, new: Operation) -> dict[str, str]:
    """Return the new name of each path parameter that was renamed."""
    if blanked(old.path) != blanked(new.path):
        return {}
    return {
        one: other
        for one, other in zip(old.ids, new.ids, strict=True)
        if one != other and one not in new.arguments and other not in old.arguments
    }


def _successes(operation: Operation) -> str:
    return ", ".join(status for status in operation.statuses if status.startswith("2"))


def _failures(operation: Operation) -> list[str]:
    return [status for status in operation.statuses if not status.startswith("2")]
