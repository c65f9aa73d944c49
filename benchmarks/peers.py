"""Comparable contracts of others, for the same four steps of a run's life.

We measured each of them ourselves, from its public source with its own compiler settings, under the
conditions of this benchmark (Anvil, base fee 0, a transaction a step, a plain OpenZeppelin ERC-20
with existing holders, infinite allowance, a 66-byte URI wherever text is taken). That was done
outside of this repository: `make bench` does not run them again. No figure is its authors'.
"""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.ground import PLAIN, USDC

TARGETS = {PLAIN: 251_000, USDC: 276_500}


@dataclass(frozen=True)
class Peer:
    """One contract, or a set of them.

    Attributes:
        name: Project and contract.
        gas: The whole life: create and fund, claim, submit, approve.
        what: How it differs in what it does.
    """

    name: str
    gas: int
    what: str


PEERS = (
    Peer("bare prototype", 223_040, "two packed slots; no pause, relays, guards, identity, books"),
    Peer("Boundless", 344_864, "price in ETH, staked claim"),
    Peer("qntx ERC-8183", 507_482, "no claim, no stake"),
    Peer("StandardBounties 2.1", 528_972, "no claim, no stake"),
    Peer("Smart Invoice", 550_400, "a contract per job; no claim, no stake"),
    Peer("ERC-8183 reference", 564_751, "no claim, no stake"),
    Peer("Olas MechMarketplace", 588_736, "no claim, no stake"),
    Peer("BNB APEX, no-op hook", 617_684, "no claim, no stake"),
    Peer("daydreams TaskMarket (ERC-8195)", 805_371, "staked claim, through a forwarder"),
    Peer("BNB APEX, optimistic policy", 840_020, "no claim, no stake"),
    Peer("NSPG13 AgentBounty", 983_608, "a contract per job, bonded claim"),
    Peer("Virtuals ACPSimple 1", 1_135_381, "claim without stake"),
)
