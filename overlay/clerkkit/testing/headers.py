"""The headers of signed-in requests."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Protocol

from clerk_core import InvalidArgument
from clerkkit.testing.tokens import FakeInstance, instance

DEFAULT_ORIGIN = "http://localhost:3000"
"""The origin of the page that the user signs in on."""


class Resource(Protocol):
    """A resource of the API, such as a `User`."""

    @property
    def id(self) -> Any:
        """The id of the resource."""


def auth_headers(
    user: str | Resource = "user_test",
    organization: str | Resource | None = None,
    *,
    role: str = "org:member",
    permissions: Collection[str] = (),
    origin: str = DEFAULT_ORIGIN,
    signer: FakeInstance | None = None,
    **arguments: Any,
) -> dict[str, str]:
    """Return the headers of a request that a signed-in user sends.

    The application must trust the key of `signer`, as the page "Testing" of the docs shows. The fixture `auth_headers`
    does the same for users of the emulator.

    Args:
        user: The user, or its id.
        organization: The active organization, or its id.
        role: The user's role in the organization.
        permissions: The user's permissions in the organization, such as `org:boards:edit`.
        origin: The claim `azp`, which must be one of the application's `authorized_parties`.
        signer: The instance that signs the token. Default: `instance()`.
        **arguments: Further arguments of `FakeInstance.session_token`, such as `features` and `now`.

    Raises:
        InvalidArgument: an argument is invalid.
    """
    token = (signer or instance()).session_token(
        resource_id("user", user),
        org_id=None if organization is None else resource_id("organization", organization),
        org_role=role,
        org_permissions=permissions,
        claims={"azp": origin, **arguments.pop("claims", {})},
        **arguments,
    )
    return bearer(token)


def bearer(token: str) -> dict[str, str]:
    """Return the header that carries a token."""
    return {"Authorization": f"Bearer {token}"}


def resource_id(argument: str, resource: str | Resource) -> str:
    """Return the id of a resource, or the given id.

    Raises:
        InvalidArgument: it is neither.
    """
    found = resource if isinstance(resource, str) else getattr(resource, "id", None)
    if not isinstance(found, str) or not found:
        raise InvalidArgument(argument, f"expected an id or an object with one, got {type(resource).__name__}")
    return found
