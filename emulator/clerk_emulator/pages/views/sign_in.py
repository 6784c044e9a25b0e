"""The page on which people sign in."""

from __future__ import annotations

from collections.abc import Callable

from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.pages import destinations, links, people, providers
from clerk_emulator.pages.visit import Redirect, View, Visit
from clerk_emulator.storage.settings import AUTHENTICATION

_PATH = "/sign-in"
_SENT = ("email_code", "phone_code", "email_link", "reset_password_email_code", "reset_password_phone_code")
"""The strategies that send a code or a link."""
_OPEN = ("needs_first_factor", "needs_second_factor", "needs_client_trust", "needs_new_password")


def show(visit: Visit) -> View | Redirect:
    """Show the next step of the browser's sign-in; a browser that is signed in is sent on."""
    if visit.session() is not None and visit.query.get("prompt") != "login":
        return Redirect(visit.after("sign_in"))
    visit.destination("sign_in")  # an address to which the browser must not be sent is refused now
    begun = _begun(visit)
    attempt = begun if begun is not None and begun["status"] in _OPEN else None
    result = begun["first_factor_verification"] if begun is not None else None
    step = "transfer" if providers.is_transferable(result) else _step(visit, attempt)
    values: Json = {
        "attempt": attempt,
        "here": visit.address(_PATH, prompt=visit.query.get("prompt", "")),
        "step": step,
        "failure": providers.failure(result) or links.FAILURES.get(visit.query.get("__clerk_status", "")),
        "factors": _factors(attempt),
        "prepared": _prepared(attempt),
        "sent_strategies": _SENT,
    }
    return View("pages/sign_in.html", values | _first_step(visit) if step == "identifier" else values)


def _first_step(visit: Visit) -> Json:
    """Return the values that only the first step shows."""
    with visit.state.store.transaction():
        mode = AUTHENTICATION.value(visit.state.store, "sign_up_mode")
    return {
        "is_link_accepted": visit.query.get("__clerk_status") == "verified",
        "providers": providers.enabled(visit),
        "people": people.suggested(visit),
        "kept": [(name, visit.query[name]) for name in destinations.KEPT if visit.query.get(name)],
        "searched": visit.query.get("people", ""),
        "sign_up_mode": mode,
        "ticket": visit.query.get("__clerk_ticket", ""),
    }


def act(visit: Visit) -> Redirect:
    """Do what a form of the page asks for. Raises ClerkAPIError."""
    action = visit.choose(_ACTIONS)
    try:
        attempt = action(visit)
    except ClerkAPIError as error:
        session_id = _already_signed_in(error)
        if session_id is None:
            raise
        path = {"session_id": session_id}
        if not visit.is_for_authorization:
            visit.perform("touchSession", path=path)
            return Redirect(visit.after("sign_in"))
        # An application that asks for a new sign-in is not content with the session that there is.
        visit.perform("removeSession", path=path)
        attempt = action(visit)
    if attempt["status"] == "complete":
        return Redirect(visit.after("sign_in"))
    if attempt["object"] == "sign_up_attempt":
        return Redirect(visit.address("/sign-up"))
    provider = providers.address(attempt["first_factor_verification"])
    if provider is not None:
        return Redirect(provider)
    return Redirect(visit.address(_PATH, prompt=visit.query.get("prompt", "")))


def _already_signed_in(error: ClerkAPIError) -> str | None:
    """Return the session of a user who is signed in already; None if this is not what the error says."""
    first = error.errors[0]
    found: str | None = first["meta"].get("session_id") if first["code"] == "identifier_already_signed_in" else None
    return found


def _begun(visit: Visit) -> Json | None:
    """Return the last sign-in of the browser, or None."""
    with visit.state.store.transaction():
        sign_in_id = (visit.browser.client or {}).get("sign_in_id")
    if sign_in_id is None:
        return None
    return visit.perform("getSignIn", path={"sign_in_id": sign_in_id})


def _require_current(visit: Visit) -> Json:
    attempt = _begun(visit)
    if attempt is None or attempt["status"] not in _OPEN:
        raise ClerkAPIError(400, "client_state_invalid", "invalid state", "The sign-in has ended. Begin again.")
    return attempt


