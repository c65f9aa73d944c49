"""Records of finished and unfinished deployments.

A record of a public chain is a file of the package. A record of a chain on this machine stays
outside of it: it was made with keys that everybody knows, so it must not be distributed.
"""

from __future__ import annotations

import json
import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from agentescrow.domain.contracts import CONTRACTS
from artifacts import ROOT
from deployment.errors import RecordUnreadable
from deployment.parameters import load

FINISHED = ROOT / "agentescrow" / "chain" / "deployments"
"""Records of public chains, shipped with the package."""
LOCAL = ROOT / "deployment" / "local-records"
"""Records of chains on this machine, ignored by git."""
UNFINISHED = ROOT / "deployment" / "unfinished"


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Created(_Strict):
    """One contract of a record.

    Attributes:
        address: Address of the contract.
        transaction: Hash of the transaction that created it; None if unknown.
        block: Block of that transaction.
        arguments: Constructor arguments by name.
        encoded_arguments: The same, ABI-encoded, as block explorers ask for them.
        code_hash: Keccak-256 of the code on the chain, including immutables.
    """

    address: str
    transaction: str | None
    block: int | None
    arguments: dict[str, Any]
    encoded_arguments: str
    code_hash: str


class Compiler(_Strict):
    """Version and settings of the compiler."""

    version: str
    settings: dict[str, Any]


class Source(_Strict):
    """Git commit, and whether there were uncommitted changes."""

    commit: str | None
    dirty: bool


class Record(_Strict):
    """A finished deployment.

    Attributes:
        kind: `public`, `fork` or `local`, as in the parameters.
        block: Block of the first contract: all events are at or after it.
        block_hash: Its hash, which tells this chain from another one with the same id.
        time: Time of the record, ISO 8601.
    """

    chain_id: int
    network: str
    kind: str
    usdc: str
    identity: str
    forwarder: str
    registry: str
    runs: str
    treasury: str
    owner: str
    block: int
    block_hash: str
    deployer: str
    contracts: dict[str, Created]
    compiler: Compiler
    source: Source
    time: str

    @model_validator(mode="before")
    @classmethod
    def _with_present_keys(cls, record: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
        """Read records of version 0.1, which have other keys."""
        if not isinstance(record, dict):
            return record
        present = {each.former_key: each.key for each in CONTRACTS if each.former_key}
        return {present.get(name, name): value for name, value in record.items()}


class Progress(_Strict):
    """An unfinished deployment.

    Attributes:
        nonce: The deployer's nonce of the first contract.
        block: Head of the chain before anything was sent.
        block_hash: Its hash, which reveals a restarted local chain.
        init_code_hashes: Hashes by contract, which reveal changed sources or parameters.
        transactions: Hashes of sent transactions by contract.
    """

    network: str
    chain_id: int
    deployer: str
    owner: str
    treasury: str
    nonce: int
    block: int
    block_hash: str
    init_code_hashes: dict[str, str]
    transactions: dict[str, str]

    def with_transaction(self, name: str, transaction: str) -> Progress:
        """Return a copy with another sent transaction."""
        return self.model_copy(update={"transactions": {**self.transactions, name: transaction}})


_Model = TypeVar("_Model", Record, Progress)


class Records:
    """Folders of the records.

    Args:
        finished: Folder of finished records; by default `FINISHED` or, for local chains, `LOCAL`.
        unfinished: Folder of unfinished deployments.
    """

    def __init__(self, finished: Path | None = None, unfinished: Path = UNFINISHED) -> None:
        self._finished = finished
        self._unfinished = unfinished

    def path(self, network: str) -> Path:
        """Return the path of a network's record."""
        usual = FINISHED if self._finished is None and load(network).is_public else LOCAL
        return (self._finished or usual) / f"{network}.json"

    def record(self, network: str) -> Record | None:
        """Read a network's record.

        Raises:
            RecordUnreadable: The file is damaged.
        """
        return _read(self.path(network), Record)

    def progress(self, network: str) -> Progress | None:
        """Read a network's unfinished deployment.

        Raises:
            RecordUnreadable: The file is damaged.
        """
        return _read(self._progress_path(network), Progress)

    def keep(self, progress: Progress) -> None:
        """Write the progress of a deployment."""
        _write(self._progress_path(progress.network), progress)

    def finish(self, record: Record) -> None:
        """Write a network's record and remove its progress."""
        _write(self.path(record.network), record)
        self.forget(record.network)

    def forget(self, network: str) -> None:
        """Remove a network's progress."""
        self._progress_path(network).unlink(missing_ok=True)

    def _progress_path(self, network: str) -> Path:
        return self._unfinished / f"{network}.json"


def compiler_of(name: str) -> Compiler:
    """Read version and settings of the compiler from the build."""
    build = json.loads((ROOT / ".build" / "__local__.json").read_text())
    used = next(c for c in build["compilers"] if name in c["contractTypes"])
    settings = {key: value for key, value in used["settings"].items() if key != "outputSelection"}
    return Compiler(version=used["version"], settings=settings)


def source() -> Source:
    """Read the git commit; none outside a repository."""
    commit = _git("rev-parse", "HEAD")
    return Source(commit=commit or None, dirty=bool(_git("status", "--porcelain")))


def now() -> str:
    """Return the present time for a record."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()


def _read(path: Path, model: type[_Model]) -> _Model | None:
    try:
        return model.model_validate_json(path.read_text())
    except FileNotFoundError:
        return None
    except (ValidationError, UnicodeDecodeError) as error:
        reason = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
        raise RecordUnreadable(
            f"{path} is damaged ({reason}): repair it, or move it away"
        ) from None


def _write(path: Path, model: Record | Progress) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.write_text(model.model_dump_json(indent=2) + "\n")
    os.replace(draft, path)  # atomic
