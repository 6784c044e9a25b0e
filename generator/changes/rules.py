"""What a change means for a Python caller: one rule for each kind, each with its reason.

The verdicts follow from this package's design, and not from HTTP alone: arguments are keywords, models keep what they
do not know and never raise, enums are strings at run time. Models of answers are read by callers, and not built.
"""

from __future__ import annotations

from enum import StrEnum

import attrs


class Grade(StrEnum):
    """How much a caller notices."""

    BREAKING = "breaking"
    """A call fails, is refused, or reads something else."""
    TYPES = "types only"
    """What runs, runs; a type checker or an editor has something to say."""
    COMPATIBLE = "compatible"
    """Nobody has to do anything."""


@attrs.frozen
class Rule:
    """The verdict on one kind of change."""

    grade: Grade
    opposite: str
    """The kind of the same change seen from the other side, where no old name is kept."""
    says: str
    """What happened; `{before}` and `{after}` stand for what the change holds."""
    why: str
    adds: bool = False
    """Whether callers can do what they could not do before."""


_B, _T, _C = Grade.BREAKING, Grade.TYPES, Grade.COMPATIBLE

_WARNS = "Declared in spec/compatibility.yaml: the old name warns, and does what the new one does."

RULES: dict[str, Rule] = {
    # -- operations
    "operation-added": Rule(_C, "operation-removed", "new operation", "A new name hides no other.", adds=True),
    "operation-removed": Rule(_B, "operation-added", "operation gone", "Function and method are gone with it."),
    "operation-moved": Rule(
        _C, "operation-moved", "moved from {before} to {after}", "Callers name the function, and never the path."
    ),
    "operation-deprecated": Rule(
        _T, "operation-restored", "deprecated", "It works on; editors strike it through, type checkers may warn."
    ),
    "operation-restored": Rule(_C, "operation-deprecated", "no longer deprecated", "A warning less."),
    "function-renamed": Rule(
        _B, "function-renamed", "endpoint function {before} is now {after}", "The old name cannot be imported."
    ),
    "method-renamed": Rule(_B, "method-renamed", "method {before} is now {after}", "The old attribute is not there."),
    "function-kept": Rule(
        _T, "function-kept", "endpoint function {before} is now {after}; the old name works on", _WARNS
    ),
    "method-kept": Rule(_T, "method-kept", "method {before} is now {after}; the old name works on", _WARNS),
    "walk-added": Rule(
        _C, "walk-removed", "can be walked over: {after}", "A method more, for the rows of all pages.", adds=True
    ),
    "walk-removed": Rule(_B, "walk-added", "no walk over pages any more: {before}", "The method is gone."),
    "body-format-changed": Rule(
        _C, "body-format-changed", "sent as {after}, was {before}", "The function chooses how keywords are sent."
    ),
    "error-status-added": Rule(
        _C, "error-status-removed", "may also fail with {after}", "Every status has its class of errors already."
    ),
    "error-status-removed": Rule(
        _C, "error-status-added", "no longer names the failure {before}", "An `except` too many does no harm."
    ),
    "success-status-changed": Rule(
        _C, "success-status-changed", "succeeds with {after}, was {before}", "Every 2xx is read alike."
    ),
    # -- arguments, and the members of objects that are sent
    "argument-added": Rule(
        _C,
        "argument-removed",
        "new optional argument ({after})",
        "Calls that leave it out stay as they are.",
        adds=True,
    ),
    "argument-removed": Rule(_B, "argument-added", "argument gone ({before})", "A call that names it is a TypeError."),
    "required-argument-added": Rule(
        _B, "required-argument-removed", "new required argument ({after})", "Every call without it is a TypeError."
    ),
    "required-argument-removed": Rule(
        _B, "required-argument-added", "required argument gone ({before})", "Every call gives it: a TypeError."
    ),
    "argument-required": Rule(_B, "argument-optional", "now required", "A call without it is a TypeError."),
    "argument-optional": Rule(_C, "argument-required", "no longer required", "Calls may go on giving it.", adds=True),
    "argument-renamed": Rule(
        _B, "argument-renamed", "{before} is now {after}", "By position it works on; by the old keyword it does not."
    ),
    "argument-kept": Rule(_T, "argument-kept", "{before} is now {after}; the old name works on", _WARNS),
    "arguments-reordered": Rule(
        _B, "arguments-reordered", "order is now {after}, was {before}", "Ids by position land in the wrong place."
    ),
    "argument-keyword-only": Rule(
        _B, "argument-by-position", "only by keyword now", "A call that gives it by position is a TypeError."
    ),
    "argument-by-position": Rule(
        _C, "argument-keyword-only", "also by position now", "Calls by keyword stay as they are.", adds=True
    ),
    "argument-moved": Rule(
        _C, "argument-moved", "sent in the {after}, was in the {before}", "The keyword is the same for callers."
    ),
    "argument-deprecated": Rule(
        _C, "argument-restored", "deprecated", "It is taken as before; its docstring says so, nothing warns."
    ),
    "argument-restored": Rule(_C, "argument-deprecated", "no longer deprecated", "Its docstring says so."),
    "argument-type-widened": Rule(
        _C, "argument-type-narrowed", "takes {after}, was {before}", "What was taken is taken still.", adds=True
    ),
    "argument-type-narrowed": Rule(
        _B, "argument-type-widened", "takes {after} only, was {before}", "The server refuses what it took before."
    ),
    "argument-type-changed": Rule(
        _B, "argument-type-changed", "takes {after}, was {before}", "The server refuses what it took before."
    ),
    "argument-class-changed": Rule(
        _T,
        "argument-class-changed",
        "takes {after}, was {before}",
        "What is sent is what the object holds; types differ.",
    ),
    "argument-null-allowed": Rule(
        _C, "argument-null-refused", "may be None", "Values that were given stay good.", adds=True
    ),
    "argument-null-refused": Rule(
        _B, "argument-null-allowed", "None is refused", "None is sent as null, which the server refuses now."
    ),
    "argument-values-added": Rule(
        _C, "argument-values-removed", "also takes {after}", "Values that were given stay good.", adds=True
    ),
    "argument-values-removed": Rule(
        _B, "argument-values-added", "no longer takes {before}", "Type checkers and the server refuse the value."
    ),
    "argument-limit-loosened": Rule(
        _C, "argument-limit-tightened", "limit {after}, was {before}", "What was within is within still.", adds=True
    ),
    "argument-limit-tightened": Rule(
        _B, "argument-limit-loosened", "limit {after}, was {before}", "What was within may be refused now."
    ),
    "argument-limit-changed": Rule(
        _B, "argument-limit-changed", "limit {after}, was {before}", "What was within may be refused now."
    ),
    "argument-default-changed": Rule(
        _C, "argument-default-changed", "default {after}, was {before}", "Defaults are the server's, and never sent."
    ),
    "argument-format-changed": Rule(
        _C, "argument-format-changed", "format {after}, was {before}", "The Python type is the same."
    ),
    # -- answers: what operations return, and the attributes of models
    "attribute-added": Rule(
        _C, "attribute-removed", "new attribute ({after})", "Models keep every key; now it has a type.", adds=True
    ),
    "attribute-removed": Rule(
        _B,
        "attribute-added",
        "attribute gone ({before})",
        "Type checkers refuse it, and where it is not sent it is None.",
    ),
    "attribute-presence-changed": Rule(
        _C, "attribute-presence-changed", "was {before}, is {after}", "It may be None before and after."
    ),
    "attribute-deprecated": Rule(
        _C, "attribute-restored", "deprecated", "It reads as before; its docstring says so, nothing warns."
    ),
    "attribute-restored": Rule(_C, "attribute-deprecated", "no longer deprecated", "Its docstring says so."),
    "answer-added": Rule(_C, "answer-removed", "returns {after}, was None", "Nobody reads a None.", adds=True),
    "answer-removed": Rule(_B, "answer-added", "returns None, was {before}", "There is nothing to read any more."),
    "answer-type-widened": Rule(
        _T, "answer-type-narrowed", "may be {after}, was {before}", "Type checkers ask which; decoding never raises."
    ),
    "answer-type-narrowed": Rule(
        _C, "answer-type-widened", "is {after}, was {before}", "Code that asked which finds one of them only."
    ),
    "answer-type-changed": Rule(
        _B, "answer-type-changed", "is {after}, was {before}", "Code that reads it gets another type."
    ),
    "answer-class-changed": Rule(
        _T, "answer-class-changed", "is {after}, was {before}", "Attributes are read by name; annotations differ."
    ),
    "answer-maybe-none": Rule(
        _T, "answer-never-none", "may be None", "Type checkers ask for the None; decoding never raises."
    ),
    "answer-never-none": Rule(_C, "answer-maybe-none", "never None", "Code that asks for None is right still."),
    "answer-values-added": Rule(
        _C, "answer-values-removed", "may also be {after}", "An enum is a string at run time: any value is read."
    ),
    "answer-values-removed": Rule(
        _T, "answer-values-added", "is no longer {before}", "A comparison with it is never true, as type checkers say."
    ),
    "answer-detail-changed": Rule(
        _C, "answer-detail-changed", "{after}, was {before}", "Answers are not checked for limits and formats."
    ),
    # -- classes
    "model-added": Rule(_C, "model-removed", "new class", "A new name hides no other.", adds=True),
    "model-removed": Rule(_B, "model-added", "class gone", "It cannot be imported."),
    "model-renamed": Rule(_B, "model-renamed", "class {before} is now {after}", "The old name cannot be imported."),
    "model-kept": Rule(_T, "model-kept", "class {before} is now {after}; the old name works on", _WARNS),
    "event-added": Rule(
        _C, "event-removed", "new event", "It came as a plain model before, and has a class now.", adds=True
    ),
    "event-removed": Rule(_B, "event-added", "event gone", "Its class cannot be imported."),
    # -- the whole
    "api-version-changed": Rule(
        _C, "api-version-changed", "version {after}, was {before}", "Every request names the version it was made for."
    ),
    "server-changed": Rule(
        _C, "server-changed", "documented at {after}, was {before}", "The client has an address of its own: look at it."
    ),
}
