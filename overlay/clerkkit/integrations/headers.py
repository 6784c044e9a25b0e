"""The headers of a response to an authenticated request, for applications without one of the integrations."""

from clerkkit.integrations.shared.response_headers import response_headers

__all__ = ["response_headers"]
