"""Routes for the recorded requests."""

from __future__ import annotations

from clerk_emulator.control.routes import ControlCall, route
from clerk_emulator.control.schemas import MILLISECONDS, integer, list_of, nullable, number, result, text
from clerk_emulator.json_types import Json

_REQUEST = result(
    number=integer("1 for the first request since the start or the last reset."),
    time=MILLISECONDS,
    method=text(),
    path=text("The path as sent, without the query."),
    query=list_of(list_of({"type": "string"}), "The names and values in the query. Secrets are `***`."),
    body={"description": "The JSON body, or null. Secrets are `***`."},
    operation=nullable(text("The id of the operation; null if the API has no such operation.")),
    status=nullable(integer("The status of the response; null if a fault closed the connection.")),
    error_codes=list_of(text(), "The codes in an error response."),
    duration=number("How long it took, in real milliseconds."),
)


@route(
    "GET",
    "/requests",
    python="requests.find",
    query={
        "operation": text("Only requests to the operation with this id."),
        "method": text("Only requests with this method."),
        "path": text("Only requests to this path, as sent."),
        "status": integer("Only requests whose response had this status."),
        "after": integer("Only requests after the one with this number.", minimum=0),
    },
    result=result(requests=list_of(_REQUEST)),
)
def list_requests(call: ControlCall) -> Json:
    """Return the last thousand requests to the API, the oldest first, with secrets masked."""
    return {"requests": [request.to_json() for request in call.controls.requests.find(**call.query)]}


@route("DELETE", "/requests", python="requests.clear")
def clear_requests(call: ControlCall) -> None:
    """Remove the recorded requests. Their numbers are not used again."""
    call.controls.requests.clear()
