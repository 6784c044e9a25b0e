"""Redirect URLs."""

from __future__ import annotations

from urllib.parse import urlsplit

from clerk_emulator import errors
from clerk_emulator.call import Call, Response
from clerk_emulator.domain import formats
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.operations.listing import list_resources
from clerk_emulator.operations.registry import operation
from clerk_emulator.storage.rows import deleted_object, public_fields
from clerk_emulator.storage.tables import REDIRECT_URLS

_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


@operation("CreateRedirectURL")
def create_redirect_url(call: Call) -> Json:
    url = formats.url("url", call.body["url"], schemes=())
    # Clerk requires https or a custom scheme. Allowing http for this machine is our choice.
    parts = urlsplit(url)
    if parts.scheme == "http" and parts.hostname not in _THIS_MACHINE:
        message = "url must begin with https:// or a custom scheme."
        raise ClerkAPIError(422, "insecure_url", "is insecure", message, param_name="url")
    if call.store.find(REDIRECT_URLS, REDIRECT_URLS.c.url == url):
        raise errors.already_exists("url")
    return public_fields(call.store.create(REDIRECT_URLS, {"url": url}))


@operation("ListRedirectURLs")
def list_redirect_urls(call: Call) -> Response:
    return list_resources(call, REDIRECT_URLS)


@operation("GetRedirectURL")
def get_redirect_url(call: Call) -> Json:
    return public_fields(call.path_resource(REDIRECT_URLS, "id"))


@operation("DeleteRedirectURL")
def delete_redirect_url(call: Call) -> Json:
    row = call.path_resource(REDIRECT_URLS, "id")
    call.store.delete(REDIRECT_URLS, REDIRECT_URLS.c.id == row["id"])
    return deleted_object(row)
