"""The page on which people sign up."""

from __future__ import annotations

from collections.abc import Callable

from clerk_emulator.domain.sign_up import attempts
from clerk_emulator.domain.sign_up.requirements import LEGAL_ACCEPTED
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.pages import links, providers
from clerk_emulator.pages.visit import Redirect, View, Visit
from clerk_emulator.storage.settings import AUTHENTICATION, DISPLAY

_PATH = "/sign-up"
_STRATEGIES = {"email_address": "email_code", "phone_number": "phone_code"}
_SHOWN = ("first_name", "last_name", "email_address", "phone_number", "username", "password", LEGAL_ACCEPTED)
"""The fields of the form, in order."""
_NAMING = ("first_name", "last_name", "email_address", "phone_number", "username")


def show(visit: Visit) -> View | Redirect:
    """Show the next step of the browser's sign-up; a browser that is signed in is sent on."""
    if visit.session() is not None and visit.query.get("prompt") != "login":
        return Redirect(visit.after("sign_up"))
    visit.destination("sign_up")  # an address to which the browser must not be sent is refused now
    store = visit.state.store
    begun = _begun(visit)
    attempt = _if_continued(begun)
    result = begun["verifications"]["external_account"] if begun is not None else None
    ticket = visit.query.get("__clerk_ticket", "")
    with store.transaction():
        requirements = attempts.requirements_of(store)
        mode = AUTHENTICATION.value(store, "sign_up_mode")
        display = DISPLAY.read(store)
    accepted = [name for name in _SHOWN if name in (*requirements.required, *requirements.optional)]
    if ticket:
        accepted = [name for name in accepted if name != "email_address"]
    values = {
        "attempt": attempt,
        "here": visit.address(_PATH, __clerk_ticket=ticket, prompt=visit.query.get("prompt", "")),
        "fields": accepted if attempt is None else [name for name in _SHOWN if name in attempt["missing_fields"]],
        "required": set(requirements.required),
        "to_verify": _to_verify(attempt),
        "transferable": providers.is_transferable(result),
        "failure": providers.failure(result) or links.FAILURES.get(visit.query.get("__clerk_status", "")),
        "is_link_accepted": visit.query.get("__clerk_status") == "verified",
        "awaits_link": _awaits_link(attempt),
        "providers": providers.enabled(visit) if attempt is None else [],
        "sign_up_mode": "public" if ticket else mode,
        "ticket": ticket,
        "documents": {
            name: display[f"{name}_url"]
            for name in ("terms", "privacy_policy")
            if str(display[f"{name}_url"]).startswith(("http://", "https://"))
        },
        "joined": visit.query.get("joined", ""),
    }
    return View("pages/sign_up.html", values)


def act(visit: Visit) -> Redirect:
    """Do what a form of the page asks for. Raises ClerkAPIError."""
    action = visit.choose(_ACTIONS)
    attempt = action(visit)
    if attempt["object"] == "waitlist_entry":
        return Redirect(visit.address(_PATH, joined="true"))
    if attempt["status"] == "complete":
        return Redirect(visit.after("sign_up"))
    if attempt["object"] == "sign_in_attempt":
        return Redirect(visit.address("/sign-in"))
    provider = providers.address(attempt["verifications"]["external_account"])
    if provider is not None:
        return Redirect(provider)
    ticket = visit.query.get("__clerk_ticket", "")
    return Redirect(visit.address(_PATH, __clerk_ticket=ticket, prompt=visit.query.get("prompt", "")))


def _begun(visit: Visit) -> Json | None:
    """Return the last sign-up of the browser, or None."""
    with visit.state.store.transaction():
        sign_up_id = (visit.browser.client or {}).get("sign_up_id")
    if sign_up_id is None:
        return None
    return visit.perform("getSignUps", path={"sign_up_id": sign_up_id})


def _if_continued(begun: Json | None) -> Json | None:
    """Return a sign-up if it can be continued: it is open, and the person has given something."""
    if begun is None or begun["status"] != "missing_requirements":
        return None
    return begun if any(begun[name] for name in _NAMING) else None


