"""JWT templates, under the names of Clerk Ex, too."""

from __future__ import annotations

from clerk_bapi.resources.jwt_templates import JwtTemplatesResource


class JwtTemplates(JwtTemplatesResource):
    """The operations of `jwt_templates`, and what makes them handy."""

    # The names of Clerk Ex.
    get_id = JwtTemplatesResource.get
    delete_id = JwtTemplatesResource.delete
