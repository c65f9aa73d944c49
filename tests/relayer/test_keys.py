"""The relayer's key: from the environment, or a file as Ape keeps it."""

from __future__ import annotations

import json

import pytest
from eth_account import Account

from agentescrow.cli.service import Backend, sender_of
from agentescrow.errors import InvalidInput
from agentescrow.settings import Settings

KEY = "0x" + "11" * 32


@pytest.fixture
def keyfile(tmp_path):
    file = tmp_path / "relayer.json"
    file.write_text(json.dumps(Account.encrypt(KEY, "passphrase", iterations=2)))
    return file


@pytest.fixture
def sender_with(database, pool, ground):
    """The sender that the settings give."""
    deployment = ground.contracts.deployment
    return lambda **given: sender_of(
        Backend(Settings(_env_file=None, **given), deployment, database, pool)
    )


def test_sender_of__key__is_its_account(sender_with):
    """API-4: RELAYER_KEY."""
    assert sender_with(relayer_key=KEY).address == Account.from_key(KEY).address


def test_sender_of__keyfile__is_its_account(sender_with, keyfile):
    """API-4: RELAYER_KEYFILE and RELAYER_PASSPHRASE."""
    sender = sender_with(relayer_keyfile=str(keyfile), relayer_passphrase="passphrase")

    assert sender.address == Account.from_key(KEY).address


def test_sender_of__passphrase_in_a_file__is_its_account(sender_with, keyfile, tmp_path):
    """API-4: RELAYER_PASSPHRASE_FILE, as systemd hands secrets over; its line end is not part."""
    file = tmp_path / "passphrase"
    file.write_text("passphrase\n")
    sender = sender_with(relayer_keyfile=str(keyfile), relayer_passphrase_file=str(file))

    assert sender.address == Account.from_key(KEY).address
    with pytest.raises(InvalidInput, match="RELAYER_PASSPHRASE_FILE"):
        sender_with(relayer_keyfile=str(keyfile), relayer_passphrase_file=str(tmp_path / "none"))


def test_sender_of__nothing__is_none(sender_with):
    """API-4: without a key requests are queued."""
    assert sender_with() is None


@pytest.mark.parametrize("passphrase", ["", "another"])
def test_sender_of__wrong_passphrase__is_said(sender_with, keyfile, passphrase):
    """API-4: what is allowed, and nothing of what was given."""
    with pytest.raises(InvalidInput, match="RELAYER_PASSPHRASE"):
        sender_with(relayer_keyfile=str(keyfile), relayer_passphrase=passphrase)


@pytest.mark.parametrize("content", [None, "", "[]", "{}", '{"crypto": 1, "version": 3}'])
def test_sender_of__no_keyfile__is_said(sender_with, tmp_path, content):
    """API-4: a wrong path or file."""
    file = tmp_path / "file.json"
    if content is not None:
        file.write_text(content)

    with pytest.raises(InvalidInput, match="RELAYER_KEYFILE"):
        sender_with(relayer_keyfile=str(file))


def test_sender_of__bad_key__is_not_shown(sender_with):
    """API-4: a secret stays out of messages."""
    with pytest.raises(InvalidInput) as refused:
        sender_with(relayer_key="0xsecret")

    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("key", [KEY[:-1], KEY[2:-1], KEY + "1"])
def test_sender_of__a_key_of_another_length__is_refused(sender_with, key):
    """API-4: a digit that is missing makes no other account of it."""
    with pytest.raises(InvalidInput, match="RELAYER_KEY") as refused:
        sender_with(relayer_key=key)

    assert KEY[2:20] not in str(refused.value)
