"""Private keys as they are written, and as they get broken when they are copied."""

from __future__ import annotations

import pytest
from eth_account import Account

from agentescrow.chain.keys import account_of
from agentescrow.errors import InvalidInput
from agentescrow.sdk.signers import wallet_maker

DIGITS = "5d" * 32
ADDRESS = Account.from_key("0x" + DIGITS).address
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


@pytest.mark.parametrize(
    "key",
    [
        f"0x{DIGITS}",
        DIGITS,
        f"0X{DIGITS.upper()}",
        f"0x{DIGITS}\n",
        f" \t{DIGITS}\r\n",
        bytes.fromhex(DIGITS),
    ],
    ids=["0x", "digits", "capitals", "line end", "spaces", "bytes"],
)
def test_account_of__a_whole_key__is_its_account(key):
    """API-7: what a file or a variable holds, its line end aside."""
    assert account_of(key).address == ADDRESS


@pytest.mark.parametrize(
    "key",
    [
        f"0x{DIGITS[:-1]}",
        DIGITS[:-1],
        f"0x{DIGITS[:-2]}",
        f"0x{DIGITS}5",
        f"0x{DIGITS}5d",
        f"0x{DIGITS[:-1]}g",
        f"{DIGITS[:32]} {DIGITS[32:]}",
        f"-0x{DIGITS}",
        "",
        "0x",
        bytes.fromhex(DIGITS[:-2]),
        bytes.fromhex(DIGITS) + b"\n",
        DIGITS.encode(),
        "٠" * 64,  # digits, but of another script
        "0" * 64,
        f"{ORDER:064x}",
    ],
)
def test_account_of__anything_else__is_refused_and_not_shown(key):
    """API-7: a digit that is missing makes no other key of it, and a secret stays out of errors."""
    with pytest.raises(InvalidInput, match="64 hexadecimal digits") as refused:
        account_of(key, "RELAYER_KEY")

    assert refused.value.field == "RELAYER_KEY"
    assert refused.value.value == "(hidden)"
    assert refused.value.__cause__ is None
    assert refused.value.__context__ is None


def test_wallet_maker__a_key_without_its_last_digit__is_refused():
    """API-7: the SDK reads keys in the one way that there is."""
    with pytest.raises(InvalidInput, match="private_key"):
        wallet_maker(f"0x{DIGITS[:-1]}")
