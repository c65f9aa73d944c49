"""The local identity registry does what the canonical one does."""

from __future__ import annotations

import pytest

from localnet import identity
from localnet.base_sepolia import CHAIN_ID
from localnet.evm import Reverted

NOBODY = "0x0000000000000000000000000000000000000000"
DOMAIN = {
    "name": "ERC8004IdentityRegistry",
    "version": "1",
    "chainId": CHAIN_ID,
    "verifyingContract": "0x8004A818BFB912233c491871b3d84c89A494BD9e",
}
WALLET_SET = {
    "AgentWalletSet": [
        {"name": "agentId", "type": "uint256"},
        {"name": "newWallet", "type": "address"},
        {"name": "owner", "type": "address"},
        {"name": "deadline", "type": "uint256"},
    ]
}


def consent(wallet, owner, deadline):
    """The signature by which a wallet becomes agent 0's."""
    message = {
        "agentId": 0,
        "newWallet": wallet.address,
        "owner": owner.address,
        "deadline": deadline,
    }
    return bytes(wallet.sign_typed_data(DOMAIN, WALLET_SET, message).signature)


def test_register__first_two__get_ids_from_zero(registry, agent, outsider):
    assert registry.address == identity.ADDRESS
    first = registry.send(agent, "register").named("Registered")[0].args
    assert first == {"agentId": 0, "agentURI": "", "owner": agent.address}
    second = registry.send(outsider, "register", "ipfs://agent").named("Registered")[0].args
    assert second == {"agentId": 1, "agentURI": "ipfs://agent", "owner": outsider.address}
    assert registry.view("tokenURI", 1) == "ipfs://agent"
    assert registry.view("ownerOf", 0) == registry.view("getAgentWallet", 0) == agent.address
    assert (registry.view("name"), registry.view("symbol")) == ("AgentIdentity", "AGENT")


def test_register__with_metadata__keeps_it_and_reserves_the_wallet(registry, agent):
    registry.send(agent, "register", "", [("skill", b"maps")])
    assert registry.view("getMetadata", 0, "skill") == b"maps"
    with pytest.raises(Reverted, match="reserved key"):
        registry.send(agent, "register", "", [("agentWallet", b"")])


def test_transfer__new_owner__clears_the_wallet(registry, agent, outsider):
    registry.send(agent, "register")
    receipt = registry.send(agent, "transferFrom", agent, outsider, 0)
    assert receipt.named("MetadataSet")[0].args["metadataValue"] == b""
    assert registry.view("getAgentWallet", 0) == NOBODY
    assert registry.view("ownerOf", 0) == outsider.address


def test_is_authorized_or_owner__each_way_of_control__holds(registry, agent, outsider, poster):
    registry.send(agent, "register")
    assert registry.view("isAuthorizedOrOwner", agent, 0)
    assert not registry.view("isAuthorizedOrOwner", outsider, 0)
    registry.send(agent, "approve", outsider, 0)
    assert registry.view("isAuthorizedOrOwner", outsider, 0)
    registry.send(agent, "setApprovalForAll", poster, True)
    assert registry.view("isAuthorizedOrOwner", poster, 0)


@pytest.mark.parametrize("view", ["ownerOf", "isAuthorizedOrOwner"])
def test_views__unknown_agent__revert(registry, agent, view):
    args = (agent, 7) if view == "isAuthorizedOrOwner" else (7,)
    with pytest.raises(Reverted) as refused:
        registry.view(view, *args)
    assert refused.value.name == "ERC721NonexistentToken"
    assert refused.value.args_by_name == {"tokenId": 7}


def test_set_agent_wallet__signed_by_wallet__replaces_it(registry, chain, agent, outsider):
    registry.send(agent, "register")
    deadline = chain.now + 60
    registry.send(
        agent, "setAgentWallet", 0, outsider, deadline, consent(outsider, agent, deadline)
    )
    assert registry.view("getAgentWallet", 0) == outsider.address
    registry.send(agent, "unsetAgentWallet", 0)
    assert registry.view("getAgentWallet", 0) == NOBODY


def test_set_agent_wallet__not_signed_by_wallet__is_refused(registry, chain, agent, outsider):
    registry.send(agent, "register")
    deadline = chain.now + 60
    forged = consent(agent, agent, deadline)
    with pytest.raises(Reverted, match="invalid wallet sig"):
        registry.send(agent, "setAgentWallet", 0, outsider, deadline, forged)


@pytest.mark.parametrize(("delay", "reason"), [(-1, "expired"), (301, "deadline too far")])
def test_set_agent_wallet__deadline_outside_five_minutes__is_refused(
    registry, chain, agent, outsider, delay, reason
):
    registry.send(agent, "register")
    chain.next_timestamp = chain.now + 10
    deadline = chain.next_timestamp + delay
    with pytest.raises(Reverted, match=reason):
        registry.send(
            agent, "setAgentWallet", 0, outsider, deadline, consent(outsider, agent, deadline)
        )


def test_set_agent_uri__by_outsider__is_refused(registry, agent, outsider):
    registry.send(agent, "register")
    registry.send(agent, "setAgentURI", 0, "ipfs://moved")
    assert registry.view("tokenURI", 0) == "ipfs://moved"
    with pytest.raises(Reverted, match="Not authorized"):
        registry.send(outsider, "setAgentURI", 0, "ipfs://stolen")
