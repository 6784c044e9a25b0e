"""Routes for the instance and its state."""

from __future__ import annotations

from clerk_emulator.contract import versions
from clerk_emulator.control import openapi
from clerk_emulator.control.control_error import ControlError
from clerk_emulator.control.routes import ControlCall, route
from clerk_emulator.control.schemas import OPEN, list_of, parameters, result, text
from clerk_emulator.frontend_api.views.instance_settings import SECTIONS as SETTINGS
from clerk_emulator.json_types import Json
from clerk_emulator.seeding.format import SECTIONS


@route(
    "GET",
    "/health",
    result=result(
        status=text("Always `ok`: the emulator accepts requests.", enum=["ok"]),
        api_version=text("The API version of the contract that the emulator follows."),
    ),
)
def get_health(_call: ControlCall) -> Json:
    """Return `ok` if the emulator accepts requests."""
    return {"status": "ok", "api_version": versions.current()}


@route(
    "GET",
    "/instance",
    python="origin url secret_key publishable_key jwt_key",
    result=result(
        api_url=text("The URL of the API without /v1, as Clerk's SDKs take it in `CLERK_API_URL`."),
        jwks_url=text("Where the public key is served as a JSON Web Key Set."),
        secret_key=text(),
        publishable_key=text(),
        jwt_key=text("The public key as PEM, which SDKs take in `CLERK_JWT_KEY` to verify tokens without a request."),
    ),
)
def get_instance(call: ControlCall) -> Json:
    """Return the URLs and keys that applications need."""
    return {
        "api_url": call.origin,
        "jwks_url": f"{call.origin}/.well-known/jwks.json",
        "secret_key": call.controls.secret_key,
        "publishable_key": call.controls.publishable_key,
        "jwt_key": call.controls.jwt_key,
    }


@route("GET", "/openapi.json", result=OPEN)
def get_openapi(call: ControlCall) -> Json:
    """Return the description of the control API as an OpenAPI 3.1 document."""
    return openapi.document(call.origin)


@route("POST", "/reset", python="reset")
def reset(call: ControlCall) -> None:
    """Restore the state that the emulator has started with, including time, faults and the recorded requests."""
    try:
        call.controls.reset()
    except RuntimeError as error:  # the state is in a file
        raise ControlError(409, ("not_in_memory", str(error), None)) from None


@route("GET", "/settings", python="settings", result=OPEN)
def get_settings(call: ControlCall) -> Json:
    """Return the settings of the instance by section, which Clerk's dashboard has."""
    return call.controls.settings


@route("PATCH", "/settings", python="update_settings", body=parameters(**dict.fromkeys(SETTINGS, OPEN)), result=OPEN)
def update_settings(call: ControlCall) -> Json:
    """Change settings of the instance, and return all. Those that are not named stay as they are."""
    return call.controls.update_settings(**call.body)


@route(
    "POST", "/seed", python="load_seed", body=parameters(settings=OPEN, **{name: list_of(OPEN) for name in SECTIONS})
)
def load_seed(call: ControlCall) -> None:
    """Add what a seed describes to the state. Nothing is added if one of its entries is invalid."""
    call.controls.load_seed(call.body)


@route("GET", "/dump", python="dump", result=OPEN)
def dump(call: ControlCall) -> Json:
    """Return keys, custom roles, users, organizations and memberships as a seed. It contains secrets."""
    return call.controls.dump()


@route(
    "GET",
    "/problems",
    python="problems filled_in left_out generic",
    result=result(
        problems=list_of(text(), "Violations of the contract, if responses are validated, and unexpected exceptions."),
        filled_in=list_of(text(), "Properties that the contract requires and no handler sets, such as `User.locale`."),
        left_out=list_of(text(), "Properties that a handler sets and the contract does not allow."),
        generic=list_of(text(), "The ids of operations that the generic resource layer answered."),
    ),
)
def get_problems(call: ControlCall) -> Json:
    """Return where the emulator does not follow the contract."""
    return {
        "problems": list(call.controls.problems),
        "filled_in": sorted(call.controls.filled_in),
        "left_out": sorted(call.controls.left_out),
        "generic": sorted(call.controls.generic),
    }
