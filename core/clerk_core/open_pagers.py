"""The pagers in use on a client, which must be notified when the same client deletes a resource."""

from __future__ import annotations

import threading
import weakref
from typing import Protocol


class DeletionListener(Protocol):
    """A pager, which adjusts its position after deletions."""

    def deleted(self, path: str) -> None:
        """Handle a response to a DELETE request for this path."""


class OpenPagers:
    """The pagers of one client and the clients derived from it, by weak references."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pagers: list[weakref.ref[DeletionListener]] = []

    def add(self, pager: DeletionListener) -> None:
        """Notify a pager of deletions from now on."""
        with self._lock:  # the list is replaced, so that `deleted` needs no lock
            self._pagers = [*(known for known in self._pagers if known() is not None), weakref.ref(pager)]

    def deleted(self, path: str) -> None:
        """Notify all pagers of a response to a DELETE request."""
        for known in self._pagers:
            pager = known()
            if pager is not None:
                pager.deleted(path)
