"""Write the attack table of docs/auth.md: `python -m tests.overlay.auth.attack_table`."""

from __future__ import annotations

from pathlib import Path

from tests.overlay.auth.test_attacks import ATTACKS
from tests.overlay.auth.test_unauthenticated_calls import FLOODS

PAGE = Path(__file__).resolve().parents[3] / "docs" / "auth.md"
_START, _END = "<!-- attacks -->\n", "<!-- end of attacks -->\n"


def table() -> str:
    attacks = {**ATTACKS, **FLOODS}
    rows = [f"| {name} | `{reason}` | {calls} |\n" for name, (_, reason, calls) in attacks.items()]
    return "".join(["| attack | refused as | calls to Clerk |\n", "|---|---|---|\n", *rows])


def with_table(page: str) -> str:
    before, _, rest = page.partition(_START)
    return f"{before}{_START}{table()}{_END}{rest.partition(_END)[2]}"


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
