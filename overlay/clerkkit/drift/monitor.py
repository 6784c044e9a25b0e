"""Compare each response with the contract before it is decoded, for clients that ask for it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from clerk_core import InvalidArgument, Request, Response
from clerkkit.drift.drift import Drift, DriftDetected


class DriftMonitor:
    """Reports the drifts of each response."""

    def __init__(self, on_drift: Callable[[list[Drift]], object] | None, *, strict: bool) -> None:
        """Create the monitor of a client.

        Raises:
            InvalidArgument: `on_drift` is not a plain function, `strict` is not a bool, or the contract is missing.
        """
        _check_options(on_drift, strict)
        from clerkkit.drift.contract import load_contract

        try:  # now, rather than after the first request has changed something
            self._contract = load_contract()
        except FileNotFoundError as error:
            raise InvalidArgument(
                "strict" if on_drift is None else "on_drift",
                "needs response_schemas.json of clerk_bapi, which is missing: package the program with this file",
            ) from error
        self._on_drift = on_drift
        self._strict = strict

    def report(self, request: Request[Any], response: Response) -> list[Drift]:
        """Return the drifts of a response, after passing them to the callback.

        Raises:
            DriftDetected: a successful response has drifts, and the client is strict.
            Exception: the callback raised it.
        """
        drifts = self._contract.find_drifts(request.operation, response)
        if drifts and self._on_drift is not None:
            self._on_drift(drifts)
        if drifts and self._strict and 200 <= response.status_code <= 299:
            raise DriftDetected(drifts)
        return drifts


def _check_options(on_drift: object, strict: object) -> None:
    if not isinstance(strict, bool):
        raise InvalidArgument("strict", f"expected True or False, got {type(strict).__name__}")
    if on_drift is not None and (not callable(on_drift) or inspect.iscoroutinefunction(on_drift)):
        found = "an async one" if callable(on_drift) else type(on_drift).__name__
        raise InvalidArgument("on_drift", f"expected a plain function that takes a list of drifts, got {found}")
