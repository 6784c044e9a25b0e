"""Keep secrets out of tracebacks: error reporters, such as Sentry, record the local variables of all frames."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any, TypeVar, cast

from clerk_core.errors import ClerkError

F = TypeVar("F", bound=Callable[..., Any])


def hides_locals(function: F) -> F:
    """Decorate a function that handles secrets, so that tracebacks of its `ClerkError`s do not show them.

    The tracebacks of the error and of its causes have no frames of the function and of what it calls.
    """

    @functools.wraps(function)
    def without_frames(*args: Any, **kwargs: Any) -> Any:
        handled = sys.exc_info()[1]  # the caller's; it can be the context of ours
        try:
            return function(*args, **kwargs)
        except ClerkError as error:
            failure = error
        del args, kwargs
        cause: BaseException | None = failure
        while cause is not None and cause is not handled:
            cause.__traceback__ = None
            cause = cause.__cause__ or cause.__context__
        try:
            raise failure
        finally:
            del failure  # it refers to this frame

    return cast("F", without_frames)
