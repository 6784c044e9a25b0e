"""The pages of the project."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest, JsonResponse
from django.urls import path

from clerkkit.sync.django.views import clerk_webhook


def me(request: HttpRequest) -> JsonResponse:
    """Tell who the user is."""
    user = request.user
    return JsonResponse({"clerk_id": getattr(user, "clerk_id", None), "email": getattr(user, "email", None)})


async def async_me(request: HttpRequest) -> JsonResponse:
    """Tell who the user is, in an async view."""
    user = await request.auser()
    return JsonResponse({"clerk_id": getattr(user, "clerk_id", None)})


urlpatterns = [
    path("webhooks/clerk", clerk_webhook),
    path("me", me),
    path("async-me", async_me),
    path("admin/", admin.site.urls),
]
