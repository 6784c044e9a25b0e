"""Writes docs/auth-vectors.md: `python -m tools.auth_vectors`. Needs the recordings in `CLERKKIT_SHARED`."""

from __future__ import annotations

from pathlib import Path

from tests.overlay.auth.vectors import DIFFERS, FILES, compare

PAGE = Path(__file__).resolve().parents[1] / "docs" / "auth-vectors.md"

_INTRODUCTION = """\
# Recorded cases of Clerk's SDKs

`tests/overlay/auth/test_vectors.py` compares this library with results that were recorded from the tests of Clerk's
JavaScript and Go SDKs. For tokens, it compares verdict, reason and data. For requests, it compares status, reason,
token type and all headers, `location` character by character. The texts of messages are our own and are not compared.

The recordings were made with @clerk/backend 3.16. Where 3.25 behaves differently, this library follows 3.25:

- tokens of JWT templates are never sessions
- the audience of OAuth access tokens is enforced
- machine tokens need no `azp`
- a token with another issuer than `issuer` is refused as `token-invalid-issuer`

`make judge` compares both libraries in 3800 cases. `python -m tools.auth_vectors` writes this page.

| file | rows | equal | different |
|---|---|---|---|
"""


def build_page() -> str:
    """Return the page: how many rows of each file are equal, and why others differ."""
    lines: list[str] = []
    reasons: dict[str, str] = {}
    for file in FILES:
        comparisons = list(compare(file))
        different = [comparison.row["test"] for comparison in comparisons if not comparison.is_equal]
        equal = len(comparisons) - len(different)
        lines.append(f"| {file} | {len(comparisons)} | {equal} | {len(different)} |")
        reasons |= {test: f"- {file}: the row {DIFFERS[test]}." for test in different}
    lines += ["", *dict.fromkeys(reasons.values()), "", "Deliberate differences are listed in [auth.md](auth.md)."]
    return _INTRODUCTION + "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(build_page(), encoding="utf-8")
