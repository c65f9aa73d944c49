"""The custom errors of both contracts, by name and parameters, and how the twin raises them."""

from __future__ import annotations

from typing import Final

from agentescrow.chain.abis import entries
from agentescrow.errors import Reverted

ERRORS: Final[dict[str, tuple[str, ...]]] = {
    error["name"]: tuple(parameter["name"] for parameter in error["inputs"])
    for contract in ("StakeRegistry", "RunEscrow")
    for error in entries(contract, "error")
}
"""Names of the parameters of each custom error."""

# USDC answers with strings and other tokens with errors of their own, so the twin has one name for
# "the token refused the transfer" that belongs to no contract.
TOKEN_REFUSED: Final = "TokenRefused"
_TOKEN_REFUSED_PARAMETERS: Final = ("sender", "to", "reason")


def reverted(name: str, *values: object) -> Reverted:
    """Build the twin's exception for a custom error.

    Args:
        name: A key of `ERRORS`, or `TOKEN_REFUSED`.
        values: As many as the error has parameters, in their order.

    Returns:
        The exception, for the caller to raise.

    Raises:
        KeyError: No contract declares that error.
        ValueError: Wrong number of values.
    """
    parameters = _TOKEN_REFUSED_PARAMETERS if name == TOKEN_REFUSED else ERRORS[name]
    return Reverted(name, dict(zip(parameters, values, strict=True)))
