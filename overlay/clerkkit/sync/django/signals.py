"""The signal that changes of the copy send."""

from __future__ import annotations

from django.dispatch import Signal

clerk_changed = Signal()
"""Sent in the transaction of a change, with the model as `sender`, and a `Change` as `change`.

A receiver that raises undoes the change. Use `transaction.on_commit` for what should happen afterwards.
"""
