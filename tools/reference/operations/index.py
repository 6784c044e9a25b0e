"""Write the indexes of the operations: one of all resources, and one of each."""

from __future__ import annotations

from collections.abc import Mapping

from tools.reference import markdown
from tools.reference.operations.catalog import Operation, operations, other_methods

_INDEX = "operations/index.md"
_INTRO = """\
Each operation of Clerk's Backend API has a page with an example, parameters, result, errors, events and limits. Each
example was run on the [local Clerk](../../emulator.md) when its page was made, and the page shows what it printed.
`Clerk()` reads the secret key from the variable `CLERK_SECRET_KEY`."""


def build(things: Mapping[str, str], variables: Mapping[str, str]) -> dict[str, str]:
    """Return the indexes by path. `things` and `variables` describe the ids and the variables in the examples."""
    resources: dict[str, list[Operation]] = {}
    for operation in operations().values():
        resources.setdefault(operation.resource, []).append(operation)
    pages = {f"operations/{name}/index.md": _resource(name, members) for name, members in resources.items()}
    rows = [
        (
            markdown.link(markdown.code(name), f"operations/{name}/index.md", source=_INDEX),
            ", ".join(markdown.link(one.method, one.page, source=_INDEX) for one in members),
        )
        for name, members in resources.items()
    ]
    data = [(f"`{name}`", text) for name, text in [*things.items(), *variables.items()]]
    pages[_INDEX] = markdown.page(
        "# Operations",
        _INTRO,
        markdown.table(("resource", "methods"), rows),
        "## Data of the examples",
        "Each example begins with these objects. The ids that Clerk generates have 27 characters after the underscore.",
        markdown.table(("id or variable", "what it is"), data),
    )
    return pages


def _resource(name: str, members: list[Operation]) -> str:
    source = f"operations/{name}/index.md"
    rows = [
        (
            markdown.link(markdown.code(one.method), one.page, source=source),
            one.summary + (" Deprecated." if one.deprecated else ""),
            f"`{one.http} {one.path}`",
        )
        for one in members
    ]
    others = [(markdown.code(other), text) for other, text in other_methods(name).items()]
    return markdown.page(
        f"# {name}",
        f"The methods of `clerk.{name}`.",
        markdown.table(("method", "what it does", "request"), rows),
        "## Other methods" if others else "",
        "Their docstrings say more." if others else "",
        markdown.table(("method", "what it does"), others) if others else "",
    )
