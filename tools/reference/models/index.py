"""Write the index of the models."""

from __future__ import annotations

from collections.abc import Mapping

from tools.reference import markdown
from tools.reference.models.attributes import class_link
from tools.reference.models.catalog import ModelClass

_PAGE = "models/index.md"
_INTRO = """\
Methods return these classes, and the data of events consists of them. Import them from `clerkkit`, or from
`clerkkit.events` if only events contain them. [Responses](../../responses.md) describes how they behave: they keep
unknown keys, no response makes them raise an error, and enums are strings at run time.

The column "presence" says what Clerk's document promises:

| presence | meaning |
| --- | --- |
| always | Clerk sends a value. If it is absent nevertheless, it reads as `None`, or as an empty list or object |
| may be null | Clerk sends the key, perhaps with null, which reads as `None` |
| may be absent | Clerk may leave the key out, which reads as `None`; `"key" in model` tells whether it was sent |
| required, optional | for objects that you send: whether you must give it |

The values after "one of" are those that Clerk's document lists. Clerk can add others, which are read as strings.

Below a class are the changes of its attributes in the documents of each API version. The commits in parentheses are
those of Clerk's repository of documents, [clerk/openapi-specs](https://github.com/clerk/openapi-specs). A version
without a commit differs in this way from the version before it."""


def render(modules: Mapping[str, list[ModelClass]]) -> str:
    """Return the index."""
    rows = [
        (
            markdown.link(markdown.code(name), members[0].page, source=_PAGE),
            ", ".join(class_link(one.name, _PAGE) for one in members),
        )
        for name, members in sorted(modules.items())
    ]
    return markdown.page("# Models", _INTRO, "## Classes", markdown.table(("page", "classes"), rows))
