"""Reverification: the user of a session proves again who they are."""

from __future__ import annotations

from clerk_emulator.domain.reverification import attempts
from clerk_emulator.frontend_api.call import BrowserCall
from clerk_emulator.frontend_api.operations.sessions import open_session
from clerk_emulator.frontend_api.registry import frontend_operation
from clerk_emulator.frontend_api.views.reverifications import serialize_reverification
from clerk_emulator.json_types import Json


@frontend_operation("startSessionReverification")
def start_reverification(call: BrowserCall) -> Json:
    return serialize_reverification(call, attempts.start(call.store, open_session(call), call.body["level"]))


@frontend_operation("prepareSessionReverificationFirstFactor")
def prepare_first_factor(call: BrowserCall) -> Json:
    strategy = call.body["strategy"]
    session = attempts.prepare_first(call.store, open_session(call), strategy, _identification_id(call, strategy))
    return serialize_reverification(call, session)


@frontend_operation("attemptSessionReverificationFirstFactor")
def attempt_first_factor(call: BrowserCall) -> Json:
    body = call.body
    session = attempts.attempt_first(
        call.store, open_session(call), body["strategy"], body.get("password"), body.get("code")
    )
    return serialize_reverification(call, session)


@frontend_operation("prepareSessionReverificationSecondFactor")
def prepare_second_factor(call: BrowserCall) -> Json:
    strategy = call.body.get("strategy") or "phone_code"
    session = attempts.prepare_second(call.store, open_session(call), strategy, _identification_id(call, strategy))
    return serialize_reverification(call, session)


@frontend_operation("attemptSessionReverificationSecondFactor")
def attempt_second_factor(call: BrowserCall) -> Json:
    session = attempts.attempt_second(call.store, open_session(call), call.body["strategy"], call.body.get("code"))
    return serialize_reverification(call, session)


def _identification_id(call: BrowserCall, strategy: str) -> str | None:
    return call.body.get("email_address_id" if strategy == "email_code" else "phone_number_id") or None
