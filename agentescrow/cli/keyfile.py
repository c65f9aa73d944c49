"""Key files of eth-account's, Ape's and geth's, and the passphrases that open them.

Whose key it is ("AGENT", "RELAYER") names the settings: AGENT_KEYFILE, AGENT_PASSPHRASE and
AGENT_PASSPHRASE_FILE.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from eth_account import Account
from eth_account.signers.local import LocalAccount
from pydantic import SecretStr

from agentescrow.chain.keys import account_of
from agentescrow.errors import InvalidInput


def content_of(whose: str, file: Path) -> Any:  # noqa: ANN401 - JSON
    """Read a key file, before anybody is asked for its passphrase.

    Raises:
        InvalidInput: There is no such file, or it is not JSON.
    """
    try:
        return json.loads(file.expanduser().read_text("utf-8"))
    except (OSError, ValueError):
        raise InvalidInput(f"{whose}_KEYFILE", str(file), "a readable key file (JSON)") from None


def opened(whose: str, file: Path, passphrase: str) -> LocalAccount:
    """Open a key file.

    Args:
        passphrase: What it is encrypted with.

    Raises:
        InvalidInput: It is no key file, or its passphrase is another one.
    """
    content = content_of(whose, file)
    try:
        return account_of(bytes(Account.decrypt(content, passphrase)))
    except Exception:  # without its words, which may repeat what is in the file
        allowed = f"a key file as Ape and geth write it, and its {whose}_PASSPHRASE"
        raise InvalidInput(f"{whose}_KEYFILE", str(file), allowed) from None


def passphrase_of(whose: str, told: SecretStr | None, file: str | Path | None) -> str | None:
    """Find the passphrase that the settings name; None where they name none.

    Args:
        told: The passphrase itself.
        file: Or a file that has it; the end of its line is not part of it.

    Raises:
        InvalidInput: The file cannot be read.
    """
    if file is None:
        return None if told is None else told.get_secret_value()
    try:
        text = Path(file).expanduser().read_text("utf-8")
    except (OSError, ValueError):
        allowed = "a readable file with a passphrase"
        raise InvalidInput(f"{whose}_PASSPHRASE_FILE", str(file), allowed) from None
    return text.removesuffix("\n").removesuffix("\r")
