"""An identity registry that answers some questions, answers with nonsense, or is not there."""

from __future__ import annotations

import pytest

from agentescrow.domain.constants import AGENT_ID_MAX, MIN_STAKE, ZERO_ADDRESS
from agentescrow.domain.runs.eligibility import Ineligibility
from tests.in_process.refusal import refused
from tests.in_process.system import IPFS
from tests.stateful import people

_REVERTS = "5f5ffd"


def _returning(word: int) -> str:
    return f"7f{word:064x}5f5260205ff3"


def _if(selector: str, then: str, otherwise: str) -> bytes:
    """Code that does one thing for a selector and another for the rest."""
    start = f"5f3560e01c63{selector}1461{{at:04x}}57"
    at = len(bytes.fromhex(start.format(at=0) + otherwise))
    return bytes.fromhex(start.format(at=at) + otherwise + "5b" + then)


def _selector(system, function: str, *args) -> str:
    return system.identity.calldata(function, *args)[:4].hex()


@pytest.fixture
def owner_word():
    """Code that returns the owner's address."""
    return _returning(int(people.agent_owner.address, 16))


@pytest.fixture
def says(system):
    """`says(function, then, otherwise)`: what the registry does when asked so, and else."""

    def says(function, then, otherwise):
        count = 2 if function == "isAuthorizedOrOwner" else 1
        args = (people.poster, 0) if count == 2 else (0,)
        code = _if(_selector(system, function, *args), then, otherwise)
        system.chain.set_code(system.identity.address, code)

    return says


def test_owner_is_all_it_says__nobody_is_operator(system, says, owner_word):
    """RUN-7, RUN-26: half an answer is none."""
    says("ownerOf", owner_word, _REVERTS)

    assert not system.registry.view("isOperator", system.agent_id, people.agent_owner)
    assert not system.registry.view("isOperator", system.agent_id, ZERO_ADDRESS)
    with refused("AgentUnknown", agentId=system.agent_id):
        system.registry.view("payoutWalletOf", system.agent_id)


def test_owner_is_all_it_says__owner_unstakes_and_others_do_not(system, says, owner_word):
    """STAKE-2."""
    says("ownerOf", owner_word, _REVERTS)
    args = (system.agent_id, MIN_STAKE, people.agent_owner)

    with refused("NotAgentOwner", agentId=system.agent_id, caller=people.outsider):
        system.registry.send(people.outsider, "unstake", *args)
    system.registry.send(people.agent_owner, "unstake", *args)


@pytest.mark.parametrize("word", [2**160, 2**160 + 1, 2**256 - 1])
def test_answers_with_no_address__agent_is_unknown(system, says, word):
    """RUN-26: an answer with dirty upper bits is no address."""
    says("isAuthorizedOrOwner", _returning(1), _returning(word))

    with refused("AgentUnknown", agentId=system.agent_id):
        system.registry.view("payoutWalletOf", system.agent_id)
    with refused("AgentUnknown", agentId=system.agent_id):
        system.registry.send(people.agent_owner, "stake", system.agent_id, 1)
    assert not system.registry.view("isOperator", system.agent_id, people.agent_owner)


def test_answers_with_the_highest_address__is_the_wallet(system, says):
    """RUN-26: every address is one."""
    highest = 2**160 - 1
    says("isAuthorizedOrOwner", _returning(0), _returning(highest))

    assert int(system.registry.view("payoutWalletOf", system.agent_id), 16) == highest


@pytest.mark.parametrize("size", [0, 31])
def test_answers_with_less_than_a_word__agent_is_unknown(system, says, size):
    """RUN-26: what is missing is not zero."""
    short = f"7f{int(people.agent_owner.address, 16):064x}5f5260{size:02x}5ff3"
    says("isAuthorizedOrOwner", short, short)

    with refused("AgentUnknown", agentId=system.agent_id):
        system.registry.view("payoutWalletOf", system.agent_id)
    assert not system.registry.view("isOperator", system.agent_id, people.agent_owner)


def test_answers_with_two_words__first_counts(system, says):
    """RUN-26: however long a hostile registry makes it."""
    owner = int(people.agent_owner.address, 16)
    long = f"7f{owner:064x}5f5260ff60205260405ff3"
    says("isAuthorizedOrOwner", _returning(0), long)

    assert system.registry.view("payoutWalletOf", system.agent_id) == people.agent_owner.address


