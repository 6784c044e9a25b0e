"""`clerk-emulator` and `python -m clerk_emulator`: run a local Clerk until it is stopped."""

from __future__ import annotations

import sys


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit code: 0, or 1 with the reason on standard error."""
    try:
        from clerk_emulator import command
    except ModuleNotFoundError as error:
        print(f'clerk_emulator needs {error.name}: pip install "clerkkit[emulator]"', file=sys.stderr)
        return 1
    return command.run(arguments)


if __name__ == "__main__":
    sys.exit(main())