def _require_current(visit: Visit) -> Json:
    attempt = _if_continued(_begun(visit))
    if attempt is None:
        raise ClerkAPIError(400, "client_state_invalid", "invalid state", "The sign-up has ended. Begin again.")
    return attempt


def _to_verify(attempt: Json | None) -> str | None:
    """Return the field whose code the person has to enter next, once nothing is missing."""
    if attempt is None or attempt["missing_fields"]:
        return None
    return next((name for name in _STRATEGIES if name in attempt["unverified_fields"]), None)


def _awaits_link(attempt: Json | None) -> bool:
    """Return whether a link was sent instead of a code."""
    name = _to_verify(attempt)
    verification = attempt["verifications"][name] if attempt is not None and name else None
    return verification is not None and verification["strategy"] == "email_link"


def _values(visit: Visit) -> Json:
    values: Json = {name: visit.form[name] for name in _SHOWN if visit.form.get(name)}
    if LEGAL_ACCEPTED in values:
        values[LEGAL_ACCEPTED] = True
    return values


def _create(visit: Visit) -> Json:
    ticket = visit.query.get("__clerk_ticket")
    body = _values(visit) | ({"strategy": "ticket", "ticket": ticket} if ticket else {})
    return _send_if_needed(visit, visit.perform("createSignUps", body))


def _continue(visit: Visit) -> Json:
    attempt = _require_current(visit)
    return _send_if_needed(visit, visit.perform("updateSignUps", _values(visit), path={"sign_up_id": attempt["id"]}))


def _send_if_needed(visit: Visit, attempt: Json) -> Json:
    """Send the code that the person has to enter next."""
    name = _to_verify(attempt)
    verification = attempt["verifications"][name] if name else None
    if name is None or (verification and verification["next_action"] == "needs_attempt"):
        return attempt
    return _prepare(visit, attempt, name)


def _strategy(visit: Visit, name: str) -> str:
    """Return the strategy that verifies a field: a code, unless the instance sends only links."""
    with visit.state.store.transaction():
        strategies = attempts.requirements_of(visit.state.store).strategies[name]
    return _STRATEGIES[name] if _STRATEGIES[name] in strategies or not strategies else strategies[0]


def _prepare(visit: Visit, attempt: Json, name: str) -> Json:
    strategy = _strategy(visit, name)
    here = {"redirect_url": links.return_address(visit, _PATH)} if strategy == "email_link" else {}
    body = {"strategy": strategy, **here}
    return visit.perform("prepareSignUpsVerification", body, path={"sign_up_id": attempt["id"]})


def _send_again(visit: Visit) -> Json:
    attempt = _require_current(visit)
    name = _to_verify(attempt)
    return attempt if name is None else _prepare(visit, attempt, name)


def _enter_code(visit: Visit) -> Json:
    attempt = _require_current(visit)
    name = _to_verify(attempt) or "email_address"
    body = {"strategy": _STRATEGIES[name], "code": visit.form.get("code", "").strip()}
    attempt = visit.perform("attemptSignUpsVerification", body, path={"sign_up_id": attempt["id"]})
    return attempt if attempt["status"] == "complete" else _send_if_needed(visit, attempt)


def _restart(visit: Visit) -> Json:
    return visit.perform("createSignUps", {})


def _join_waitlist(visit: Visit) -> Json:
    return visit.perform("joinWaitlist", {"email_address": visit.form.get("email_address", "").strip()})


def _use_provider(visit: Visit) -> Json:
    return providers.begin(visit, "createSignUps", _PATH)


def _transfer(visit: Visit) -> Json:
    """Sign in the user who has the account."""
    return visit.perform("createSignIn", {"transfer": True})


_ACTIONS: dict[str, Callable[[Visit], Json]] = {
    "create": _create,
    "continue": _continue,
    "send": _send_again,
    "code": _enter_code,
    "restart": _restart,
    "waitlist": _join_waitlist,
    "provider": _use_provider,
    "transfer": _transfer,
}
