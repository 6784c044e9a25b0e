"""Run a command of the generator: `python -m generator --help` lists them."""

from __future__ import annotations

import sys

from generator.commands import main

if __name__ == "__main__":
    sys.exit(main())
