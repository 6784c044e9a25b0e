"""Writes the table of attacks in docs/auth.md: `python -m tools.attack_table`."""

from __future__ import annotations

from pathlib import Path

from tests.overlay.auth.test_attacks import ATTACKS
from tests.overlay.auth.test_unauthenticated_calls import FLOODS

PAGE = Path(__file__).resolve().parents[1] / "docs" / "auth.md"
_START, _END = "<!-- attacks -->\n", "<!-- end of attacks -->\n"


def build_table() -> str:
    attacks = {**ATTACKS, **FLOODS}
    rows = [f"| {name} | `{reason}` | {calls} |\n" for name, (_, reason, calls) in attacks.items()]
    return "".join(["| attack | refused as | calls to Clerk |\n", "|---|---|---|\n", *rows])


def replace_table(page: str) -> str:
    """Return the page with the current table."""
    before, _, rest = page.partition(_START)
    return f"{before}{_START}{build_table()}{_END}{rest.partition(_END)[2]}"


if __name__ == "__main__":
    PAGE.write_text(replace_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
