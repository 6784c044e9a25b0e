"""Compare the public signatures of two packages, as griffe reads them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import attrs
import griffe

from generator.changes.rules import Grade

_REEXPORTED = ("api", "models", "resources")
"""Packages that re-export the names of their modules."""

_BY_POSITION = (griffe.ParameterKind.positional_only, griffe.ParameterKind.positional_or_keyword)


@attrs.frozen
class SignatureChange:
    """A name that was added or removed, or whose signature changed."""

    path: str
    description: str
    grade: Grade


@attrs.frozen
class _Parameter:
    name: str
    annotation: str
    required: bool
    position: int | None

    def __str__(self) -> str:
        typed = f"{self.name}: {self.annotation}" if self.annotation else self.name
        return typed if self.required else f"{typed} = ..."


@attrs.frozen
class _Signature:
    """The parameters of a function, the type of an attribute, or the bases of a class."""

    kind: str
    parameters: tuple[_Parameter, ...]
    type: str

    @property
    def by_name(self) -> dict[str, _Parameter]:
        """The parameters by their names."""
        return {parameter.name: parameter for parameter in self.parameters}

    def __str__(self) -> str:
        if self.kind == "class":
            return f"class({self.type})"
        if self.kind == "attribute":
            return self.type or "an attribute"
        positional = [str(one) for one in self.parameters if one.position is not None]
        rest = [str(one) for one in self.parameters if one.position is None]
        return f"({', '.join([*positional, *(['*'] if rest else []), *rest])}) -> {self.type or 'Any'}"


def compare(old: Path, new: Path) -> list[SignatureChange]:
    """Return the signature changes between two versions of a package, given as folders.

    Attributes of added or removed classes are left out, and async methods that changed like their sync ones.
    """
    before, after = signatures(old), signatures(new)
    moved = {
        path: found
        for path in sorted(before.keys() | after.keys())
        if (found := _moved(path, before.get(path), after.get(path))) is not None
    }
    whole = {path for path in moved if path not in before or path not in after}
    return [
        found
        for path, found in moved.items()
        if path.rpartition(".")[0] not in whole and not _same(found, moved.get(_sync(path)))
    ]


def _sync(path: str) -> str:
    return path.replace(".resources.Async", ".resources.").replace(".client.AsyncClient", ".client.Client")


def _same(one: SignatureChange, other: SignatureChange | None) -> bool:
    if other is None or one is other:
        return False
    return (one.description.replace("Async", ""), one.grade) == (other.description.replace("Async", ""), other.grade)


def signatures(package: Path) -> dict[str, _Signature]:
    """Return the public names of a package, by the path that callers import them from."""
    loaded = griffe.load(package.name, search_paths=[package.parent], allow_inspection=False)
    assert isinstance(loaded, griffe.Module)
    return dict(_members(loaded, loaded.name))


def _members(parent: griffe.Module | griffe.Class, path: str) -> Iterator[tuple[str, _Signature]]:
    for name, member in parent.members.items():
        if name.startswith("_") or isinstance(member, griffe.Alias | griffe.TypeAlias):
            continue
        if isinstance(member, griffe.Module):
            hidden = isinstance(parent, griffe.Module) and parent.name in _REEXPORTED
            yield from _members(member, path if hidden else f"{path}.{name}")
            continue
        inner = f"{path}.{name}"
        if isinstance(member, griffe.Class):
            yield inner, _Signature("class", (), ", ".join(map(str, member.bases)))
            yield from _members(member, inner)
        elif isinstance(member, griffe.Function):
            yield inner, _Signature("function", tuple(_parameters(member)), str(member.returns or ""))
        elif isinstance(member, griffe.Attribute):
            yield inner, _Signature("attribute", (), str(member.annotation or ""))


def _parameters(function: griffe.Function) -> Iterator[_Parameter]:
    position = 0
    for parameter in function.parameters:
        if parameter.name in ("self", "cls"):
            continue
        positional = parameter.kind in _BY_POSITION
        variadic = parameter.kind in (griffe.ParameterKind.var_keyword, griffe.ParameterKind.var_positional)
        yield _Parameter(
            parameter.name,
            str(parameter.annotation or ""),
            parameter.default is None and not variadic,
            position if positional else None,
        )
        position += positional


def _moved(path: str, before: _Signature | None, after: _Signature | None) -> SignatureChange | None:
    if before == after:
        return None
    if before is None:
        return SignatureChange(path, f"new: {after}", Grade.COMPATIBLE)
    if after is None:
        return SignatureChange(path, f"removed: {before}", Grade.BREAKING)
    if before.kind != after.kind:
        return SignatureChange(path, f"was {before}, is {after}", Grade.BREAKING)
    differences = list(_differences(before, after))
    # If the texts are equal, only the order of the parameters differs.
    return SignatureChange(path, "; ".join(differences or ["parameters in another order"]), _grade(before, after))


def _differences(before: _Signature, after: _Signature) -> Iterator[str]:
    mine, theirs = before.by_name, after.by_name
    yield from (f"removed: {one}" for name, one in mine.items() if name not in theirs)
    yield from (f"new: {one}" for name, one in theirs.items() if name not in mine)
    yield from (
        f"{one} is now {theirs[name]}" for name, one in mine.items() if name in theirs and str(one) != str(theirs[name])
    )
    if before.type != after.type:
        yield f"{before.type or 'untyped'} is now {after.type or 'untyped'}"


def _grade(before: _Signature, after: _Signature) -> Grade:
    mine, theirs = before.by_name, after.by_name
    came = [theirs[name] for name in theirs.keys() - mine.keys()]
    common = [(mine[name], theirs[name]) for name in mine.keys() & theirs.keys()]
    if (
        mine.keys() - theirs.keys()
        or any(parameter.required for parameter in came)
        or any(new.required and not old.required for old, new in common)
        or any(old.position is not None and old.position != new.position for old, new in common)
    ):
        return Grade.BREAKING
    typed = before.type == after.type and all(old.annotation == new.annotation for old, new in common)
    return Grade.COMPATIBLE if typed else Grade.TYPES
