"""The change report: how two contracts differ, what that means for callers, and the version step it requires."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Literal

import attrs

from clerk_core import __version__
from generator.changes.change import Change
from generator.changes.compare import Comparison
from generator.changes.rules import RULES, Grade
from generator.changes.signatures import SignatureChange
from generator.checks.guard import Finding
from generator.code.compatibility import NO_SHIMS, Shims
from generator.contract.nodes import Node
from generator.problems import GeneratorProblem

Step = Literal["major", "minor", "patch", "none"]

_TITLES = {Grade.BREAKING: "Breaking", Grade.TYPES: "For type checkers only", Grade.COMPATIBLE: "Compatible"}
_GRADES = list(Grade)


@attrs.frozen
class Report:
    """All changes, breaking ones first."""

    api: tuple[str, str]
    """The API versions, old and new."""
    changes: list[Change]
    moved: Sequence[SignatureChange] = ()
    """Changes of signatures, if two generated packages were compared."""
    findings: Sequence[Finding] = ()
    """Hand-written code that uses missing names."""
    version: str = __version__
    """The version of this package before the step."""

    @property
    def breaking(self) -> list[Change]:
        """The changes that break callers."""
        return self.of(Grade.BREAKING)

    def of(self, grade: Grade) -> list[Change]:
        """Return the changes of one grade."""
        return [change for change in self.changes if change.grade is grade]

    @property
    def step(self) -> Step:
        """The version step that the changes require.

        Before 1.0 a minor version may break callers. From 1.0 on only a major version may; additions and changes of
        types need a minor version.
        """
        grades = {change.grade for change in self.changes} | {moved.grade for moved in self.moved}
        if not grades:
            return "none"
        stable = not self.version.startswith("0.")
        if Grade.BREAKING in grades:
            return "major" if stable else "minor"
        adds = any(change.rule.adds for change in self.changes)
        return "minor" if stable and (adds or Grade.TYPES in grades) else "patch"

    @property
    def summary(self) -> str:
        """The counts, in one line."""
        counts = ", ".join(f"{len(self.of(grade))} {grade}" for grade in _GRADES)
        if self.moved:
            grades = [moved.grade for moved in self.moved]
            counts += f"; in signatures {', '.join(f'{grades.count(grade)} {grade}' for grade in _GRADES)}"
        step = "no new version is needed" if self.step == "none" else f"a {self.step} version after {self.version}"
        return f"{counts}: {step}."

    def text(self) -> str:
        """Return the report as plain text."""
        lines = [self._title, self.summary]
        for title, resources in self._sections():
            lines += ["", title.upper()]
            for resource, entries in resources:
                lines += [
                    f"  {resource}",
                    *(f"    {name}: {text}" + (f"  [{at}]" if at else "") for name, text, at in entries),
                ]
        lines += [*([""] if self.changes else []), *(f"{kind}: {reason}" for kind, reason in self._reasons())]
        return "\n".join(lines) + "\n"

    def markdown(self) -> str:
        """Return the report as Markdown."""
        lines = [f"# {self._title}", "", self.summary]
        for title, resources in self._sections():
            lines += ["", f"## {title}"]
            for resource, entries in resources:
                lines += ["", f"### {resource}", ""]
                lines += [f"- `{name}`: {_escaped(text)}" + (f" (`{at}`)" if at else "") for name, text, at in entries]
        if self.changes:
            lines += ["", "## Reasons", "", "| change | verdict | reason |", "|---|---|---|"]
            lines += [f"| {kind} | {RULES[kind].grade} | {reason} |" for kind, reason in self._reasons()]
        return "\n".join(lines) + "\n"

    def json(self) -> str:
        """Return the report as JSON."""
        report = {
            "api": {"old": self.api[0], "new": self.api[1]},
            "version": self.version,
            "step": self.step,
            "counts": {grade.value: len(self.of(grade)) for grade in _GRADES},
            "changes": [_plain(change) for change in self.changes],
            "signatures": [attrs.asdict(moved) for moved in self.moved],
            "findings": [attrs.asdict(finding) for finding in self.findings],
        }
        return json.dumps(report, indent=1) + "\n"

    @property
    def _title(self) -> str:
        old, new = self.api
        return f"Changes within API version {new}" if old == new else f"Changes from API version {old} to {new}"

    def _sections(self) -> Iterator[tuple[str, list[tuple[str, list[tuple[str, str, str]]]]]]:
        """Yield each section: its title, and by resource the entries (name, description, place)."""
        if self.findings:
            files = groupby(self.findings, key=lambda finding: finding.file)
            entries = [(file, [(f"line {one.line}", one.problem, "") for one in found]) for file, found in files]
            yield "Overlay and emulator need work", entries
        for grade in _GRADES:
            by_resource = groupby(self.of(grade), key=lambda change: change.place.resource)
            entries = [(resource or "all", [_entry(change) for change in found]) for resource, found in by_resource]
            if entries:
                yield _TITLES[grade], entries
        if self.moved:
            by_grade = groupby(self.moved, key=lambda moved: moved.grade)
            entries = [(str(grade), [(one.path, one.description, "") for one in found]) for grade, found in by_grade]
            yield "Signatures", entries

    def _reasons(self) -> list[tuple[str, str]]:
        return [
            (kind, rule.reason) for kind, rule in RULES.items() if any(change.kind == kind for change in self.changes)
        ]


def report(
    old: Node,
    new: Node,
    *,
    shims: Shims = NO_SHIMS,
    moved: Iterable[SignatureChange] = (),
    findings: Iterable[Finding] = (),
    version: str = __version__,
) -> Report:
    """Compare two contracts, both of the Backend API or both of the events.

    Args:
        old: The contract before the change.
        new: The contract after it.
        shims: The old names that the new package keeps.
        moved: Signature changes, from `signatures.compare`.
        findings: Missing names, from `guard.check_project`.
        version: The version of this package before the step.

    Raises:
        GeneratorProblem: one is of the Backend API, the other of the events.
    """
    if ("webhooks" in old) != ("webhooks" in new):
        raise GeneratorProblem(
            "one contract is of the Backend API and the other of the events: they cannot be compared"
        )
    changes = sorted(set(Comparison(old, new, shims).changes()), key=_order)
    api = str(old["info"]["version"]), str(new["info"]["version"])
    moved = sorted(moved, key=lambda one: (_GRADES.index(one.grade), one.path))
    return Report(api, changes, moved, sorted(findings, key=lambda one: (one.file, one.line)), version)


def _order(change: Change) -> tuple[object, ...]:
    kinds = list(RULES)
    return (
        _GRADES.index(change.grade),
        change.place.resource,
        change.place.python,
        change.place.http,
        kinds.index(change.kind),
        change.before or "",
        change.after or "",
    )


def _entry(change: Change) -> tuple[str, str, str]:
    return change.place.python, change.description, change.place.http


def _plain(change: Change) -> dict[str, object]:
    return {
        "kind": change.kind,
        "grade": change.grade.value,
        "resource": change.place.resource,
        "python": change.place.python,
        "http": change.place.http,
        "before": change.before,
        "after": change.after,
        "description": change.description,
        "reason": change.rule.reason,
    }


def _escaped(text: str) -> str:
    """Escape characters that Markdown would interpret."""
    return text.replace("\\", "\\\\").replace("<", "\\<").replace("*", "\\*").replace("_", "\\_")
