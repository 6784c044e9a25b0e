"""The emulator as an ASGI application."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route, request_response
from starlette.types import Receive, Scope, Send

from clerk_emulator.contract import specification
from clerk_emulator.contract.specification import Operation
from clerk_emulator.domain.images import DEFAULT_IMAGE
from clerk_emulator.errors import Json, Refusal, is_list, is_object, missing, unknown
from clerk_emulator.request import authentication, validation, versions
from clerk_emulator.request.call import HANDLERS, Answer, Call, Upload
from clerk_emulator.request.faults import HEADER, Fault
from clerk_emulator.state import State

PREFIX = "/v1"
_FORM_FIELDS = 20


def create_app(state: State) -> Starlette:
    """An application that answers Clerk's Backend API, with and without `/v1`, images and public keys from `state`."""
    service = _Service(state)
    application = Starlette(
        routes=[
            Route("/.well-known/jwks.json", service.public_keys),
            Route("/images/{image_id}", service.image),
        ]
    )
    # Not a route, which would leave some to Starlette's own answers: other methods, and paths with a line break.
    application.router.default = request_response(service.api)
    return application


CONNECTIONS: dict[tuple[str, int], asyncio.BaseTransport] = {}
"""The open connections by the client's address, as far as the server tells them: what a cut needs."""


class _Cut(Response):
    """No answer: the connection is broken off."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - nothing is sent
        transport = CONNECTIONS.get(tuple(scope["client"]))
        assert isinstance(transport, asyncio.Transport), "only a server that tells its connections can cut them"
        transport.abort()
        while (await receive())["type"] != "http.disconnect":
            pass


class _Service:
    def __init__(self, state: State) -> None:
        self._state = state

    async def public_keys(self, _request: Request) -> Response:
        return _json(200, {"keys": [self._state.keys.public_jwk]})

    async def image(self, request: Request) -> Response:
        with self._state.store.transaction():
            found = self._state.store.image(request.path_params["image_id"])
        media_type, content = found or DEFAULT_IMAGE
        # What users have uploaded is shown, never run.
        return Response(content, media_type=media_type, headers={"X-Content-Type-Options": "nosniff"})

    async def api(self, request: Request) -> Response:
        """One request to the API, whatever it is, and an answer in Clerk's shape, whatever happens."""
        raw_path: bytes = request.scope.get("raw_path") or request.url.path.encode()
        path = raw_path.partition(b"?")[0].decode("latin-1")
        # Clerk's SDKs send some operations below /v1 and others, such as POST /api_keys/verify, without it.
        found, values = specification.route(path.removeprefix(PREFIX) if path.startswith(PREFIX + "/") else path)
        operation = found.get(request.method)
        if operation is None:
            return self._refused(None, _no_such(request.method, path, found))
        fault: Fault | None = None
        try:
            _one_length(request)
            fault = self._state.faults.take(operation.id, request.headers.get(HEADER))
            if fault and fault.delay:
                await asyncio.sleep(fault.delay / 1000)
            if refusal := fault and fault.refusal():
                return self._refused(operation, refusal)
            answer = await self._answer(request, operation, values)
        except Refusal as refusal:
            return self._refused(operation, refusal)
        except ClientDisconnect:
            return Response()  # to nobody
        except Exception as error:  # a caller never sees a traceback
            self._state.broke(f"{operation.id} ({request.method} {path})", error)
            return self._refused(operation, Refusal(500, "internal_clerk_error", "internal error"))
        self._state.seen(operation, answer.status, answer.body)
        if fault and fault.act == "cut":
            return _Cut()
        if fault and fault.act == "html":
            return Response("<html><h1>Bad Gateway</h1></html>", fault.status or 502, media_type="text/html")
        if answer.content is not None:
            return Response(answer.content, answer.status, answer.headers)
        if answer.body is None:
            return Response(None, answer.status, answer.headers)
        return _json(answer.status, fault.changed(answer.body) if fault else answer.body, answer.headers)

    async def _answer(self, request: Request, operation: Operation, values: list[str]) -> Answer:
        """Raises Refusal where the request is not as it should be, and what the handler raises."""
        state = self._state
        query = parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)
        caller = authentication.caller(operation, _single(request, "authorization"), state.keys, state.store)
        version = versions.asked(request.headers, query)
        state.limits.count(operation, values)
        registered = HANDLERS.get(operation.id)
        if registered is None:
            raise _not_emulated(operation)
        typed = validation.query_values(operation, query)
        body, files = await _body(request, operation, versions.removed_parameters(operation.id, version))
        call = Call(
            operation=operation,
            path=dict(zip(specification.parameter_names(operation), values, strict=True)),
            query=typed,
            body=body if is_object(body) else {},
            items=body if is_list(body) else [],
            files=files,
            caller=caller,
            store=state.store,
            clock=state.clock,
            ids=state.ids,
            keys=state.keys,
            origin=str(request.base_url).rstrip("/"),
            version=version,
        )
        return state.handled(call, registered.handle)

    def _refused(self, operation: Operation | None, refusal: Refusal) -> Response:
        body = refusal.body(self._state.ids.hex())
        if operation:
            self._state.seen(operation, refusal.status, body)
        return _json(refusal.status, body, refusal.headers)


