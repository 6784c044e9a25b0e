"""The flow behind `authenticate_request`: decide about the request, then render the decision."""

from __future__ import annotations

import logging

from clerkkit.auth.calls.steps import AuthFlow
from clerkkit.auth.requests.context import RequestContext
from clerkkit.auth.requests.decide import decide
from clerkkit.auth.requests.render import render
from clerkkit.auth.requests.state import RequestState, SignedInState
from clerkkit.auth.tokens.verifier import Verifier

log = logging.getLogger("clerkkit")


def authenticate(context: RequestContext, verifier: Verifier, secret_key: str) -> AuthFlow[RequestState]:
    """Return the state of a request. If it is not signed in, log the reason at debug level.

    Raises:
        InvalidArgument: the options do not go with the client's secret key.
    """
    decision = yield from decide(context, verifier, secret_key)
    state = render(context, decision)
    if not isinstance(state, SignedInState):
        log.debug("a request is %s: %s. %s", state.status, state.reason, state.message)
    return state
