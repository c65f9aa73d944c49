"""How long the machine runs: the profile `quick`, or `long`.

`quick` is what `make test` takes: the same examples each time. `long` is asked for by
`--hypothesis-profile long` or STATEFUL_PROFILE=long, draws anew each time and prints how to repeat
a failure; STATEFUL_EXAMPLES changes how many examples it draws.
"""

from __future__ import annotations

import os
from typing import Any

from hypothesis import HealthCheck, Phase, settings

_SHARED: dict[str, Any] = {
    "deadline": None,
    "database": None,
    "print_blob": True,
    # Examples are long on purpose. Explaining a failure takes longer than reading its story.
    "suppress_health_check": [
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.large_base_example,
    ],
    "phases": [Phase.explicit, Phase.generate, Phase.shrink],
}
# Examples and steps: in process, and on Anvil.
_SIZES = {
    "quick": {"in process": (350, 40), "on Anvil": (20, 25)},
    "long": {"in process": (6_000, 60), "on Anvil": (200, 40)},
}

settings.register_profile("quick", derandomize=True, **_SHARED)
settings.register_profile("long", **_SHARED)


def chosen(where: str) -> settings:
    """Tell the settings of a test.

    Args:
        where: "in process" or "on Anvil".
    """
    named = settings.get_current_profile_name()
    profile = named if named in _SIZES else os.environ.get("STATEFUL_PROFILE", "quick")
    examples, steps = _SIZES[profile][where]
    if profile != "quick":
        examples = int(os.environ.get("STATEFUL_EXAMPLES", examples))
    return settings(settings.get_profile(profile), max_examples=examples, stateful_step_count=steps)
