"""Write the first page of docs/reference."""

from __future__ import annotations

from tools.reference import markdown
from tools.reference.section import Section

_TEXT = """\
# Reference

- [Operations](operations/index.md): what each method of `Clerk` sends and returns, with an example that has run
- [Webhook events](events/index.md): what causes each event, its data, and a handler that has received it
- [Models](models/index.md): the attributes of the objects that methods and events contain
- [Clerk's documents](documents.md): what each revision of Clerk's API has changed
- [Exceptions](exceptions.md): when each one is raised, its attributes, and Clerk's error codes
- Options: [clients](client-options.md), [authentication](auth-options.md), [webhooks](webhook-options.md),
  [the copy in a database](sync-options.md), [tests](testing-options.md)
"""


def build() -> Section:
    """Return the page."""
    return Section({"index.md": markdown.page(_TEXT)})
