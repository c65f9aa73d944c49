"""Checks before anything is sent, and after everything was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eth_abi.exceptions import DecodingError
from eth_typing import ChecksumAddress
from web3 import Web3
from web3.exceptions import Web3Exception

from agentescrow.domain.contracts import VAULTS
from artifacts import ours
from deployment.bytecode import same_code
from deployment.cost import Cost, cost_of
from deployment.errors import ChainRefused, NotVerified
from deployment.parameters import Parameters
from deployment.plan import ESCROW, FORWARDER, MARKETS, ORDER, REGISTRY, Plan

_USDC_DECIMALS = 6  # the contracts count in these units
_ERC_721 = bytes.fromhex("80ac58cd")  # its ERC-165 interface id


def _view(name: str, inputs: list[str], output: str) -> dict[str, Any]:
    return {
        "type": "function",
        "stateMutability": "view",
        "name": name,
        "inputs": [{"name": f"arg{i}", "type": kind} for i, kind in enumerate(inputs)],
        "outputs": [{"name": "", "type": output}],
    }


_USDC_ABI = [_view(name, [], "string") for name in ("symbol", "name", "version")]
_USDC_ABI += [_view("decimals", [], "uint8")]
_IDENTITY_ABI = [_view("supportsInterface", ["bytes4"], "bool")]
_IDENTITY_ABI += [_view("getAgentWallet", ["uint256"], "address")]


def before(w3: Web3, parameters: Parameters) -> None:
    """Check that this is the intended chain, and that the external contracts are right.

    Raises:
        ChainRefused: They are not.
    """
    _require_chain(w3, parameters)
    _require_usdc(w3, parameters)
    _require_identity(w3, parameters)


def funds(w3: Web3, plan: Plan) -> Cost:
    """Check that the deployer can pay for the whole deployment, and return its cost.

    Raises:
        ChainRefused: The balance is too low.
    """
    cost, balance = cost_of(w3, plan), w3.eth.get_balance(plan.deployer)
    if balance < cost.needed:
        raise ChainRefused(
            f"{plan.deployer} has {Web3.from_wei(balance, 'ether')} ETH, but needs about "
            f"{Web3.from_wei(cost.needed, 'ether')} ETH: {cost.describe()}"
        )
    return cost


def has_code(w3: Web3, name: str, address: str) -> bool:
    """Check whether one of our contracts is at an address; False if there is no code.

    Raises:
        NotVerified: The address has other code than the compiled contract.
    """
    code = bytes(w3.eth.get_code(_address(address)))
    if code and not same_code(ours(name).runtime, code):
        raise NotVerified(f"the code at {address} is not that of the compiled {name}")
    return bool(code)


def after(w3: Web3, addresses: Mapping[str, str], expected: Parameters) -> None:
    """Check that our contracts exist, and know each other and the external contracts.

    Args:
        w3: Connection to the chain.
        addresses: Addresses by contract name.
        expected: Parameters of the deployment; an owner or a treasury of None is not checked, since
            both can change later.

    Raises:
        NotVerified: They do not.
    """
    for name in ORDER:
        if not has_code(w3, name, addresses[name]):
            raise NotVerified(f"there is no code at {addresses[name]}, where {name} should be")
    contracts = {n: w3.eth.contract(_address(addresses[n]), abi=ours(n).abi) for n in ORDER}
    registry, escrow = contracts[REGISTRY], contracts[ESCROW]
    found: dict[str, tuple[Any, Any]] = {
        "StakeRegistry.identities()": (_ask(registry, "identities"), expected.identity),
    }
    if expected.treasury:
        found["RunEscrow.treasury()"] = (_ask(escrow, "treasury"), expected.treasury)
    # The registry got its markets before they had code (STAKE-9).
    for name in MARKETS:
        market = contracts[name]
        found |= {
            f"StakeRegistry.isMarket({name})": (_ask(registry, "isMarket", market.address), True),
            f"{name}.immutables()": (
                tuple(_ask(market, "immutables")[:3]),
                (expected.usdc.address, registry.address, expected.identity),
            ),
        }
    for vault in VAULTS:
        name, contract = vault.name, contracts[vault.name]
        wanted = {"USDC": expected.usdc.address}
        wanted |= {"trustedForwarder": addresses[FORWARDER]}
        wanted |= {"owner": expected.owner} if expected.owner else {}
        found |= {
            f"{name}.{view}()": (_ask(contract, view), value) for view, value in wanted.items()
        }
    wrong = [
        f"{what} is {is_}, not {wanted}" for what, (is_, wanted) in found.items() if is_ != wanted
    ]
    if wrong:
        raise NotVerified("; ".join(wrong))


def _require_chain(w3: Web3, parameters: Parameters) -> None:
    actual = w3.eth.chain_id
    if actual != parameters.chain_id:
        raise ChainRefused(
            f"the connected chain has id {actual}, "
            f"but {parameters.network} has {parameters.chain_id}"
        )


def _require_usdc(w3: Web3, parameters: Parameters) -> None:
    usdc = parameters.usdc
    _require_code(w3, "USDC", usdc.address)
    token = w3.eth.contract(_address(usdc.address), abi=_USDC_ABI)
    wanted = {
        "decimals": _USDC_DECIMALS,
        "symbol": usdc.symbol,
        "name": usdc.name,
        "version": usdc.version,
    }
    for view, value in wanted.items():
        try:
            actual = _ask(token, view)
        except (Web3Exception, DecodingError, ValueError):
            actual = "not answered"
        if actual != value:
            raise ChainRefused(
                f"the token at {usdc.address} is not the expected USDC: "
                f"{view}() is {actual!r}, not {value!r}"
            )


def _require_identity(w3: Web3, parameters: Parameters) -> None:
    _require_code(w3, "the identity registry", parameters.identity)
    registry = w3.eth.contract(_address(parameters.identity), abi=_IDENTITY_ABI)
    try:
        _ask(registry, "getAgentWallet", 0)  # zero where agent 0 does not exist
        answers = _ask(registry, "supportsInterface", _ERC_721)
    except (Web3Exception, DecodingError, ValueError):
        answers = False
    if not answers:
        raise ChainRefused(
            f"the contract at {parameters.identity} is not an ERC-8004 identity registry"
        )


def _require_code(w3: Web3, what: str, address: str) -> None:
    if not w3.eth.get_code(_address(address)):
        raise ChainRefused(f"there is no code at {address}, where {what} should be")


def _ask(contract: Any, view: str, *args: Any) -> Any:  # noqa: ANN401 - web3's types know no ABI
    return contract.functions[view](*args).call(ccip_read_enabled=False)


def _address(text: str) -> ChecksumAddress:
    return Web3.to_checksum_address(text)
