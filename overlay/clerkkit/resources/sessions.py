"""Sessions, under the names of Clerk Ex, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clerk_bapi.resources.sessions import SessionsResource
from clerkkit.aliases import aliases


class Sessions(SessionsResource):
    """The operations of `sessions`, and what makes them handy."""

    # The names of Clerk Ex.
    if TYPE_CHECKING:
        get_id = SessionsResource.get
        create_from_jwt_template = SessionsResource.create_token_from_template
    else:
        __getattr__ = aliases(get_id="get", create_from_jwt_template="create_token_from_template")
