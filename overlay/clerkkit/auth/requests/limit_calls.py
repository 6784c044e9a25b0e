"""Applies the call limit to the flow of a request whose sender is unknown."""

from __future__ import annotations

from typing import Any

from clerk_core import ClerkError, Request
from clerkkit.auth.calls.call_limit import CallLimit, CallLimitReached
from clerkkit.auth.calls.steps import AuthFlow, RunExclusive, RunShared, SendOnce, SendWithKey, Step
from clerkkit.auth.requests.state import RequestState, SignedInState


def limit_calls(flow: AuthFlow[RequestState], limit: CallLimit) -> AuthFlow[RequestState]:
    """Run a flow, sending each of its calls once and counting it. Calls of requests that are signed in do not count."""
    try:
        step = next(flow)
    except StopIteration as stop:  # nearly always: the request needs no call
        finished: RequestState = stop.value
        return finished
    tickets: list[float] = []
    state: RequestState = yield from _count_calls(flow, step, limit, tickets)
    if tickets and isinstance(state, SignedInState):
        limit.release(tickets)
    return state


def _count_calls(flow: AuthFlow[Any], step: Step, limit: CallLimit, tickets: list[float]) -> AuthFlow[Any]:
    try:
        while True:
            try:
                result = yield _limit_step(step, limit, tickets)
            except ClerkError as error:
                step = flow.throw(error)
            else:
                step = flow.send(result)
    except StopIteration as stop:
        return stop.value


def _count_all_calls(flow: AuthFlow[Any], limit: CallLimit, tickets: list[float]) -> AuthFlow[Any]:
    try:
        step = next(flow)
    except StopIteration as stop:
        return stop.value
    return (yield from _count_calls(flow, step, limit, tickets))


def _limit_step(step: Step, limit: CallLimit, tickets: list[float]) -> Step:
    if isinstance(step, RunExclusive | RunShared):
        return step._replace(flow=_count_all_calls(step.flow, limit, tickets))
    if isinstance(step, SendOnce):  # fetches of signing keys and calls about opaque tokens have their own limits
        return step
    ticket = limit.acquire()
    if ticket is None:
        request: Request[Any] = step.request if isinstance(step, SendWithKey) else step
        raise CallLimitReached("too many calls for unauthenticated requests", request.info, reached=False)
    tickets.append(ticket)
    return SendOnce(step)
