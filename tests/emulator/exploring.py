"""The number of examples in property tests.

By default the examples are few and the same in each run. `CLERK_EMULATOR_EXPLORE=20` runs twenty times as many,
different in each run: `CLERK_EMULATOR_EXPLORE=20 pytest tests/emulator/request/test_fuzz.py`.
"""

from __future__ import annotations

import os
from typing import Any

from hypothesis import HealthCheck, Phase, settings

FACTOR = int(os.environ.get("CLERK_EMULATOR_EXPLORE", "0"))


def examples(number: int, **options: Any) -> settings:
    """Return the settings of a property test with this many examples by default."""
    return settings(
        max_examples=number * max(FACTOR, 1),
        derandomize=not FACTOR,
        database=None,
        deadline=None,
        # Failing examples are shrunk but not explained, which takes long.
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        **options,
    )
