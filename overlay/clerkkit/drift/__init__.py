"""Drift: differences between a response and the contract. Loads nothing else until a client asks for reports."""

from clerkkit.drift.drift import Drift, DriftDetected, DriftKind

__all__ = ["Drift", "DriftDetected", "DriftKind"]


def __dir__() -> list[str]:
    return __all__
