"""Write calls to a batch file for Safe's Transaction Builder, which signers load and check.

Each call has its function and named values, so that signers see what they sign. The checksum is the
builder's own, which warns if it is missing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from eth_utils.crypto import keccak

from agentescrow.chain.abis import entries
from deployment.owner_calls import OwnerCall

_FORMAT: Final = "1.0"
_BUILDER: Final = "1.18.2"
"""Version of the Transaction Builder that defines this format."""


def batch(
    calls: Sequence[OwnerCall], *, chain_id: int, safe: str, created_at: int, name: str
) -> dict[str, Any]:
    """Build the content of a batch file.

    Args:
        calls: Calls in order.
        chain_id: Chain id.
        safe: Address of the Safe.
        created_at: Unix milliseconds.
        name: Name of the batch.
    """
    content: dict[str, Any] = {
        "version": _FORMAT,
        "chainId": str(chain_id),
        "createdAt": created_at,
        "meta": {
            "name": name,
            "description": "; ".join(call.describe() for call in calls),
            "txBuilderVersion": _BUILDER,
            "createdFromSafeAddress": safe,
            "createdFromOwnerAddress": "",
        },
        "transactions": [_transaction(call) for call in calls],
    }
    content["meta"]["checksum"] = checksum(content)
    return content


def checksum(content: Mapping[str, Any]) -> str:
    """Compute the checksum of a batch, which leaves out the checksum and the name."""
    meta = {key: value for key, value in content["meta"].items() if key != "checksum"}
    return f"0x{keccak(text=_serialized({**content, 'meta': {**meta, 'name': None}})).hex()}"


def write(path: Path, content: Mapping[str, Any]) -> None:
    """Write a batch file.

    Raises:
        FileExistsError: The file exists.
    """
    with path.open("x", encoding="utf-8") as file:
        json.dump(content, file, indent=2)
        file.write("\n")


def _transaction(call: OwnerCall) -> dict[str, Any]:
    inputs = _inputs(call)
    values = zip(inputs, call.arguments, strict=True)
    return {
        "to": call.contract.address,
        "value": "0",
        "data": None,
        "contractMethod": {"inputs": inputs, "name": call.function, "payable": False},
        "contractInputsValues": {each["name"]: str(value) for each, value in values},
    }


def _inputs(call: OwnerCall) -> list[dict[str, str]]:
    functions = entries(call.contract.kind, "function")
    inputs = next(each["inputs"] for each in functions if each["name"] == call.function)
    keys = ("internalType", "name", "type")
    return [{key: each[key] for key in keys if key in each} for each in inputs]


def _serialized(value: Any) -> str:  # noqa: ANN401 - JSON
    """Serialize as the builder does: sorted keys before their values, a comma after each."""
    if isinstance(value, list):
        return f"[{','.join(map(_serialized, value))}]"
    if isinstance(value, dict):
        keys = sorted(value)
        members = "".join(f"{_serialized(value[key])}," for key in keys)
        return f"{{{_plain(keys)}{members}}}"
    return _plain(value)


def _plain(value: Any) -> str:  # noqa: ANN401 - JSON
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
