"""What posting by authorization is tested with."""

from __future__ import annotations

from eth_abi.abi import encode
from eth_utils.crypto import keccak

from tests.contracts.runs import IPFS

SALT = b"\x01" * 32
INVALID = "FiatTokenV2: invalid signature"


def nonce_of(terms: tuple, uri: str = IPFS, salt: bytes = SALT) -> bytes:
    """Derive the EIP-3009 nonce as the specification has it."""
    types = ["(uint64,uint40,uint8,uint8,uint8)", "bytes32", "bytes32"]
    return keccak(encode(types, [terms, keccak(text=uri), salt]))
