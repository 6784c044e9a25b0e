"""Clerk's errors: what a handler raises, and the shape in which it goes out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeGuard

Json = dict[str, Any]


def is_object(value: Any) -> TypeGuard[Json]:
    """Whether a JSON value is an object."""
    return isinstance(value, dict)


def is_list(value: Any) -> TypeGuard[list[Any]]:
    """Whether a JSON value is a list."""
    return isinstance(value, list)


class Refusal(Exception):
    """A request that is refused. A handler raises it; what the handler has written is undone.

    `message` is a lower-case fragment, `long_message` a sentence; `meta` what Clerk adds, such as `param_name`.
    """

    def __init__(self, status: int, code: str, message: str, long_message: str | None = None, **meta: Any) -> None:
        super().__init__(f"{status} {code}: {long_message or message}")
        self.status = status
        sentence = long_message or f"{message[:1].upper()}{message[1:]}."
        self.errors: list[Json] = [{"message": message, "long_message": sentence, "code": code, "meta": meta}]
        self.headers: dict[str, str] = {}

    def body(self, trace_id: str) -> Json:
        """The body of the answer."""
        return {"errors": self.errors, "clerk_trace_id": trace_id}


def together(refusals: Iterable[Refusal]) -> Refusal:
    """Several refusals as one, with the status of the first."""
    first, *rest = refusals
    for other in rest:
        first.errors += other.errors
    return first


def missing(name: str) -> Refusal:
    """A required parameter was not given."""
    return Refusal(422, "form_param_missing", "is missing", f"{name} must be included.", param_name=name)


def missing_one_of(*names: str) -> Refusal:
    """Of several parameters one is needed, and none was given."""
    said = " or ".join(names)
    return Refusal(422, "form_param_missing", "is missing", f"{said} must be included.", param_names=list(names))


def unknown(name: str) -> Refusal:
    """A parameter that the operation does not know."""
    return Refusal(
        422, "form_param_unknown", "is unknown", f"{name} is not a parameter of this request.", param_name=name
    )


def null(name: str) -> Refusal:
    """A parameter is null or blank where it must not be."""
    return Refusal(422, "form_param_nil", "cannot be blank", f"{name} cannot be null or blank.", param_name=name)


def wrong_type(name: str, wanted: str) -> Refusal:
    """A parameter has another type than the contract says."""
    return Refusal(422, "form_param_type_invalid", "has the wrong type", f"{name} must be {wanted}.", param_name=name)


def invalid(name: str, why: str) -> Refusal:
    """A value outside of what is allowed; `why` goes on after the name: "must be ..."."""
    return Refusal(422, "form_param_value_invalid", "is invalid", f"{name} {why}.", param_name=name)


def malformed(name: str, what: str) -> Refusal:
    """A value that is not written as it should be, such as an email address."""
    return Refusal(422, "form_param_format_invalid", "is invalid", f"{name} must be {what}.", param_name=name)


def duplicate(name: str) -> Refusal:
    """A list holds a value twice."""
    return Refusal(
        422, "form_param_duplicate", "has duplicates", f"{name} must not hold a value twice.", param_name=name
    )


def taken(name: str) -> Refusal:
    """Another user has this identifier."""
    return Refusal(
        422, "form_identifier_exists", "is taken", f"That {name} is taken. Please try another.", param_name=name
    )


def exists(name: str) -> Refusal:
    """Another resource has this value, which must be unique."""
    return Refusal(422, "form_already_exists", "already exists", f"This {name} already exists.", param_name=name)


def not_found(what: str, resource_id: str, code: str = "resource_not_found", status: int = 404) -> Refusal:
    """There is no such resource; `what` names the kind."""
    return Refusal(status, code, "not found", f"No {what} was found with id {resource_id}.")


def body_refers_to_nothing(name: str, value: str) -> Refusal:
    """The body names a resource that does not exist."""
    return Refusal(422, "form_resource_not_found", "not found", f"No resource was found for {value}.", param_name=name)
