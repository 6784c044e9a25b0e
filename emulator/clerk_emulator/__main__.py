"""`python -m clerk_emulator`: a Clerk on this machine, until it is stopped."""

from __future__ import annotations

import sys


def main(arguments: list[str] | None = None) -> int:
    """Run the program. Returns its exit code: 0 when it was stopped, 1 with the reason on standard error otherwise."""
    try:
        from clerk_emulator import command
    except ModuleNotFoundError as missing:
        print(f'clerk_emulator needs {missing.name}: pip install "clerkkit[emulator]"', file=sys.stderr)
        return 1
    return command.run(arguments)


if __name__ == "__main__":
    sys.exit(main())
