"""`clerk.webhooks.verify`, of both clients."""

from __future__ import annotations

from collections.abc import Callable, Collection

from clerk_bapi.events import WebhookEvent
from clerkkit.webhooks.headers import Headers
from clerkkit.webhooks.verify import TOLERANCE, verify_webhook


class WebhookVerifier:
    """Mixed into the resource `webhooks`, whose operations administer Clerk's deliveries."""

    _clock: Callable[[], float]

    def verify(
        self,
        body: bytes | bytearray,
        headers: Headers,
        secret: str | Collection[str] | None = None,
        *,
        tolerance: float = TOLERANCE,
    ) -> WebhookEvent:
        """Verify a webhook at the time of the client's `clock`, and return its event.

        It is not awaited on `AsyncClerk` either: nothing is sent. `clerkkit.webhooks.verify_webhook` needs no client.

        Args:
            body: The request's body as it came, before anything has parsed it.
            headers: The request's headers, in any of the forms that frameworks give them.
            secret: The endpoint's signing secret, `whsec_...`, or several while it is rotated. Default: the
                environment's `CLERK_WEBHOOK_SIGNING_SECRET`.
            tolerance: Seconds by which the message may be older or newer than now; `math.inf` for any.

        Raises:
            WebhookVerificationError: the request is not accepted; its `reason` tells why.
        """
        return verify_webhook(body, headers, secret, tolerance=tolerance, now=self._clock())
