"""What each kind of change means for a Python caller, with the reason.

The verdicts follow from the design of this package: arguments are keywords, models keep unknown keys and never raise,
enums are strings at run time, and callers read the models of responses but do not create them.
"""

from __future__ import annotations

from enum import StrEnum

import attrs


class Grade(StrEnum):
    """How much a caller notices."""

    BREAKING = "breaking"
    """A call fails, is rejected, or returns something else."""
    TYPES = "types only"
    """The code runs as before; a type checker or an editor may report something."""
    COMPATIBLE = "compatible"
    """Callers have to do nothing."""


@attrs.frozen
class Rule:
    """The verdict on one kind of change."""

    grade: Grade
    opposite: str
    """The kind of the reverse change, if no old name is kept."""
    description: str
    """A description, with the placeholders `{before}` and `{after}`."""
    reason: str
    adds: bool = False
    """Whether callers can do something new."""


_B, _T, _C = Grade.BREAKING, Grade.TYPES, Grade.COMPATIBLE

_WARNS = "Declared in spec/compatibility.yaml: the old name warns, and does what the new one does."

RULES: dict[str, Rule] = {
    # -- operations
    "operation-added": Rule(_C, "operation-removed", "new operation", "A new name does not hide another.", adds=True),
    "operation-removed": Rule(_B, "operation-added", "operation removed", "Function and method are gone with it."),
    "operation-moved": Rule(
        _C, "operation-moved", "moved from {before} to {after}", "Callers use the function, not the path."
    ),
    "operation-deprecated": Rule(
        _T, "operation-restored", "deprecated", "It keeps working; editors strike it through, type checkers may warn."
    ),
    "operation-restored": Rule(_C, "operation-deprecated", "no longer deprecated", "One warning fewer."),
    "function-renamed": Rule(
        _B, "function-renamed", "endpoint function {before} is now {after}", "The old name cannot be imported."
    ),
    "method-renamed": Rule(_B, "method-renamed", "method {before} is now {after}", "The old attribute is not there."),
    "function-kept": Rule(
        _T, "function-kept", "endpoint function {before} is now {after}; the old name still works", _WARNS
    ),
    "method-kept": Rule(_T, "method-kept", "method {before} is now {after}; the old name still works", _WARNS),
    "iterator-added": Rule(
        _C, "iterator-removed", "new iterator: {after}", "One more method, which iterates over all pages.", adds=True
    ),
    "iterator-removed": Rule(_B, "iterator-added", "iterator removed: {before}", "The method is gone."),
    "body-format-changed": Rule(
        _C, "body-format-changed", "sent as {after}, was {before}", "The function chooses how keywords are sent."
    ),
    "error-status-added": Rule(
        _C, "error-status-removed", "may also fail with {after}", "Every status has its class of errors already."
    ),
    "error-status-removed": Rule(
        _C, "error-status-added", "no longer names the failure {before}", "An unused `except` does no harm."
    ),
    "success-status-changed": Rule(
        _C, "success-status-changed", "succeeds with {after}, was {before}", "Every 2xx is decoded in the same way."
    ),
    # -- arguments, and the members of objects that are sent
    "argument-added": Rule(
        _C,
        "argument-removed",
        "new optional argument ({after})",
        "Calls without it are unchanged.",
        adds=True,
    ),
    "argument-removed": Rule(
        _B, "argument-added", "argument removed ({before})", "A call that passes it raises TypeError."
    ),
    "required-argument-added": Rule(
        _B, "required-argument-removed", "new required argument ({after})", "Every call without it raises TypeError."
    ),
    "required-argument-removed": Rule(
        _B,
        "required-argument-added",
        "required argument removed ({before})",
        "Every existing call passes it and raises TypeError.",
    ),
    "argument-required": Rule(_B, "argument-optional", "now required", "A call without it raises TypeError."),
    "argument-optional": Rule(
        _C, "argument-required", "no longer required", "Calls that pass it keep working.", adds=True
    ),
    "argument-renamed": Rule(
        _B, "argument-renamed", "{before} is now {after}", "By position it keeps working; the old keyword does not."
    ),
    "argument-kept": Rule(_T, "argument-kept", "{before} is now {after}; the old name still works", _WARNS),
    "arguments-reordered": Rule(
        _B,
        "arguments-reordered",
        "order is now {after}, was {before}",
        "Ids passed by position end up in the wrong parameter.",
    ),
    "argument-keyword-only": Rule(
        _B, "argument-by-position", "only by keyword now", "A call that passes it by position raises TypeError."
    ),
    "argument-by-position": Rule(
        _C, "argument-keyword-only", "also by position now", "Calls by keyword are unchanged.", adds=True
    ),
    "argument-moved": Rule(
        _C, "argument-moved", "sent in the {after}, was in the {before}", "The keyword is the same for callers."
    ),
    "argument-deprecated": Rule(
        _C, "argument-restored", "deprecated", "It is accepted as before; only its docstring changes."
    ),
    "argument-restored": Rule(_C, "argument-deprecated", "no longer deprecated", "Its docstring says so."),
    "argument-type-widened": Rule(
        _C,
        "argument-type-narrowed",
        "takes {after}, was {before}",
        "Values accepted before are still accepted.",
        adds=True,
    ),
    "argument-type-narrowed": Rule(
        _B,
        "argument-type-widened",
        "takes {after} only, was {before}",
        "The server rejects values that it accepted before.",
    ),
    "argument-type-changed": Rule(
        _B, "argument-type-changed", "takes {after}, was {before}", "The server rejects values that it accepted before."
    ),
    "argument-class-changed": Rule(
        _T,
        "argument-class-changed",
        "takes {after}, was {before}",
        "The same data is sent; only the types differ.",
    ),
    "argument-null-allowed": Rule(
        _C, "argument-null-refused", "may be None", "Values accepted before are still accepted.", adds=True
    ),
    "argument-null-refused": Rule(
        _B, "argument-null-allowed", "None is rejected", "None is sent as null, which the server now rejects."
    ),
    "argument-values-added": Rule(
        _C, "argument-values-removed", "also takes {after}", "Values accepted before are still accepted.", adds=True
    ),
    "argument-values-removed": Rule(
        _B, "argument-values-added", "no longer takes {before}", "Type checkers and the server reject the value."
    ),
    "argument-limit-loosened": Rule(
        _C,
        "argument-limit-tightened",
        "limit {after}, was {before}",
        "Values within the old limit are within the new one.",
        adds=True,
    ),
    "argument-limit-tightened": Rule(
        _B, "argument-limit-loosened", "limit {after}, was {before}", "Values within the old limit may be rejected."
    ),
    "argument-limit-changed": Rule(
        _B, "argument-limit-changed", "limit {after}, was {before}", "Values within the old limit may be rejected."
    ),
    "argument-default-changed": Rule(
        _C,
        "argument-default-changed",
        "default {after}, was {before}",
        "The server applies defaults; they are not sent.",
    ),
    "argument-format-changed": Rule(
        _C, "argument-format-changed", "format {after}, was {before}", "The Python type is the same."
    ),
    # -- responses: results of operations, and attributes of models
    "attribute-added": Rule(
        _C, "attribute-removed", "new attribute ({after})", "Models keep every key; now it has a type.", adds=True
    ),
    "attribute-removed": Rule(
        _B,
        "attribute-added",
        "attribute removed ({before})",
        "Type checkers reject it; it reads as None if the server does not send it.",
    ),
    "attribute-presence-changed": Rule(
        _C, "attribute-presence-changed", "was {before}, is {after}", "It may be None before and after."
    ),
    "attribute-deprecated": Rule(
        _C, "attribute-restored", "deprecated", "It reads as before; only its docstring changes."
    ),
    "attribute-restored": Rule(_C, "attribute-deprecated", "no longer deprecated", "Its docstring says so."),
    "response-added": Rule(
        _C, "response-removed", "returns {after}, was None", "Code has no use for a None.", adds=True
    ),
    "response-removed": Rule(
        _B, "response-added", "returns None, was {before}", "Code that reads the result gets None."
    ),
    "response-type-widened": Rule(
        _T,
        "response-type-narrowed",
        "may be {after}, was {before}",
        "Type checkers require a type check; decoding never raises.",
    ),
    "response-type-narrowed": Rule(
        _C, "response-type-widened", "is {after}, was {before}", "Code that checks the type still works."
    ),
    "response-type-changed": Rule(
        _B, "response-type-changed", "is {after}, was {before}", "Code that reads it gets another type."
    ),
    "response-class-changed": Rule(
        _T, "response-class-changed", "is {after}, was {before}", "Attributes are read by name; annotations differ."
    ),
    "response-maybe-none": Rule(
        _T, "response-never-none", "may be None", "Type checkers require a check for None; decoding never raises."
    ),
    "response-never-none": Rule(_C, "response-maybe-none", "never None", "Code that checks for None still works."),
    "response-values-added": Rule(
        _C, "response-values-removed", "may also be {after}", "An enum is a string at run time: any value is read."
    ),
    "response-values-removed": Rule(
        _T,
        "response-values-added",
        "is no longer {before}",
        "A comparison with it is never true, as type checkers say.",
    ),
    "response-detail-changed": Rule(
        _C, "response-detail-changed", "{after}, was {before}", "Responses are not checked for limits and formats."
    ),
    # -- classes
    "model-added": Rule(_C, "model-removed", "new class", "A new name does not hide another.", adds=True),
    "model-removed": Rule(_B, "model-added", "class removed", "It cannot be imported."),
    "model-renamed": Rule(_B, "model-renamed", "class {before} is now {after}", "The old name cannot be imported."),
    "model-kept": Rule(_T, "model-kept", "class {before} is now {after}; the old name still works", _WARNS),
    "event-added": Rule(
        _C, "event-removed", "new event", "It was a plain model before and has a class now.", adds=True
    ),
    "event-removed": Rule(_B, "event-added", "event removed", "Its class cannot be imported."),
    # -- the whole
    "api-version-changed": Rule(
        _C, "api-version-changed", "version {after}, was {before}", "Every request names the version it was made for."
    ),
    "server-changed": Rule(
        _C, "server-changed", "documented at {after}, was {before}", "The client has its own default URL: check it."
    ),
}
