"""`ErrorDetail`, the model of one error in a response."""

from __future__ import annotations

from typing import Any

from clerk_core.models.model import Model, renamed


class ErrorDetail(Model):
    """One error: its code, its messages, and the parameter that caused it."""

    code: str
    long_message: str
    message: str
    meta: dict[str, Any] = renamed("meta", default=None)

    @property
    def param_name(self) -> str | None:
        """The parameter that caused the error, `meta["param_name"]`; None if the server names none."""
        name = self.meta.get("param_name")
        return name if isinstance(name, str) and name else None
