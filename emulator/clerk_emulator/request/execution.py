"""Run handlers."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from clerk_emulator.call import Call, Caller, Handler, Response
from clerk_emulator.contract import filling, versions
from clerk_emulator.contract.specification import operations
from clerk_emulator.json_types import Json, is_object
from clerk_emulator.operations.registry import HANDLERS
from clerk_emulator.request import validation
from clerk_emulator.request.state import State


async def execute(state: State, call: Call, handle: Handler) -> Response:
    """Run a handler in a transaction and return its response, with required properties filled in.

    An exception of the handler rolls back its writes. A body that it leaves to be computed comes after them.
    """
    with state.store.transaction(call.cause):
        result = handle(call)
    response = result if isinstance(result, Response) else Response(result)
    body: Any = response.body
    if response.compute_body:
        body = await asyncio.get_running_loop().run_in_executor(state.computing, response.compute_body)
    status = response.status or call.operation.success
    pointer = call.operation.responses.get(status)
    if pointer:
        body = filling.fill_in(pointer, body, state.differences)
    return Response(body, status, response.headers, response.content)


def perform(state: State, operation_id: str, body: Json | None = None, **path: str) -> Json:
    """Run an operation as a request with the secret key would, within an open transaction.

    The body is validated; `path` are the path parameters. The operation must return an object. Raises ClerkAPIError.
    """
    operation = operations()[operation_id]
    parsed = validation.parse_body(operation, operation.body_type, json.dumps(body or {}).encode())
    call = Call(
        operation=operation,
        path=path,
        query=validation.parse_query(operation, []),
        body=parsed if is_object(parsed) else {},
        items=[],
        files={},
        caller=Caller(state.keys.instance_id),
        store=state.store,
        clock=state.clock,
        ids=state.ids,
        keys=state.keys,
        cause=state.store.cause,
        version=versions.current(),
    )
    result = HANDLERS[operation_id].handle(call)
    if isinstance(result, Response) and result.compute_body:
        result = result.compute_body()
    assert is_object(result), f"{operation_id} does not return an object"
    return result
