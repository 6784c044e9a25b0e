"""One change between two contracts."""

from __future__ import annotations

import attrs

from generator.changes.callers import Place
from generator.changes.rules import RULES, Grade, Rule


@attrs.frozen
class Change:
    """What changed, where it was and is, and from what to what."""

    kind: str
    old: Place | None
    new: Place | None
    before: str | None = None
    after: str | None = None

    @property
    def rule(self) -> Rule:
        """The verdict, with its reason."""
        return RULES[self.kind]

    @property
    def grade(self) -> Grade:
        """How much a caller notices."""
        return self.rule.grade

    @property
    def place(self) -> Place:
        """Where it is, or was before it went."""
        place = self.new or self.old
        assert place is not None
        return place

    @property
    def says(self) -> str:
        """What happened, in words."""
        return self.rule.says.format(before=self.before, after=self.after)

    def mirrored(self) -> Change:
        """The same change the other way round."""
        return Change(self.rule.opposite, self.new, self.old, self.after, self.before)
