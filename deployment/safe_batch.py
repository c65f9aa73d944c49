"""Calls as a file for Safe's Transaction Builder, which a Safe's owners load, look at, and sign.

The format is that of its batch files: each call by its function and named values, so that the
signers see what they sign. The checksum is the one that the builder computes; without it, it warns.
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
"""The version of the Transaction Builder whose format this is."""


def batch(
    calls: Sequence[OwnerCall], *, chain_id: int, safe: str, created_at: int, name: str
) -> dict[str, Any]:
    """Make the content of a batch file.

    Args:
        calls: In the order in which they are made.
        safe: The Safe that makes them.
        name: What it is for, in words.
    """
    content: dict[str, Any] = {
        "version": _FORMAT,
        "chainId": str(chain_id),
        "createdAt": created_at,
        "meta": {
            "name": name,
            "description": "; ".join(call.words() for call in calls),
            "txBuilderVersion": _BUILDER,
            "createdFromSafeAddress": safe,
            "createdFromOwnerAddress": "",
        },
        "transactions": [_transaction(call) for call in calls],
    }
    content["meta"]["checksum"] = checksum(content)
    return content


def checksum(content: Mapping[str, Any]) -> str:
    """The checksum of a batch file, over all but the checksum itself and the batch's name.

    Args:
        content: Of the file.
    """
    meta = {key: value for key, value in content["meta"].items() if key != "checksum"}
    return f"0x{keccak(text=_serialized({**content, 'meta': {**meta, 'name': None}})).hex()}"


def write(path: Path, content: Mapping[str, Any]) -> None:
    """Write a batch file.

    Args:
        path: Where; nothing may be there.

    Raises:
        FileExistsError: There is something.
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
    """JSON as the builder hashes it: keys sorted and before their values, a comma after each."""
    if isinstance(value, list):
        return f"[{','.join(map(_serialized, value))}]"
    if isinstance(value, dict):
        keys = sorted(value)
        members = "".join(f"{_serialized(value[key])}," for key in keys)
        return f"{{{_plain(keys)}{members}}}"
    return _plain(value)


def _plain(value: Any) -> str:  # noqa: ANN401 - JSON
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
