"""The section docs/reference/operations: a page for each operation, whose example is run when the page is made."""

from __future__ import annotations

from collections.abc import Collection

from tools.reference.operations import examples, index, page
from tools.reference.operations.catalog import operations
from tools.reference.operations.example_code import write
from tools.reference.operations.run import ExampleFailed, run
from tools.reference.operations.world import populated_world
from tools.reference.section import Section

EXAMPLES = "tools/reference/operations/examples"


def build(only: Collection[str] = ()) -> Section:
    """Return the pages of all operations, or of those with the ids in `only`, and of the indexes.

    Raises ExampleFailed if examples do not work.
    """
    functions = examples.load()
    pages: dict[str, str] = {}
    problems: list[str] = []
    failures: list[str] = []
    with populated_world() as world:
        variables = {name: text for name, (_, text) in world.variables.items()}
        for operation in operations().values():
            if only and operation.id not in only:
                continue
            example = None
            if function := functions.get(operation.function):
                code = write(function)
                try:
                    example = code, run(world, operation.id, code)
                except ExampleFailed as failure:
                    failures.append(str(failure))
            else:
                problems.append(
                    f"{operation.id} has no example: add {operation.function} to {EXAMPLES} (CONTRIBUTING.md)"
                )
            pages[operation.page] = page.render(operation, example, world.things, variables)
        pages |= index.build(world.things, variables)
    if failures:
        raise ExampleFailed("\n\n".join(failures))
    known = {operation.function for operation in operations().values()}
    problems += [f"{EXAMPLES}: there is no operation {name}" for name in functions if name not in known]
    return Section(pages, problems)
