"""Writes the table of causes in docs/webhook-events.md: `python -m tools.event_table`."""

from __future__ import annotations

from pathlib import Path

from tools.event_causes import Cause, causes, marks

PAGE = Path(__file__).resolve().parents[1] / "docs" / "webhook-events.md"
_START, _END = "<!-- causes -->\n", "<!-- end of causes -->\n"


def build_table() -> str:
    """Return the marks and the table in Markdown."""
    meanings = "".join(f"- **{mark}**: {meaning}\n" for mark, meaning in marks().items())
    head = "| act | operations | events, in order | mark | evidence |\n|---|---|---|---|---|\n"
    return f"{meanings}\n{head}{''.join(map(_row, causes()))}"


def _row(cause: Cause) -> str:
    named = "<br>".join(f"`{one}`" for one in (*cause.operations, *cause.repeats)) or "none"
    events = "<br>".join(f"`{event}`" for event in cause.events) or "none"
    return f"| {cause.act} | {named} | {events} | {cause.mark} | {cause.evidence} |\n"


def replace_table(page: str) -> str:
    """Return the page with the current table."""
    before, _, rest = page.partition(_START)
    return f"{before}{_START}{build_table()}{_END}{rest.partition(_END)[2]}"


if __name__ == "__main__":
    PAGE.write_text(replace_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
