"""Checks of the arguments of `Sync` and `AsyncSync`."""

from __future__ import annotations

from collections.abc import Iterable

from clerk_core import InvalidArgument
from clerk_core.checks import check_whole_number
from clerk_core.guards import is_number
from clerkkit.rate_limit import RateLimiter, check_rate_limit
from clerkkit.sync.flows.changes import check_kinds
from clerkkit.sync.flows.reads import LARGEST_PAGE
from clerkkit.sync.schema.kinds import WHOLE_KINDS
from clerkkit.sync.schema.values import is_id


def require_client(has_client: bool, method: str) -> None:
    """Check that the copy can read from Clerk.

    Raises:
        InvalidArgument: it has no client.
    """
    if not has_client:
        raise InvalidArgument("clerk", f"{method} reads from Clerk: pass a client, as in Sync(engine, clerk)")


def choose_kinds(kinds: Iterable[str] | None) -> list[str]:
    """Return the kinds to read, in the order in which they are copied; all for None.

    Raises:
        InvalidArgument: one of them does not exist, or there are none.
    """
    chosen = [*WHOLE_KINDS] if kinds is None else check_kinds("kinds", kinds)
    if not chosen:
        raise InvalidArgument("kinds", "expected at least one kind, got none")
    return chosen


def check_page_size(value: object) -> int:
    """Return the number of rows for each request.

    Raises:
        InvalidArgument: Clerk has no pages of this size.
    """
    size = check_whole_number("page_size", value, 1)
    if size > LARGEST_PAGE:
        raise InvalidArgument("page_size", f"expected at most {LARGEST_PAGE}, got {size}")
    return size


def check_limit(value: object) -> int:
    """Return the number of changes to deliver.

    Raises:
        InvalidArgument: it is not a positive whole number.
    """
    return check_whole_number("limit", value, 1)


def check_id(argument: str, value: object) -> str:
    """Return an id.

    Raises:
        InvalidArgument: it is not one.
    """
    if not is_id(value):
        raise InvalidArgument(argument, f"expected an id such as user_..., got {value!r}"[:200])
    return str(value)


def check_share(value: object) -> float:
    """Return a share of rows.

    Raises:
        InvalidArgument: it is not a number from 0 to 1.
    """
    if not is_number(value) or not 0 <= value <= 1:
        raise InvalidArgument("max_deletions", f"expected a share from 0 to 1, got {value!r}")
    return float(value)


def check_days(value: object) -> float:
    """Return a number of days.

    Raises:
        InvalidArgument: it is not a number, or negative.
    """
    if not is_number(value) or not 0 <= value < float("inf"):
        raise InvalidArgument("days", f"expected a number of days, 0 or more, got {value!r}")
    return float(value)


def require_one(**given: str | None) -> None:
    """Check that one of several arguments was given.

    Raises:
        InvalidArgument: none was.
    """
    if not any(given.values()):
        name, *others = given
        raise InvalidArgument(name, f"expected a value, or one for {', '.join(others)}")


def create_limiter(rate_limit: object) -> RateLimiter | None:
    """Return a limiter for the requests of one run.

    Raises:
        InvalidArgument: the limit is malformed.
    """
    return None if rate_limit is None else RateLimiter(check_rate_limit(rate_limit))


def no_progress(_: object) -> None:
    """A progress callback that does nothing."""
