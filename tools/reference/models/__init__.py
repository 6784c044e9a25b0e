"""The section docs/reference/models: a page for each module of models, with a section for each class."""

from __future__ import annotations

from tools.reference.models import index, page
from tools.reference.models.catalog import ModelClass, classes
from tools.reference.section import Section


def build() -> Section:
    """Return the pages."""
    modules: dict[str, list[ModelClass]] = {}
    for one in classes().values():
        modules.setdefault(one.module, []).append(one)
    pages = {members[0].page: page.render(name, members) for name, members in sorted(modules.items())}
    return Section({"models/index.md": index.render(modules), **pages})
