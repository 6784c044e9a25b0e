"""Read `spec/compatibility.yaml`: old names that keep working under a DeprecationWarning."""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import attrs

from clerk_core.guards import is_list, is_object
from generator.contract import spec_folder
from generator.problems import GeneratorProblem
from generator.yaml_files import read_yaml

KINDS = ("argument", "function", "method", "model", "resource")

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_KEYS = {"kind", "old", "new", "reason"}


@attrs.frozen
class Shim:
    """One old name; `of` is the endpoint function that an argument belongs to, or the resource of a method.

    `since` is the API version that has the rename, or empty where clerkkit renamed it in all of them.
    """

    kind: str
    old: str
    new: str
    since: str = ""
    of: str = ""

    @property
    def message(self) -> str:
        """The text of the warning."""
        before, after = {
            "argument": (f"the argument `{self.old}` of `{self.of}`", f"`{self.new}`"),
            "method": (f"`clerk.{self.of}.{self.old}`", f"`clerk.{self.of}.{self.new}`"),
            "resource": (f"`clerk.{self.old}`", f"`clerk.{self.new}`"),
        }.get(self.kind, (f"`{self.old}`", f"`{self.new}`"))
        return f"{before} was renamed to {after}" + (f" in API version {self.since}" if self.since else "")

    def __str__(self) -> str:
        return f"{self.kind} {f'{self.of}.' if self.of else ''}{self.old}"


@attrs.frozen
class Shims:
    """The old names that a package of one API version keeps."""

    all: Sequence[Shim] = ()

    def of(self, kind: str, owner: str = "") -> list[Shim]:
        """Return the shims of one kind; for arguments and methods, those of one function or resource."""
        return [shim for shim in self.all if (shim.kind, shim.of) == (kind, owner)]

    def keep(self, kind: str, old: str, new: str, owner: str = "") -> bool:
        """Return whether an old name is kept for this new one."""
        return any((shim.old, shim.new) == (old, new) for shim in self.of(kind, owner))


NO_SHIMS: Final = Shims()


def load(path: Path, version: str) -> Shims:
    """Return the entries that apply to a contract of this API version.

    Raises:
        GeneratorProblem: the file or an entry is malformed.
    """
    loaded = read_yaml(path)
    entries: Any = loaded.get("renamed") if is_object(loaded) and set(loaded) == {"renamed"} else None
    if not is_list(entries):
        raise GeneratorProblem(f"{path.name}: expected a list under `renamed`, and nothing else")
    shims = [_shim(f"{path.name}, entry {number}", entry) for number, entry in enumerate(entries, start=1)]
    for shim in shims:
        if sum((other.kind, other.of, other.old) == (shim.kind, shim.of, shim.old) for other in shims) > 1:
            raise GeneratorProblem(f"{path.name}: {shim} is listed twice")
    return Shims([shim for shim in shims if not shim.since or (_DATE.fullmatch(version) and shim.since <= version)])


def load_for_project(root: Path) -> Shims:
    """Return the entries that apply to the contract in spec/."""
    version = spec_folder.load(root / "spec" / "contract.json")["info"]["version"]
    return load(root / "spec" / "compatibility.yaml", str(version))


def applicable(shims: Shims, known: Mapping[str, Callable[[str], Iterable[str]]]) -> tuple[Shims, list[str]]:
    """Return the entries that apply to the contract, and a note for each skipped one.

    An entry is skipped if its old name still exists, or if clerkkit renamed it and its operation does not exist.

    Args:
        shims: All entries for a version.
        known: For each kind, a function from the owner to the names in the contract.

    Raises:
        GeneratorProblem: a new name of an entry with `since` is not in the contract.
    """
    kept: list[Shim] = []
    skipped: list[str] = []
    for shim in shims.all:
        names = set(known[shim.kind](shim.of))
        if not shim.since and shim.new not in names:
            skipped.append(f"compatibility.yaml: {shim} is skipped, because there is no {shim.new}")
            continue
        if shim.of and not names:
            owner = "endpoint function" if shim.kind == "argument" else "resource"
            raise GeneratorProblem(f"compatibility.yaml: {shim}: there is no {owner} {shim.of}")
        if shim.old in names:
            skipped.append(f"compatibility.yaml: {shim} is skipped, because the old name is still there")
            continue
        if shim.new not in names:
            raise GeneratorProblem(f"compatibility.yaml: {shim}: there is no {shim.new}")
        kept.append(shim)
    return Shims(kept), skipped


def _shim(place: str, entry: Any) -> Shim:
    if not is_object(entry):
        raise GeneratorProblem(f"{place}: expected an object, found {entry!r}")
    kind = entry.get("kind")
    if kind not in KINDS:
        raise GeneratorProblem(f"{place}: expected one of {', '.join(KINDS)} as `kind`, found {kind!r}")
    expected = {*_KEYS, *({"of"} if kind in ("argument", "method") else ()), *({"since"} & set(entry))}
    if set(entry) != expected:
        raise GeneratorProblem(f"{place}: expected the keys {', '.join(sorted(expected))}, found {_listed(entry)}")
    for key in expected & {"of", "old", "new"}:
        name = entry[key]
        if not isinstance(name, str) or not name.isidentifier() or keyword.iskeyword(name) or name.startswith("_"):
            raise GeneratorProblem(f"{place}: {name!r} is not a public Python name (`{key}`)")
    since = str(entry.get("since", ""))
    if "since" in entry and not _DATE.fullmatch(since):
        raise GeneratorProblem(f"{place}: expected an API version such as 2026-05-12 as `since`, found {since!r}")
    if not isinstance(entry["reason"], str) or not entry["reason"].strip():
        raise GeneratorProblem(f"{place}: has no `reason`")
    if entry["old"] == entry["new"]:
        raise GeneratorProblem(f"{place}: `old` and `new` are the same")
    return Shim(kind, entry["old"], entry["new"], since, entry.get("of", ""))


def _listed(entry: dict[str, Any]) -> str:
    return ", ".join(sorted(map(str, entry))) or "none"
