"""`clerk.webhooks.verify`, for both clients."""

from __future__ import annotations

from collections.abc import Callable, Collection

from clerk_bapi.events import WebhookEvent
from clerk_core.tracebacks import hides_locals
from clerkkit.webhooks.headers import Headers
from clerkkit.webhooks.verify import TOLERANCE, verify_webhook


class WebhookVerifier:
    """Mixed into the resource `webhooks`, whose other methods manage Clerk's deliveries."""

    _clock: Callable[[], float]

    @hides_locals
    def verify(
        self,
        body: bytes | bytearray,
        headers: Headers,
        secret: str | Collection[str] | None = None,
        *,
        tolerance: float = TOLERANCE,
    ) -> WebhookEvent:
        """Verify a webhook by the client's `clock`, and return its event.

        Do not await it on `AsyncClerk`: it sends nothing. `clerkkit.webhooks.verify_webhook` works without a client.

        Args:
            body: The raw body of the request, before it is parsed.
            headers: The headers of the request, in the form of any framework.
            secret: The endpoint's signing secret, `whsec_...`, or several during a rotation. Default: the environment's
                `CLERK_WEBHOOK_SIGNING_SECRET`.
            tolerance: Seconds by which the timestamp may differ from the current time; `math.inf` for any time.

        Raises:
            WebhookVerificationError: the request is not accepted; see its `reason`.
        """
        return verify_webhook(body, headers, secret, tolerance=tolerance, now=self._clock())
