"""`clerk-emulator` and `python -m clerk_emulator`: run a local Clerk until it is stopped."""

from __future__ import annotations

import gc
import sys


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit code: 0, or 1 with the reason on standard error."""
    # Importing creates hardly any garbage, and looking for it would take longer than the imports themselves.
    gc.disable()
    try:
        from clerk_emulator.storage import signing_keys

        signing_keys.generate_ahead()
        from clerk_emulator import command
    except ModuleNotFoundError as error:
        print(f'clerk_emulator needs {error.name}: pip install "clerkkit[emulator]"', file=sys.stderr)
        return 1
    finally:
        gc.enable()
    gc.freeze()
    return command.run(arguments)


if __name__ == "__main__":
    sys.exit(main())
