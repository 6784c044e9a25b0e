"""How long tests look for what nobody thought of.

In the suite they take a few steps, and the same ones each time. `CLERK_EMULATOR_EXPLORE=20` lets them take twenty times
as many, other ones in each run: `CLERK_EMULATOR_EXPLORE=20 pytest tests/emulator/test_fuzz.py`.
"""

from __future__ import annotations

import os
from typing import Any

from hypothesis import HealthCheck, Phase, settings

FACTOR = int(os.environ.get("CLERK_EMULATOR_EXPLORE", "0"))


def examples(number: int, **options: Any) -> settings:
    """Settings for a property that is tried with so many examples in the suite."""
    return settings(
        max_examples=number * max(FACTOR, 1),
        derandomize=not FACTOR,
        database=None,
        deadline=None,
        # An example that fails is made smaller; to say in how many ways it fails takes long and tells little.
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        **options,
    )
