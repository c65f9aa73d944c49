"""Signatures in every form that wallets give them."""

from __future__ import annotations

import pytest
from eth_abi import encode
from eth_account import Account
from web3 import Web3

from agentescrow.chain.signatures import (
    as_taken,
    canonical,
    has_key,
    signed,
    signer_of,
    unwrapped,
)
from agentescrow.chain.typed_data import Domain, permit
from agentescrow.chain.wallet import LocalWallet

KEY = Account.from_key("0x" + "5d" * 32)
OTHER = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
DELEGATED = bytes.fromhex("ef0100") + b"\xde" * 20


def message(nonce=0):
    return permit(
        Domain("USDC", "2", 84532, OTHER),
        owner=KEY.address,
        spender=OTHER,
        value=5,
        nonce=nonce,
        deadline=2**40,
    )


def plain(nonce=0):
    return LocalWallet(Web3(), KEY).sign_typed_data(message(nonce))


def low_v(signature):
    return signature[:64] + bytes([signature[64] - 27])


def compact(signature):
    y_parity_and_s = (signature[64] - 27) << 255 | int.from_bytes(signature[32:64], "big")
    return signature[:32] + y_parity_and_s.to_bytes(32, "big")


def wrapped(signature):
    values = [OTHER, b"deploy me", signature]
    return encode(["address", "bytes", "bytes"], values) + bytes.fromhex("6492" * 16)


def same(signature):
    return signature


def high_s(signature):
    s = ORDER - int.from_bytes(signature[32:64], "big")
    return signature[:32] + s.to_bytes(32, "big") + bytes([55 - signature[64]])


FORMS = [same, low_v, compact, wrapped]
# Both parities of a signature's point, so that neither half of v is a guess.
PARITIES = [next(n for n in range(99) if plain(n)[64] == v) for v in (27, 28)]


@pytest.mark.parametrize("nonce", PARITIES)
@pytest.mark.parametrize("form", [*FORMS, lambda each: wrapped(compact(each))])
def test_canonical__any_form_of_a_key_s__is_r_s_and_27_or_28(form, nonce):
    """RUN-25: what USDC and the forwarder take; it recovers to the same account."""
    assert canonical(form(plain(nonce))) == plain(nonce)
    assert signer_of(message(nonce), canonical(form(plain(nonce)))) == KEY.address


@pytest.mark.parametrize("nonce", PARITIES)
def test_canonical__high_s__stays(nonce):
    """RUN-25: the second signature that follows from every first one is nobody's to repair."""
    assert canonical(high_s(plain(nonce))) == high_s(plain(nonce))
    assert canonical(low_v(high_s(plain(nonce)))) == high_s(plain(nonce))


@pytest.mark.parametrize(
    "signature",
    [
        b"",
        b"\x01",
        b"\x07" * 63,
        b"\x07" * 65,
        b"\x07" * 66,
        b"\x07" * 500,
        bytes.fromhex("6492" * 16),
    ],
)
def test_canonical__anything_else__stays(signature):
    """STAKE-1: a smart wallet's signature has a form of its own."""
    assert canonical(signature) == signature


def test_unwrapped__cut__stays():
    """ERC-6492: what cannot be read is left to whoever checks it."""
    assert unwrapped(wrapped(plain())[64:]) == wrapped(plain())[64:]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("code", [b"", DELEGATED], ids=["no code", "delegated"])
def test_as_taken__account_of_a_key__is_canonical(form, code):
    """STAKE-1: an EIP-7702 delegation leaves the key its signatures."""
    assert as_taken(form(plain()), lambda: code) == plain()


@pytest.mark.parametrize("own", [b"\x07" * 64 + b"\x01", b"\x07" * 64 + b"\0", b"\x07" * 64])
def test_as_taken__smart_wallet__is_unwrapped_and_no_more(own):
    """STAKE-1: a Safe's approved hash ends with 1, and is no signature of a key."""
    assert as_taken(own, lambda: b"\x60\x80") == own
    assert as_taken(wrapped(own), lambda: b"\x60\x80") == own


def test_as_taken__usual_form__asks_nobody():
    """API-4: the node is asked about odd forms alone."""

    def unasked():
        raise AssertionError("nobody has to be asked")

    assert as_taken(plain(), unasked) == plain()
    assert as_taken(b"\x07" * 100, unasked) == b"\x07" * 100


def test_has_key__contract__has_none():
    assert has_key(b"")
    assert has_key(DELEGATED)
    assert not has_key(b"\x60\x80")


class Giving:
    """A wallet whose device gives signatures in another form."""

    def __init__(self, form, address=KEY.address):
        self.address = address
        self._form = form

    def sign_typed_data(self, asked):
        return self._form(LocalWallet(Web3(), KEY).sign_typed_data(asked))


@pytest.mark.parametrize("form", FORMS)
def test_signed__wallet_of_a_key__is_canonical(form):
    """API-7: hardware wallets give 0 and 1, others 64 bytes."""
    assert signed(Giving(form), message()) == plain()


@pytest.mark.parametrize("form", [same, low_v, compact])
def test_signed__wallet_of_a_contract__is_left_alone(form):
    """STAKE-1: its address is not that of the key behind it, so its form is its own."""
    assert signed(Giving(form, OTHER), message()) == form(plain())
    assert signed(Giving(lambda each: wrapped(form(each)), OTHER), message()) == form(plain())


@pytest.mark.parametrize("signature", [b"", b"\x07" * 64, b"\xff" * 65, b"\0" * 65])
def test_signer_of__no_signature__is_nobody(signature):
    assert signer_of(message(), signature) is None


def test_signer_of__another_message__is_another():
    assert signer_of(message(1), plain(0)) != KEY.address
