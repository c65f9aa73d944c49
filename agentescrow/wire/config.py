"""What a client has to know of the service before it asks for anything."""

from __future__ import annotations

from pydantic import Field

from agentescrow.wire.shape import Address, Amount, Shape, Time


class RelayerStatus(Shape):
    """Whether signed requests are carried to the chain now.

    Attributes:
        available: Whether they are.
        problem: Why not, or null.
        address: The account that pays for the gas, or null where nobody relays.
        balance: Its wei, rounded down to gwei.
        pending: Requests that are not mined yet.
        oldest_pending: When the first of them was accepted, or null.
    """

    available: bool
    problem: str | None
    address: str | None
    balance: Amount
    pending: int
    oldest_pending: Time | None


class ContractAddresses(Shape):
    """Where the contracts are, by the names that a deployment's record has for them.

    Attributes:
        usdc: Token.
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
    """The numbers of the contracts' rules.

    Attributes:
        usdc_decimals: Of all amounts.
        platform_fee_bps: On top of a reward, in ten thousandths, rounded up.
        min_stake: What a claim locks, and the least stake that counts.
        reward_min: Of a run.
        reward_max: Of a run.
        text_bytes_max: UTF-8 bytes of a text.
        review_days_min: Of a run.
        review_days_max: Of a run.
        max_revisions_max: Of a run.
        deadline_max_ahead: Seconds.
        claim_timeout: Seconds from the claim, and from a request for revision.
        abandon_window: Seconds from the claim.
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
    """The service's chain, contracts, rules and relayer.

    Attributes:
        version: Of the service.
        chain_id: The chain.
        network: Name of the deployment's record.
        block: From which on there are events.
        block_hash: Of that block, or null where the record does not say.
        contracts: Where they are.
        constants: Their rules' numbers.
        relayer: Whether signed requests are carried now.
    """

    version: str
    chain_id: int
    network: str
    block: int
    block_hash: str | None
    contracts: ContractAddresses
    constants: Constants
    relayer: RelayerStatus
