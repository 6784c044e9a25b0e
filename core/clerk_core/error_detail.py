"""What Clerk says is wrong: an entry of `ApiError.errors`, and of models that tell of an error."""

from __future__ import annotations

from typing import Any

from clerk_core.model import Model, renamed


class ErrorDetail(Model):
    """One error: its code, what it says, and the parameter that it is about."""

    code: str
    long_message: str
    message: str
    meta: dict[str, Any] = renamed("meta", default=None)

    @property
    def param_name(self) -> str | None:
        """The parameter that the error is about, `meta["param_name"]`; None if the server names none."""
        name = self.meta.get("param_name")
        return name if isinstance(name, str) and name else None
