"""The section docs/reference/models: a page for each module of models, with a section for each class."""

from __future__ import annotations

from tools.reference.models import index, meanings, page
from tools.reference.models.catalog import ModelClass, all_classes, classes
from tools.reference.section import Section


def build() -> Section:
    """Return the pages."""
    modules: dict[str, list[ModelClass]] = {}
    for one in classes().values():
        modules.setdefault(one.module, []).append(one)
    pages = {members[0].page: page.render(name, members) for name, members in sorted(modules.items())}
    unused = [f"{meanings.FILE.name}: there is no attribute {name}" for name in meanings.unused(all_classes())]
    return Section({"models/index.md": index.render(modules), **pages}, unused)
