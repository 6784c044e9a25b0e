"""Drift: where a response departs from the contract. Reported or raised on request; off, nothing else is loaded."""

from clerkkit.drift.kinds import Drift, DriftDetected, Kind

__all__ = ["Drift", "DriftDetected", "Kind"]


def __dir__() -> list[str]:
    return __all__
