"""Serializers of credits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from agentescrow.api.serializers import Json, serializer
from agentescrow.domain.actions import snake
from agentescrow.domain.contracts import VAULTS
from agentescrow.wire.credits import Credits, WithdrawAnswer

_credits: Final = serializer(Credits, *Credits.model_fields)
_FIELDS: Final = {snake(contract.name): contract.name for contract in VAULTS}

serialize_answer: Final = serializer(WithdrawAnswer, "credits", "message", success=True)


def serialize_credits(account: str, owed: Mapping[str, int]) -> Json:
    """Write what each contract owes an account.

    Args:
        account: Account, as the request spells it.
        owed: Base units by name of the contract.
    """
    return _credits(account, **{field: owed.get(name, 0) for field, name in _FIELDS.items()})
