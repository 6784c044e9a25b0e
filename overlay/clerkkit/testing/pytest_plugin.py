"""Fixtures for pytest: a local Clerk, clients that use it, headers, and the application under test in a browser.

One emulator serves all tests of a process. It is reset before each test.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pytest

if find_spec("pytest_playwright") is not None:
    from clerkkit.testing.browser_fixtures import signed_in_page as signed_in_page
else:

    @pytest.fixture
    def signed_in_page() -> None:
        """Not available without pytest-playwright."""
        raise pytest.UsageError("the fixture signed_in_page needs pytest-playwright: pip install pytest-playwright")


if TYPE_CHECKING:
    from clerk_emulator import Emulator
    from clerkkit import AsyncClerk, Clerk
    from clerkkit.testing.headers import Resource


@pytest.fixture(scope="session")
def _clerk_emulator_server() -> Iterator[Emulator]:
    from clerk_emulator import Emulator

    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def clerk_emulator(_clerk_emulator_server: Emulator) -> Emulator:
    """A local Clerk without users, organizations or other data."""
    _clerk_emulator_server.reset()
    return _clerk_emulator_server


@pytest.fixture
def clerk(clerk_emulator: Emulator) -> Iterator[Clerk]:
    """A `Clerk` for `clerk_emulator`, which verifies tokens at the time of the emulator's clock."""
    from clerkkit import Clerk

    with Clerk(clerk_emulator.secret_key, base_url=clerk_emulator.url, clock=clerk_emulator.clock.time) as client:
        yield client


@pytest.fixture
def async_clerk(clerk_emulator: Emulator) -> AsyncClerk:
    """An `AsyncClerk` for `clerk_emulator`, to be used in `async with`."""
    from clerkkit import AsyncClerk

    return AsyncClerk(clerk_emulator.secret_key, base_url=clerk_emulator.url, clock=clerk_emulator.clock.time)


@pytest.fixture
def auth_headers(clerk_emulator: Emulator) -> Callable[..., dict[str, str]]:
    """A function that signs a user in at `clerk_emulator`, and returns the headers of the user's requests.

    It takes the user and, optionally, the active organization, each as an object or an id, and the `origin` of the page
    that sends the requests.
    """
    from clerkkit.testing.headers import DEFAULT_ORIGIN, bearer, resource_id

    def sign_in(
        user: str | Resource, organization: str | Resource | None = None, *, origin: str = DEFAULT_ORIGIN
    ) -> dict[str, str]:
        organization_id = None if organization is None else resource_id("organization", organization)
        return bearer(clerk_emulator.sign_in(resource_id("user", user), organization_id, origin=origin))

    return sign_in


@pytest.fixture(scope="session")
def clerk_application() -> Any:
    """The application that `clerk_app` serves. Define this fixture in your `conftest.py`."""
    raise pytest.UsageError(
        "clerk_app needs your application: define the fixture clerk_application, which returns an ASGI or WSGI "
        "application, a function that creates one, or its name, such as 'my_package.my_module:app'"
    )


@pytest.fixture(scope="session")
def _serve_application() -> Iterator[Callable[[Any, Emulator], str]]:
    """A function that returns the origin of an application, which is started when it is first asked for."""
    from clerkkit.testing.application_server import serve

    origins: dict[tuple[Any, str], str] = {}
    with contextlib.ExitStack() as stack:
        environment = stack.enter_context(pytest.MonkeyPatch.context())

        def origin_of(application: Any, emulator: Emulator) -> str:
            key = (application, emulator.origin)
            if key not in origins:
                # Set first, because an application may read them when it is imported.
                for name, value in emulator.environment.items():
                    environment.setenv(name, value)
                origins[key] = stack.enter_context(serve(application))
            return origins[key]

        yield origin_of


@pytest.fixture
def clerk_app(
    clerk_emulator: Emulator, clerk_application: Any, _serve_application: Callable[[Any, Emulator], str]
) -> str:
    """The origin of your application, such as http://localhost:49152, which uses `clerk_emulator`.

    It runs in a thread of this process, with the variables of the emulator, from the first test that needs it to the
    end of the last test. State that it keeps itself is not reset.
    """
    return _serve_application(clerk_application, clerk_emulator)
