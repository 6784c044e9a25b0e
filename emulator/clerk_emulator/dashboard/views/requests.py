"""Recorded requests to the API."""

from __future__ import annotations

from clerk_emulator.dashboard.paging import PAGE_SIZE, Page, link, number
from clerk_emulator.dashboard.routes import NotFound, PageCall, Redirect, View, action, page, view
from clerk_emulator.request.request_ledger import RecordedRequest


@page("/requests")
def list_requests(call: PageCall) -> View:
    """List the recorded requests, the newest first."""
    text, status = call.query.get("q", "").strip(), call.query.get("status", "")
    found = [one for one in reversed(list(call.controls.requests)) if _matches(one, text.lower()) and _has(one, status)]
    return view(
        "dashboard/requests.html", current="requests", requests=_page(found, call.query), text=text, status=status
    )


@page("/requests/{number}")
def show_request(call: PageCall) -> View:
    """Show a request with its query and its body."""
    sent = call.path["number"]
    for one in call.controls.requests:
        if str(one.number) == sent:
            return view("dashboard/request.html", current="requests", request=one)
    raise NotFound(f"Request {sent} is not recorded. The last thousand requests are.")


@action("/requests/clear", list_requests)
def clear_requests(call: PageCall) -> Redirect:
    """Remove the recorded requests."""
    call.controls.requests.clear()
    return Redirect("/dashboard/requests", "requests-cleared")


def _matches(request: RecordedRequest, text: str) -> bool:
    return text in f"{request.method} {request.path} {request.operation or ''}".lower()


def _has(request: RecordedRequest, status: str) -> bool:
    """Return whether the response has a status such as `404`, or one of a class such as `4`."""
    return str(request.status or "none").startswith(status)


def _page(found: list[RecordedRequest], query: dict[str, str]) -> Page[RecordedRequest]:
    """Return the page of requests that a query selects with `before` or `after`, which are their numbers."""
    older_than, newer_than = number(query.get("after")), number(query.get("before"))
    start = 0
    if older_than is not None:
        start = sum(one.number >= older_than for one in found)
    elif newer_than is not None:
        start = max(0, sum(one.number > newer_than for one in found) - PAGE_SIZE)
    items = found[start : start + PAGE_SIZE]
    return Page(
        items,
        link(query, before=str(items[0].number)) if items and start else None,
        link(query, after=str(items[-1].number)) if items and start + PAGE_SIZE < len(found) else None,
    )
