"""Restore the record of a deployment from the chain alone."""

from __future__ import annotations

from eth_abi.abi import decode
from eth_typing import ChecksumAddress
from hexbytes import HexBytes
from web3 import Web3

from agentescrow.chain.contracts import Contracts
from agentescrow.chain.deployments import Deployment
from agentescrow.chain.verification import block_hash, code_at, code_hash
from agentescrow.domain.constants import ZERO_ADDRESS
from artifacts import ours
from deployment import checks
from deployment.errors import CannotResume, NotVerified
from deployment.execution import creation
from deployment.inspection import ask
from deployment.parameters import Parameters
from deployment.plan import ESCROW, FORWARDER, ORDER, REGISTRY
from deployment.record import Created, Record, Records, compiler_of, now, source


def adopt(w3: Web3, parameters: Parameters, records: Records, escrow: ChecksumAddress) -> Record:
    """Write the record of contracts that exist on the chain.

    RunEscrow names its registry and forwarder. All three must have the code of this build, and know
    each other and the external contracts of the parameters.

    Args:
        w3: A node that keeps old states.
        parameters: Parameters of the network.
        records: Records, without one of this network.
        escrow: Address of RunEscrow.

    Raises:
        DeploymentError: A record exists, or these are not our contracts.
    """
    path = records.path(parameters.network)
    if records.record(parameters.network) is not None:
        raise CannotResume(f"there is a record, {path}: compare it with --check, or move it away")
    checks.before(w3, parameters)
    addresses = _addresses(w3, parameters, escrow)
    checks.after(w3, addresses, parameters.model_copy(update={"owner": None, "treasury": None}))
    record = _record(w3, parameters, addresses)
    records.finish(record)
    return record


def _addresses(w3: Web3, parameters: Parameters, escrow: ChecksumAddress) -> dict[str, str]:
    if not checks.has_code(w3, ESCROW, escrow):
        raise NotVerified(f"there is no code at {escrow}, where {ESCROW} should be")
    runs = Contracts(w3, _guess(parameters, escrow)).runs
    forwarder, registry = ask(runs, "trustedForwarder"), ask(runs, "immutables")[1]
    return {FORWARDER: forwarder, REGISTRY: registry, ESCROW: escrow}


def _guess(parameters: Parameters, escrow: str) -> Deployment:
    """Build enough of a record to ask RunEscrow for the rest."""
    return Deployment(
        chain_id=parameters.chain_id,
        network=parameters.network,
        usdc=parameters.usdc.address,
        identity=parameters.identity,
        forwarder=ZERO_ADDRESS,
        registry=ZERO_ADDRESS,
        runs=escrow,
        treasury=ZERO_ADDRESS,
        owner=ZERO_ADDRESS,
        block=0,
    )


def _record(w3: Web3, parameters: Parameters, addresses: dict[str, str]) -> Record:
    created = {name: _created(w3, name, addresses[name]) for name in ORDER}
    first = min(each.block for each in created.values() if each.block is not None)
    contracts = Contracts(w3, _guess(parameters, addresses[ESCROW]))
    transaction = HexBytes(str(created[ORDER[0]].transaction))
    return Record(
        chain_id=parameters.chain_id,
        network=parameters.network,
        kind=parameters.kind,
        usdc=parameters.usdc.address,
        identity=parameters.identity,
        forwarder=addresses[FORWARDER],
        registry=addresses[REGISTRY],
        runs=addresses[ESCROW],
        treasury=contracts.runs.treasury(),
        owner=contracts.runs.owner(),
        block=first,
        block_hash=block_hash(w3, first) or "",
        deployer=w3.eth.get_transaction(transaction)["from"],
        contracts=created,
        compiler=compiler_of(ESCROW),
        source=source(),
        time=now(),
    )


def _created(w3: Web3, name: str, address: str) -> Created:
    at = Web3.to_checksum_address(address)
    transaction, block = creation(w3, at, None, 0)
    if transaction is None:
        raise NotVerified(
            f"the node does not know when {name} was created: use one that keeps old states"
        )
    encoded = _arguments_sent(w3, name, transaction)
    inputs: list[dict[str, str]] = next(
        (entry["inputs"] for entry in ours(name).abi if entry["type"] == "constructor"), []
    )
    values = decode([each["type"] for each in inputs], encoded)
    return Created(
        address=address,
        transaction=transaction,
        block=block,
        arguments={
            each["name"]: _checksummed(value) for each, value in zip(inputs, values, strict=True)
        },
        encoded_arguments=f"0x{encoded.hex()}",
        code_hash=code_hash(code_at(w3, at)),
    )


def _arguments_sent(w3: Web3, name: str, transaction: str) -> bytes:
    """Cut the constructor arguments out of the creating transaction's data."""
    data, code = bytes(w3.eth.get_transaction(HexBytes(transaction))["input"]), ours(name).bytecode
    if not data.startswith(code):
        raise NotVerified(f"{transaction} did not create {name} from this build's code")
    return data[len(code) :]


def _checksummed(value: object) -> object:
    if isinstance(value, tuple | list):
        return [_checksummed(each) for each in value]
    return Web3.to_checksum_address(value) if isinstance(value, str) else value