def _step(visit: Visit, attempt: Json | None) -> str:
    """Return which form to show."""
    if attempt is None:
        return "identifier"
    if attempt["status"] == "needs_new_password":
        return "new_password"
    method = visit.query.get("method", "")
    if method == "choose":
        return "methods"
    prepared = _prepared(attempt)
    if prepared and method != "password":
        return "link" if prepared["strategy"] == "email_link" else "code"
    strategies = {one["strategy"] for one in _factors(attempt)}
    if attempt["status"] == "needs_first_factor":
        return "password" if "password" in strategies else "methods"
    own = [name for name in (method, "totp", "backup_code") if name in strategies & {"totp", "backup_code"}]
    return own[0] if own else "methods"


def _is_second(attempt: Json) -> bool:
    return attempt["status"] in ("needs_second_factor", "needs_client_trust")


def _factors(attempt: Json | None) -> list[Json]:
    if attempt is None:
        return []
    return (attempt["supported_second_factors"] if _is_second(attempt) else attempt["supported_first_factors"]) or []


def _prepared(attempt: Json | None) -> Json | None:
    """Return the factor to which a code was sent that is not verified yet."""
    if attempt is None:
        return None
    verification = attempt["second_factor_verification" if _is_second(attempt) else "first_factor_verification"]
    if verification is None or verification["status"] != "unverified" or verification["strategy"] not in _SENT:
        return None
    return next((one for one in _factors(attempt) if one["strategy"] == verification["strategy"]), None)


def _identify(visit: Visit) -> Json:
    return visit.perform("createSignIn", {"identifier": visit.form.get("identifier", "").strip()})


def _enter_password(visit: Visit) -> Json:
    body = {"strategy": "password", "password": visit.form.get("password", "")}
    return visit.perform("attemptSignInFactorOne", body, path={"sign_in_id": _require_current(visit)["id"]})


def _send_code(visit: Visit) -> Json:
    attempt = _require_current(visit)
    names = ("strategy", "email_address_id", "phone_number_id")
    body = {name: visit.form[name] for name in names if visit.form.get(name)}
    if body.get("strategy") == "email_link":
        body["redirect_url"] = links.return_address(visit, _PATH)
    operation = "prepareSignInFactorTwo" if _is_second(attempt) else "prepareSignInFactorOne"
    return visit.perform(operation, body, path={"sign_in_id": attempt["id"]})


def _enter_code(visit: Visit) -> Json:
    attempt = _require_current(visit)
    body = {"strategy": visit.form.get("strategy", ""), "code": visit.form.get("code", "").strip()}
    operation = "attemptSignInFactorTwo" if _is_second(attempt) else "attemptSignInFactorOne"
    return visit.perform(operation, body, path={"sign_in_id": attempt["id"]})


def _set_password(visit: Visit) -> Json:
    body = {
        "password": visit.form.get("password", ""),
        "sign_out_of_other_sessions": "sign_out_of_other_sessions" in visit.form,
    }
    return visit.perform("resetPassword", body, path={"sign_in_id": _require_current(visit)["id"]})


def _use_ticket(visit: Visit) -> Json:
    return visit.perform("createSignIn", {"strategy": "ticket", "ticket": visit.form.get("ticket", "")})


def _sign_in_as(visit: Visit) -> Json:
    if not visit.is_trusted:
        message = "Only browsers of this machine can sign in without a password; --control-host allows others."
        raise ClerkAPIError(403, "forbidden", "forbidden", message)
    return people.sign_in(visit, visit.form.get("user_id", ""))


def _restart(visit: Visit) -> Json:
    return visit.perform("createSignIn", {})


def _use_provider(visit: Visit) -> Json:
    return providers.begin(visit, "createSignIn", _PATH)


def _transfer(visit: Visit) -> Json:
    """Sign up with the account that nobody has."""
    return visit.perform("createSignUps", {"transfer": True})


_ACTIONS: dict[str, Callable[[Visit], Json]] = {
    "identify": _identify,
    "password": _enter_password,
    "send": _send_code,
    "code": _enter_code,
    "new_password": _set_password,
    "ticket": _use_ticket,
    "person": _sign_in_as,
    "provider": _use_provider,
    "transfer": _transfer,
    "restart": _restart,
}
