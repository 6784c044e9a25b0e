"""One change between two contracts."""

from __future__ import annotations

import attrs

from generator.changes.caller_view import Place
from generator.changes.rules import RULES, Grade, Rule


@attrs.frozen
class Change:
    """A change: its kind, its place before and after, and the values before and after."""

    kind: str
    old: Place | None
    new: Place | None
    before: str | None = None
    after: str | None = None

    @property
    def rule(self) -> Rule:
        """The rule for its kind."""
        return RULES[self.kind]

    @property
    def grade(self) -> Grade:
        """The effect on callers."""
        return self.rule.grade

    @property
    def place(self) -> Place:
        """The place in the new contract, or in the old one if it was removed."""
        place = self.new or self.old
        assert place is not None
        return place

    @property
    def description(self) -> str:
        """The description of the change."""
        return self.rule.description.format(before=self.before, after=self.after)

    def mirrored(self) -> Change:
        """Return the reverse change."""
        return Change(self.rule.opposite, self.new, self.old, self.after, self.before)
