"""Redirect URLs."""

from __future__ import annotations

from urllib.parse import urlsplit

from clerk_emulator import errors
from clerk_emulator.domain import value_rules
from clerk_emulator.errors import Json, Refusal
from clerk_emulator.request.call import Answer, Call, deleted, operation, shown
from clerk_emulator.request.listing import listing
from clerk_emulator.storage.store import Kind

REDIRECT_URLS = Kind("redirect_url", "ru", {"url": str}, unique=("url",))

_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


@operation("CreateRedirectURL")
def create_redirect_url(call: Call) -> Json:
    url = value_rules.url("url", call.body["url"], schemes=())
    # Clerk asks for https or a scheme of one's own. That http will do for this machine is our choice.
    parts = urlsplit(url)
    if parts.scheme == "http" and parts.hostname not in _THIS_MACHINE:
        message = "url must begin with https:// or a scheme of your own."
        raise Refusal(422, "insecure_url", "is insecure", message, param_name="url")
    if call.store.find(REDIRECT_URLS, REDIRECT_URLS.c.url == url):
        raise errors.exists("url")
    return shown(call.store.create(REDIRECT_URLS, {"url": url}))


@operation("ListRedirectURLs")
def list_redirect_urls(call: Call) -> Answer:
    return listing(call, REDIRECT_URLS)


@operation("GetRedirectURL")
def get_redirect_url(call: Call) -> Json:
    return shown(call.named(REDIRECT_URLS, "id"))


@operation("DeleteRedirectURL")
def delete_redirect_url(call: Call) -> Json:
    row = call.named(REDIRECT_URLS, "id")
    call.store.delete(REDIRECT_URLS, REDIRECT_URLS.c.id == row["id"])
    return deleted(row)
