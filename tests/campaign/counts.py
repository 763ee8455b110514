"""How long the random runs are: a slice with every test run, the whole by `make campaign`."""

from __future__ import annotations

import os
from typing import Final

from hypothesis import HealthCheck, Phase, settings

IS_WHOLE: Final = os.environ.get("TVIST_CAMPAIGN") == "whole"


def runs(examples: int, steps: int, *, whole_examples: int, whole_steps: int) -> settings:
    """Settings of a machine. The slice is the same each time; the whole draws anew, and shrinks what it finds."""
    return settings(
        max_examples=whole_examples if IS_WHOLE else examples,
        stateful_step_count=whole_steps if IS_WHOLE else steps,
        deadline=None,
        derandomize=not IS_WHOLE,
        database=None,
        phases=[Phase.generate, Phase.shrink] if IS_WHOLE else [Phase.generate],
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
