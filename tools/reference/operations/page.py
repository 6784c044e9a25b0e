"""Write the page of an operation."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

import clerk_bapi.models
from tools.reference import markdown, revisions
from tools.reference.operations import emulation, errors, facts
from tools.reference.operations.catalog import Operation, Parameter, by_name
from tools.reference.operations.example_code import ExampleCode
from tools.reference.operations.masking import shorten
from tools.reference.operations.run import Outcome

_METHOD = re.compile(r"`(\w+\.\w+)`")
_CHOICES = re.compile(r"Literal\[[^\]]*\]")
_CLASS = re.compile(r"\b[A-Z]\w+\b")
_LONG = 60


def render(
    operation: Operation,
    example: tuple[ExampleCode, Outcome] | None,
    things: Mapping[str, str],
    variables: Mapping[str, str],
) -> str:
    """Return the page. `things` and `variables` describe the ids and the variables in the examples."""
    return markdown.page(
        f"# {operation.name}",
        _described(operation.summary, operation),
        _deprecation(operation),
        *(
            _described(text, operation)
            for text in operation.details
            if not text.startswith(("Deprecated", "Rate limit"))
        ),
        _names(operation),
        "## Example",
        *(_example(operation, *example, things, variables) if example else [_NO_EXAMPLE]),
        "## Parameters",
        _parameters(operation),
        "## Result",
        _result(operation),
        "## Errors",
        errors.render(operation),
        "## Events",
        facts.render_events(operation),
        "## Rate limit",
        facts.render_rate_limit(operation),
        "## In the local Clerk",
        emulation.render(operation),
        "## Changes in Clerk's revisions",
        revisions.render(operation.id),
        _changed_models(operation),
    )


_NO_EXAMPLE = "This operation is new in Clerk's document, and has no example yet."


def _deprecation(operation: Operation) -> str:
    """Return the warning of a deprecated operation, with its replacement."""
    text = next((text for text in operation.details if text.startswith("Deprecated")), "Deprecated by Clerk.")
    return markdown.note("warning", _described(text, operation), "Deprecated") if operation.deprecated else ""


def _names(operation: Operation) -> str:
    rows = [
        ("request", f"`{operation.http} {operation.path}`"),
        ("method", f"`clerk.{operation.name}`"),
        ("endpoint function", f"`{operation.function}`, for [bulk calls](../../../client.md)"),
    ]
    if operation.iterator:
        rows.append(("all pages", f"`clerk.{operation.resource}.{operation.iterator}`"))
    if operation.url:
        rows.append(("Clerk's reference", f"<{operation.url}>"))
    return markdown.table(("", ""), rows)


def _example(
    operation: Operation, code: ExampleCode, outcome: Outcome, things: Mapping[str, str], variables: Mapping[str, str]
) -> list[str]:
    blocks = [markdown.sync_and_async(code.sync, code.asynchronous)]
    used = [f"`{name}` is {text}" for name, text in things.items() if re.search(rf"\b{name}\b", code.sync)]
    used += [f"`{name}` is {variables[name]}" for name in code.variables]
    if used:
        start = markdown.link(
            "the data of the examples", "operations/index.md#data-of-the-examples", source=operation.page
        )
        blocks.append(f"In {start}, {', '.join(used)}.")
    if outcome.output:
        blocks += ["It prints:", markdown.fence(outcome.output, "text")]
    if outcome.body is not None:
        shown = json.dumps(shorten(outcome.body), indent=2, ensure_ascii=False)
        blocks += [
            f"The response has the status {outcome.status} and this body, shortened at `...`:",
            markdown.fence(shown, "json"),
        ]
    else:
        blocks.append(f"The response has the status {outcome.status} and no body.")
    if outcome.events:
        blocks.append(f"The example causes {markdown.series([f'`{one}`' for one in outcome.events])}.")
    return blocks


def _parameters(operation: Operation) -> str:
    if not operation.parameters:
        return "None."
    rows = [
        (
            f"`{one.name}`",
            _type(one.annotation, operation),
            "yes" if one.required else "",
            _described(one.text, operation),
        )
        for one in operation.parameters
    ]
    return "\n\n".join(
        filter(
            None,
            [_call_convention(operation.parameters), markdown.table(("name", "type", "required", "meaning"), rows)],
        )
    )


def _call_convention(parameters: tuple[Parameter, ...]) -> str:
    """Return how the arguments are passed."""
    by_position = [f"`{one.name}`" for one in parameters if one.by_position]
    if not by_position:
        return "All are keyword arguments."
    return f"{markdown.series(by_position)} can be passed by position." + (
        " The others are keyword arguments." if len(by_position) < len(parameters) else ""
    )


def _result(operation: Operation) -> str:
    return f"{_type(operation.result, operation)}."


def _changed_models(operation: Operation) -> str:
    """Return links to the models of the result, whose sections list the changes of their attributes."""
    links = [
        markdown.link(markdown.code(name), f"models/{module}.md#{name.lower()}", source=operation.page)
        for name in dict.fromkeys(_CLASS.findall(_CHOICES.sub("", operation.result)))
        if (module := _module_of(name)) and revisions.render_class(name)
    ]
    return f"The attributes of the result have changed too: see {markdown.series(links)}." if links else ""


def _type(annotation: str, operation: Operation) -> str:
    """Return a type, with links to the models in it. Long lists of choices are left to the text."""
    shown = _CHOICES.sub(lambda found: found[0] if len(found[0]) <= _LONG else "str", annotation)
    links = [
        markdown.link(name, f"models/{module}.md#{name.lower()}", source=operation.page)
        for name in dict.fromkeys(_CLASS.findall(shown))
        if (module := _module_of(name))
    ]
    if links == [] or shown != _CLASS.findall(shown)[0]:
        return f"`{shown}`" + (f" ({', '.join(links)})" if links else "")
    return links[0].replace(f"[{shown}]", f"[`{shown}`]")


def _module_of(name: str) -> str:
    """Return the module of a model; an empty string for other classes."""
    model = getattr(clerk_bapi.models, name, None)
    module = getattr(model, "__module__", "")
    prefix = "clerk_bapi.models."
    return module.removeprefix(prefix) if module.startswith(prefix) else ""


def _described(text: str, operation: Operation) -> str:
    """Return a text with links to the operations that it names."""
    known = by_name()

    def linked(found: re.Match[str]) -> str:
        other = known.get(found[1])
        return markdown.link(found[0], other.page, source=operation.page) if other and other != operation else found[0]

    return _METHOD.sub(linked, text)
