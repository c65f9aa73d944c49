"""How long the machine runs: the profile `quick`, or `long`.

`quick` is what `make test` takes: the same seeds each time, so the same examples. `long` is what
`--hypothesis-profile long` or STATEFUL_PROFILE=long asks for: it begins with a seed of its own, or
with STATEFUL_SEED; STATEFUL_ROUNDS changes how many rounds it takes.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from typing import Final

from hypothesis import HealthCheck, Phase, settings

EXAMPLES_A_ROUND: Final = 10
"""After ten examples Hypothesis begins to follow each new one by six that are nearly copies."""


@dataclass(frozen=True)
class Plan:
    """What a test runs.

    Attributes:
        settings: Hypothesis' settings of a round.
        seeds: The seed of each round.
    """

    settings: settings
    seeds: range


# Rounds and steps: in process, and on Anvil.
_SIZES = {
    "quick": {"in process": (30, 40), "on Anvil": (2, 25)},
    "long": {"in process": (600, 60), "on Anvil": (20, 40)},
}

for _name in _SIZES:
    settings.register_profile(
        _name,
        max_examples=EXAMPLES_A_ROUND,
        deadline=None,
        database=None,
        # Examples are long on purpose.
        suppress_health_check=[
            HealthCheck.too_slow,
            HealthCheck.data_too_large,
            HealthCheck.large_base_example,
        ],
        # Explaining a failure takes longer than reading its story.
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
    )


def chosen(where: str) -> Plan:
    """Tell what a test runs.

    Args:
        where: "in process" or "on Anvil".
    """
    named = settings.get_current_profile_name()
    profile = named if named in _SIZES else os.environ.get("STATEFUL_PROFILE", "quick")
    rounds, _ = _SIZES[profile][where]
    first = 0
    if profile != "quick":
        rounds = int(os.environ.get("STATEFUL_ROUNDS", rounds))
        first = int(os.environ.get("STATEFUL_SEED", secrets.randbelow(10**9)))
    return Plan(settings_of(profile, where), range(first, first + rounds))


def settings_of(profile: str, where: str) -> settings:
    """Tell Hypothesis' settings of a round.

    Args:
        profile: "quick" or "long".
        where: "in process" or "on Anvil".
    """
    _, steps = _SIZES[profile][where]
    return settings(settings.get_profile(profile), stateful_step_count=steps)
