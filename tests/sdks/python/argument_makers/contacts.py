"""Arguments for `email_addresses` and `phone_numbers`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from api import email, phone, post, user


def _makers(kind: str, new_value: Callable[[], str]) -> dict[str, Callable[[], Any]]:
    group = f"{kind}es" if kind.endswith("s") else f"{kind}s"

    def new() -> dict[str, Any]:
        return {"user_id": user()["id"], kind: new_value(), "verified": True}

    def one(**values: Any) -> dict[str, Any]:
        return {f"{kind}_id": post(f"/{group}", {**new(), **values})["id"]}

    def attempt() -> dict[str, Any]:
        unverified = one(verified=False)
        sent = post(f"/{group}/{unverified[f'{kind}_id']}/prepare_verification")
        return {**unverified, "verification_id": sent["id"], "code": "424242"}

    return {
        f"{group}.create": lambda: {"request": new()},
        f"{group}.get": one,
        f"{group}.update": lambda: {**one(), "primary": True},
        f"{group}.delete": one,
        f"{group}.prepare_verification": lambda: one(verified=False),
        f"{group}.attempt_verification": attempt,
        f"{group}.replace_for_user": lambda: {"user_id": user()["id"], kind: new_value()},
    }


MAKERS = _makers("email_address", email) | _makers("phone_number", phone)
