"""Clerk's error codes: `error.has_code(codes.FORM_IDENTIFIER_EXISTS)`."""

from clerk_bapi.codes import *  # noqa: F403
