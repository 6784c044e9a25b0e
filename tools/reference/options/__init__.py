"""The pages of docs/reference about exceptions and options."""

from __future__ import annotations

from tools.reference.events.example_data import populated_world
from tools.reference.options import auth, client, exceptions, functions
from tools.reference.section import Section


def build() -> Section:
    """Return the pages.

    Raises CodeFailed if an example does not work, InvalidOptionAccepted if an invalid option is accepted.
    """
    pages: dict[str, str] = {}
    with populated_world() as world:
        for module in (auth, client, exceptions):
            world.restart()  # the clock runs, so that tokens are valid for clients
            pages[module.PAGE] = module.render(world)
    return Section(pages | functions.build())
