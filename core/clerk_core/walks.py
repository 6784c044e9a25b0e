"""Which walks over pages are open on a client, so that they learn what the same client deletes meanwhile."""

from __future__ import annotations

import threading
import weakref
from typing import Protocol


class Walk(Protocol):
    """What a walk is told."""

    def deleted(self, path: str) -> None:
        """A resource at this path was deleted, or the server was asked to."""


class OpenWalks:
    """The walks of one client and its views. A walk that nobody holds any more is forgotten."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._walks: list[weakref.ref[Walk]] = []

    def add(self, walk: Walk) -> None:
        """Tell a walk of deletions from now on."""
        with self._lock:  # the list is replaced, so that `deleted` needs no lock
            self._walks = [*(known for known in self._walks if known() is not None), weakref.ref(walk)]

    def deleted(self, path: str) -> None:
        """Tell all walks that the server answered a DELETE."""
        for known in self._walks:
            walk = known()
            if walk is not None:
                walk.deleted(path)
