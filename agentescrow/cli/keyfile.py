"""Open encrypted key files of eth-account, Ape and geth.

The owner of the key, "AGENT" or "RELAYER", names the settings: AGENT_KEYFILE, AGENT_PASSPHRASE and
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


def content_of(owner: str, file: Path) -> Any:  # noqa: ANN401 - JSON
    """Read a key file, so that a missing one is reported before the passphrase prompt.

    Raises:
        InvalidInput: The file does not exist, or is not JSON.
    """
    try:
        return json.loads(file.expanduser().read_text("utf-8"))
    except (OSError, ValueError):
        raise InvalidInput(f"{owner}_KEYFILE", str(file), "a readable key file (JSON)") from None


def opened(owner: str, file: Path, passphrase: str) -> LocalAccount:
    """Decrypt a key file.

    Raises:
        InvalidInput: The file is not a key file, or the passphrase is wrong.
    """
    content = content_of(owner, file)
    try:
        return account_of(bytes(Account.decrypt(content, passphrase)))
    except Exception:  # its message may quote the file
        allowed = f"a key file as Ape and geth write it, and its {owner}_PASSPHRASE"
        raise InvalidInput(f"{owner}_KEYFILE", str(file), allowed) from None


def passphrase_of(owner: str, passphrase: SecretStr | None, file: str | Path | None) -> str | None:
    """Read the passphrase from a file, else take it from the settings; None if neither has it.

    Raises:
        InvalidInput: The file cannot be read.
    """
    if file is None:
        return None if passphrase is None else passphrase.get_secret_value()
    try:
        text = Path(file).expanduser().read_text("utf-8")
    except (OSError, ValueError):
        allowed = "a readable file with a passphrase"
        raise InvalidInput(f"{owner}_PASSPHRASE_FILE", str(file), allowed) from None
    return text.removesuffix("\n").removesuffix("\r")