def _json(status: int, body: Any, headers: dict[str, str] | None = None) -> Response:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), check_circular=False)
    return Response(text.encode(), status, headers, media_type="application/json")


def _not_emulated(operation: Operation) -> Refusal:
    """A 405, which no SDK retries (as they do a 5xx) and no server of Clerk answers (as they do a 404 or 422)."""
    message = f"clerk_emulator does not emulate {operation.id} ({operation.method} {operation.path}); Clerk answers it."
    refusal = Refusal(405, "not_emulated", "not emulated", message)
    here = (one for one in specification.operations().values() if one.path == operation.path)
    refusal.headers["Allow"] = ", ".join(one.method for one in here if one.id in HANDLERS)
    return refusal


def _no_such(method: str, path: str, found: dict[str, Operation]) -> Refusal:
    if found:
        refusal = Refusal(405, "method_not_allowed", "not allowed", f"{path} does not answer {method}.")
        refusal.headers["Allow"] = ", ".join(found)
        return refusal
    return Refusal(404, "resource_not_found", "not found", f"The API has no {method} {path}.")


def _one_length(request: Request) -> None:
    """Raises where a request says in two ways where it ends: some other server may have seen another end."""
    if "transfer-encoding" in request.headers and "content-length" in request.headers:
        refusal = validation.unreadable("it has a Transfer-Encoding and a Content-Length")
        refusal.headers["Connection"] = "close"
        raise refusal


def _single(request: Request, name: str) -> str | None:
    """The value of a header; what was sent twice is as good as malformed."""
    values = request.headers.getlist(name)
    return values[0] if len(values) == 1 else None


async def _body(request: Request, operation: Operation, older: Sequence[str]) -> tuple[Any, dict[str, Upload]]:
    is_form = operation.body_type == "multipart/form-data"
    raw = await _read(request, validation.UPLOAD_LIMIT if is_form else validation.JSON_LIMIT)
    content_type = request.headers.get("content-type", "")
    if is_form:
        return await _form(request, operation, content_type, raw)
    return validation.body_value(operation, content_type, raw, older), {}


async def _read(request: Request, limit: int) -> bytes:
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > limit:
        raise validation.too_large(limit)
    held = bytearray()
    async for chunk in request.stream():
        held += chunk
        if len(held) > limit:
            raise validation.too_large(limit)
    return bytes(held)


async def _form(
    request: Request, operation: Operation, content_type: str, raw: bytes
) -> tuple[Json, dict[str, Upload]]:
    """The fields and the files of a form."""
    if not raw:
        raise _lacks_file()
    if content_type.partition(";")[0].strip().lower() != operation.body_type:
        raise validation.unsupported(operation.body_type)

    async def stream() -> AsyncGenerator[bytes, None]:
        yield raw

    try:
        form = await MultiPartParser(request.headers, stream(), max_files=_FORM_FIELDS, max_fields=_FORM_FIELDS).parse()
    except (MultiPartException, KeyError, ValueError, AssertionError):
        raise validation.unreadable("it is not a form") from None
    files = {
        name: Upload(await value.read(), value.content_type or "")
        for name, value in form.multi_items()
        if isinstance(value, UploadFile)
    }
    fields: Json = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    await form.close()
    schema = operation.body or {}
    for name in [*fields, *files]:
        if name not in schema["properties"]:
            raise unknown(name)
    if "file" not in files:
        raise _lacks_file()
    return fields, files


def _lacks_file() -> Refusal:
    refusal = missing("file")
    refusal.status = 400
    return refusal
