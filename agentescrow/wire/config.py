"""Configuration of the service: chain, contracts, limits and relayer."""

from __future__ import annotations

from pydantic import Field

from agentescrow.wire.shape import Address, Amount, Shape, Time


class RelayerStatus(Shape):
    """Status of the relayer.

    Attributes:
        available: Whether it relays signed requests now.
        problem: Why it does not, or null.
        address: Account that pays for gas, or null if no relayer runs.
        balance: Wei of that account, rounded down to gwei.
        pending: Number of requests that are not mined yet.
        oldest_pending: When the oldest of them was accepted, or null.
    """

    available: bool
    problem: str | None
    address: str | None
    balance: Amount
    pending: int
    oldest_pending: Time | None


class ContractAddresses(Shape):
    """Addresses of the contracts.

    There is one field for each contract, `agentescrow.domain.contracts.CONTRACTS`.

    Attributes:
        usdc: USDC.
        identity: ERC-8004 identity registry.
        forwarder: ERC-2771 forwarder.
        registry: StakeRegistry.
        runs: RunEscrow.
    """

    usdc: Address
    identity: Address
    forwarder: Address
    registry: Address
    runs: Address = Field(alias="escrow")


class Constants(Shape):
    """Limits of the contracts.

    Attributes:
        usdc_decimals: Decimals of all amounts.
        platform_fee_bps: Fee on top of a reward, in ten thousandths, rounded up.
        min_stake: Minimum stake, which a claim locks, in base units.
        reward_min: Lowest reward, in base units.
        reward_max: Highest reward, in base units.
        text_bytes_max: Maximum bytes of UTF-8 of a text.
        review_days_min: Fewest review days.
        review_days_max: Most review days.
        max_revisions_max: Most revisions that a run may allow.
        deadline_max_ahead: Maximum seconds from now to a deadline.
        claim_timeout: Seconds to submit work after a claim, or after a revision request.
        abandon_window: Seconds after a claim in which it can be abandoned.
    """

    usdc_decimals: int
    platform_fee_bps: int
    min_stake: Amount
    reward_min: Amount
    reward_max: Amount
    text_bytes_max: int
    review_days_min: int
    review_days_max: int
    max_revisions_max: int
    deadline_max_ahead: int
    claim_timeout: int
    abandon_window: int


class Config(Shape):
    """Configuration of the service.

    Attributes:
        version: Version of the service.
        chain_id: Id of the chain.
        network: Name of the deployment's record.
        block: First block that has events of the contracts.
        block_hash: Hash of that block, or null if the record lacks it.
        contracts: Addresses of the contracts.
        constants: Limits of the contracts.
        relayer: Status of the relayer.
    """

    version: str
    chain_id: int
    network: str
    block: int
    block_hash: str | None
    contracts: ContractAddresses
    constants: Constants
    relayer: RelayerStatus