def test_no_code__agent_is_unknown(system):
    """RUN-26: an address without code succeeds with an empty answer."""
    system.chain.set_code(system.identity.address, b"")

    with refused("AgentUnknown", agentId=system.agent_id):
        system.registry.send(people.agent_owner, "stake", system.agent_id, 1)


def test_no_wallet_and_no_owner__agent_is_unknown(system, says):
    """RUN-26: nobody owns nothing."""
    says("isAuthorizedOrOwner", _returning(1), _returning(0))

    with refused("AgentUnknown", agentId=system.agent_id):
        system.registry.view("payoutWalletOf", system.agent_id)
    with refused("AgentUnknown", agentId=system.agent_id):
        system.registry.send(people.agent_owner, "stake", system.agent_id, 1)
    assert not system.registry.view("isOperator", system.agent_id, ZERO_ADDRESS)


def test_no_wallet__owner_is_paid(system, says, owner_word):
    """RUN-6: where none is set."""
    says("getAgentWallet", _returning(0), owner_word)

    assert system.registry.view("payoutWalletOf", system.agent_id) == people.agent_owner.address


@pytest.mark.parametrize("approvals", [_REVERTS, _returning(2), "5f5ff3"])
def test_no_word_on_approvals__agent_is_unknown_to_the_escrow(system, says, owner_word, approvals):
    """RUN-5 (threat: poster == agent, behind a registry that fails)."""
    run_id = system.open()
    assert system.escrow.view("claimEligibility", run_id, system.agent_id) == 0
    says("isAuthorizedOrOwner", approvals, owner_word)

    eligibility = system.escrow.view("claimEligibility", run_id, system.agent_id)

    assert eligibility == Ineligibility.AGENT_UNKNOWN
    with refused("AgentUnknown", agentId=system.agent_id):
        system.escrow.send(people.agent_owner, "claimRun", run_id, system.agent_id)
    with refused("NotOperator", agentId=system.agent_id, caller=people.outsider):
        system.escrow.send(people.outsider, "claimRun", run_id, system.agent_id)


def test_says_yes_to_all__anybody_works_but_the_poster_is_found_out(system, says, owner_word):
    """RUN-5: the poster may not be an operator."""
    run_id = system.open()
    says("isAuthorizedOrOwner", _returning(1), owner_word)

    assert system.registry.view("isOperator", system.agent_id, people.outsider)
    assert (
        system.escrow.view("claimEligibility", run_id, system.agent_id) == Ineligibility.SELF_CLAIM
    )
    with refused("SelfClaim", runId=run_id, agentId=system.agent_id, poster=people.poster):
        system.escrow.send(people.outsider, "claimRun", run_id, system.agent_id)


def test_silent_during_a_run__frozen_wallet_goes_on_and_others_do_not(system):
    """RUN-7: no way out depends on the identity registry."""
    run_id = system.claimed()
    system.chain.set_code(system.identity.address, bytes.fromhex(_REVERTS))

    with refused("NotAgent", runId=run_id, caller=people.outsider):
        system.escrow.send(people.outsider, "submitWork", run_id, IPFS)
    system.escrow.send(people.agent_owner, "submitWork", run_id, IPFS)


def test_highest_agent_id__works_and_the_next_is_unknown(system, says, owner_word):
    """RUN-2: a run holds agent ids of 32 bits."""
    says("isAuthorizedOrOwner", _returning(0), owner_word)
    run_id = system.open()
    for agent_id in (AGENT_ID_MAX, AGENT_ID_MAX + 1):
        system.registry.send(people.agent_owner, "stake", agent_id, MIN_STAKE)

    assert system.escrow.view("claimEligibility", run_id, AGENT_ID_MAX) == 0
    assert (
        system.escrow.view("claimEligibility", run_id, AGENT_ID_MAX + 1)
        == Ineligibility.AGENT_UNKNOWN
    )
    with refused("AgentUnknown", agentId=AGENT_ID_MAX + 1):
        system.escrow.send(people.agent_owner, "claimRun", run_id, AGENT_ID_MAX + 1)
    system.escrow.send(people.agent_owner, "claimRun", run_id, AGENT_ID_MAX)

    run = system.escrow.view("getRun", run_id)
    assert AGENT_ID_MAX in run
    assert people.agent_owner.address in run
