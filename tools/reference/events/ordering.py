"""Tell how to bring the events about an object into order, as `clerkkit.sync` does."""

from __future__ import annotations

from itertools import groupby

from clerk_bapi.events import EVENTS
from clerkkit.sync.schema.kinds import KINDS, Kind

_RULE = """\
Deliveries can arrive in another order than the changes, and more than once. Of two states of the same object, the
newer is the one with

1. the later `data.updated_at`;
2. if these are equal, the later `timestamp` of the event;
3. if these are equal too, the higher rank of `data.status`{ranks}."""
_RULE_WITHOUT_STATUS = """\
Deliveries can arrive in another order than the changes, and more than once. Of two states of the same object, the
newer is the one with the later `data.updated_at`; if these are equal, the one with the later `timestamp` of the
event."""
_DELETION = """\
`{kind}.deleted` is final, because Clerk does not use an id twice: ignore events about the object that arrive later."""
_IS_DELETION = """\
A deletion is final, because Clerk does not use an id twice: remember the id, and ignore every other event about the
object, even if it arrives later."""
_SYNC = "[`clerkkit.sync`](../../sync.md) applies this rule{table}."
_MESSAGE = """\
Each event describes one message, which never changes, so these events need no ordering. Clerk can deliver an event more
than once: store the header `svix-id`, which is signed and the same for each delivery, and ignore ids that you have
seen."""
_NO_TABLE = "`clerkkit.sync` has no table for these objects."


def render(event_type: str) -> str:
    """Return how to order the events about an object."""
    name, _, verb = event_type.partition(".")
    if name in ("email", "sms"):
        return _MESSAGE
    kind = next((one for one in KINDS.values() if one.event == name), None)
    table = _SYNC.format(table=f" to the table `clerk_{kind.name}`") if kind else _NO_TABLE
    if verb == "deleted":
        return f"{_IS_DELETION}\n\n{table}"
    rule = _RULE.format(ranks=f": {_ranks(kind)}") if kind and kind.ranks else _RULE_WITHOUT_STATUS
    deletion = _DELETION.format(kind=name) if _has_deletion(name) else ""
    return "\n\n".join(filter(None, [rule, deletion, table]))


def _ranks(kind: Kind) -> str:
    """Return the statuses from the lowest rank to the highest."""
    ordered = sorted(kind.ranks.items(), key=lambda item: item[1])
    groups = [[status for status, _ in group] for _, group in groupby(ordered, key=lambda item: item[1])]
    return ", then ".join(" or ".join(f"`{status}`" for status in group) for group in groups)


def _has_deletion(name: str) -> bool:
    return f"{name}.deleted" in EVENTS
