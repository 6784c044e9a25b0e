"""Sessions, under the names of Clerk Ex, too."""

from __future__ import annotations

from clerk_bapi.resources.sessions import SessionsResource


class Sessions(SessionsResource):
    """The operations of `sessions`, and what makes them handy."""

    # The names of Clerk Ex.
    get_id = SessionsResource.get
    create_from_jwt_template = SessionsResource.create_token_from_template
