"""Errors of the OAuth authorization server, in the format of RFC 6749 instead of Clerk's."""

from __future__ import annotations

from clerk_emulator.json_types import Json


class OAuthError(Exception):
    """An error of the protocol, such as `invalid_grant`. `description` is a sentence for the client's developer."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(f"{status} {error}: {description}")
        self.status = status
        self.error = error
        self.description = description

    @property
    def body(self) -> Json:
        """The response body."""
        return {"error": self.error, "error_description": self.description}

    @property
    def headers(self) -> dict[str, str]:
        """The response headers."""
        return {"WWW-Authenticate": 'Basic realm="OAuth"'} if self.error == "invalid_client" else {}


def invalid_request(description: str) -> OAuthError:
    """Return the error for a request with missing, repeated or invalid parameters."""
    return OAuthError("invalid_request", description)


def invalid_grant(description: str) -> OAuthError:
    """Return the error for a code or refresh token that gives no access."""
    return OAuthError("invalid_grant", description)


def invalid_client(description: str) -> OAuthError:
    """Return the error for a client that is unknown, or has not proved who it is."""
    return OAuthError("invalid_client", description, 401)
