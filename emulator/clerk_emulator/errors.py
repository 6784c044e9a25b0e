"""Errors of Clerk's API: the exception that handlers raise, and a constructor for each common error."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from clerk_emulator.json_types import Json


class ClerkAPIError(Exception):
    """An error response of the API. Raising it from a handler rolls back the handler's writes.

    `message` is a lower-case fragment, `long_message` a sentence; `meta` holds further keys, such as `param_name`.
    """

    def __init__(self, status: int, code: str, message: str, long_message: str | None = None, **meta: Any) -> None:
        super().__init__(f"{status} {code}: {long_message or message}")
        self.status = status
        sentence = long_message or f"{message[:1].upper()}{message[1:]}."
        self.errors: list[Json] = [{"message": message, "long_message": sentence, "code": code, "meta": meta}]
        self.headers: dict[str, str] = {}
        self.cookies: tuple[str, ...] = ()
        """Values of `Set-Cookie` headers of the response."""
        self.keeps_writes = False
        """Whether the handler's writes are kept nevertheless, such as a counted attempt."""
        self.response_meta: Json = {}
        """What the body has in `meta`, beside the errors."""

    def body(self, trace_id: str) -> Json:
        """Return the response body."""
        meta = {"meta": self.response_meta} if self.response_meta else {}
        return {"errors": self.errors, **meta, "clerk_trace_id": trace_id}


def keep_writes(error: ClerkAPIError) -> ClerkAPIError:
    """Return an error that a handler can raise without losing its writes, such as the count of failed attempts."""
    error.keeps_writes = True
    return error


def combine(errors: Iterable[ClerkAPIError]) -> ClerkAPIError:
    """Return one error that lists the entries of several. It has the status of the first."""
    first, *rest = errors
    for other in rest:
        first.errors += other.errors
    return first


# Parameters


def missing(name: str) -> ClerkAPIError:
    """Return the error for a required parameter that was not sent."""
    return ClerkAPIError(422, "form_param_missing", "is missing", f"{name} must be included.", param_name=name)


def missing_one_of(*names: str) -> ClerkAPIError:
    """Return the error for a request that has none of several parameters, of which one is required."""
    choices = " or ".join(names)
    return ClerkAPIError(
        422, "form_param_missing", "is missing", f"{choices} must be included.", param_names=list(names)
    )


def missing_file() -> ClerkAPIError:
    """Return the error for a form without its file."""
    error = missing("file")
    error.status = 400
    return error


def unknown(name: str) -> ClerkAPIError:
    """Return the error for a parameter that the operation does not have."""
    return ClerkAPIError(
        422, "form_param_unknown", "is unknown", f"{name} is not a parameter of this request.", param_name=name
    )


def null(name: str) -> ClerkAPIError:
    """Return the error for a parameter that is null or blank."""
    return ClerkAPIError(422, "form_param_nil", "cannot be blank", f"{name} cannot be null or blank.", param_name=name)


def wrong_type(name: str, expected: str) -> ClerkAPIError:
    """Return the error for a value of the wrong type."""
    return ClerkAPIError(
        422, "form_param_type_invalid", "has the wrong type", f"{name} must be {expected}.", param_name=name
    )


def invalid(name: str, reason: str) -> ClerkAPIError:
    """Return the error for a value that is not allowed. `reason` completes the sentence: "must be ..."."""
    return ClerkAPIError(422, "form_param_value_invalid", "is invalid", f"{name} {reason}.", param_name=name)


def malformed(name: str, expected: str) -> ClerkAPIError:
    """Return the error for a value that is not in the `expected` format, such as "an email address"."""
    return ClerkAPIError(422, "form_param_format_invalid", "is invalid", f"{name} must be {expected}.", param_name=name)


def duplicate(name: str) -> ClerkAPIError:
    """Return the error for a list with duplicate values."""
    return ClerkAPIError(
        422, "form_param_duplicate", "has duplicates", f"{name} must not have duplicate values.", param_name=name
    )


def identifier_exists(name: str) -> ClerkAPIError:
    """Return the error for an identifier that another user has."""
    return ClerkAPIError(
        422, "form_identifier_exists", "is taken", f"That {name} is taken. Please try another.", param_name=name
    )


def already_exists(name: str) -> ClerkAPIError:
    """Return the error for a value that must be unique and that another resource has."""
    return ClerkAPIError(422, "form_already_exists", "already exists", f"This {name} already exists.", param_name=name)


# Resources


def not_found(resource: str, resource_id: str, code: str = "resource_not_found", status: int = 404) -> ClerkAPIError:
    """Return the error for an id that no resource has; `resource` is the name of the type."""
    return ClerkAPIError(status, code, "not found", f"No {resource} was found with id {resource_id}.")


def referenced_not_found(name: str, value: str) -> ClerkAPIError:
    """Return the error for a body whose parameter `name` refers to a resource that does not exist."""
    return ClerkAPIError(
        422, "form_resource_not_found", "not found", f"No resource was found for {value}.", param_name=name
    )


def not_in_plan(feature: str, name: str) -> ClerkAPIError:
    """Return the error for a feature that the plan of the instance does not include. `name` completes the sentence."""
    message = f"The plan of this instance does not include {name}."
    return ClerkAPIError(
        402, "unsupported_subscription_plan_features", "not in the plan", message, unsupported_features=[feature]
    )


# Bodies


def unsupported_content_type(expected: str) -> ClerkAPIError:
    """Return the error for a body whose Content-Type is not `expected`."""
    return ClerkAPIError(415, "unsupported_content_type", "is not supported", f"The Content-Type must be {expected}.")


def body_too_large(limit: int) -> ClerkAPIError:
    """Return the error for a body of more than `limit` bytes."""
    return ClerkAPIError(
        413, "request_body_too_large", "is too large", f"The body must not have more than {limit} bytes."
    )


def unreadable_body(reason: str) -> ClerkAPIError:
    """Return the error for a body that cannot be parsed."""
    return ClerkAPIError(400, "request_body_invalid", "is invalid", f"The body cannot be read: {reason}.")


# Limits


def too_many_requests(seconds: int) -> ClerkAPIError:
    """Return the 429 that asks the client to wait for `seconds`."""
    error = ClerkAPIError(
        429,
        "too_many_requests",
        "too many requests",
        f"Too many requests. Try again in {seconds} s.",
        resets_in=seconds,
    )
    error.headers["Retry-After"] = str(seconds)
    return error
