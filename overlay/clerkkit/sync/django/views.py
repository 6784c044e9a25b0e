"""The view that receives webhooks: `path("webhooks/clerk", clerk_webhook)`."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from clerkkit.sync.django.connection import get_sync
from clerkkit.sync.receivers import django_view


@csrf_exempt
@transaction.non_atomic_requests  # a failed event is recorded although its transaction is rolled back
def clerk_webhook(request: HttpRequest) -> HttpResponse:
    """Verify a webhook, apply its event, and respond with 2xx once it is committed."""
    return django_view(get_sync())(request)
