"""Which status an error has, as docs/rest.md tells it by the row."""

from __future__ import annotations

import pytest

from agentescrow import errors
from agentescrow.domain.runs.eligibility import Ineligibility
from agentescrow.errors import ContractReverted
from agentescrow.wire.codes import name_of, status_of
from agentescrow.wire.eligibility import status_of_claim

NOT_NOW = (Ineligibility.RUN_NOT_OPEN, Ineligibility.DEADLINE_PASSED, Ineligibility.PAUSED)


@pytest.mark.parametrize(
    ("status", "names"),
    [
        (404, ("RunUnknown", "AgentUnknown")),
        (403, ("NotPoster", "NotAgent", "NotOperator", "NotAgentOwner", "SelfClaim")),
        (403, ("StatusTooLow", "InsufficientStake")),
        (400, ("RunNotInState", "DeadlinePassed", "EnforcedPause", "AnythingElse")),
    ],
)
def test_status_of__revert__is_what_is_missing_who_may_not_or_not_now(status, names):
    """API-3: one number for each of the contracts' errors, and 400 for all that are new."""
    for name in names:
        assert status_of(ContractReverted(name, {})) == status, name


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, errors.InvalidInput("page", 0, "a number from 1 on")),
        (400, errors.InvalidAmount(-1, "digits")),
        (400, errors.RequestRefused("the signature is none")),
        (400, errors.RequestOutOfOrder("its nonce is 1")),
        (429, errors.TooManyRequests("16 requests under way", 2)),
        (503, errors.NodeUnreachable("the node does not answer")),
        (503, errors.WrongChain(1, 2)),
        (503, errors.IndexProblem("it stands still")),
        (500, errors.ServiceProblem("no error of this side")),
    ],
    ids=lambda value: type(value).__name__,
)
def test_status_of__error_of_the_package__is_the_caller_s_or_the_service_s(status, error):
    """API-3: the first class that fits decides, so the special ones come before the general."""
    assert status_of(error) == status


def test_name_of__real_usdc_s_text__is_insufficient_funds():
    """API-3: of the token's texts one has a name; a revert has its own, others their code."""
    poor = {"reason": "ERC20: transfer amount exceeds balance"}

    assert name_of(ContractReverted("Error", poor)) == "INSUFFICIENT_FUNDS"
    assert name_of(ContractReverted("Error", {"reason": "something else"})) == "Error"
    assert name_of(ContractReverted("NotPoster", {})) == "NotPoster"
    assert name_of(errors.RequestRefused("the signature is none")) == "REQUEST_REFUSED"


@pytest.mark.parametrize("bit", Ineligibility)
def test_status_of_claim__one_reason__is_404_400_or_403(bit):
    """API-3: an agent that is unknown, a run that is not open now, an agent that may not."""
    expected = 404 if bit is Ineligibility.AGENT_UNKNOWN else 400 if bit in NOT_NOW else 403

    assert status_of_claim(bit) == expected


def test_status_of_claim__several_reasons__is_the_first_of_404_400_403():
    """API-3: in this order, whatever else is true."""
    assert status_of_claim(~Ineligibility(0)) == 404
    assert status_of_claim(~Ineligibility.AGENT_UNKNOWN) == 400
    assert status_of_claim(Ineligibility.AGENT_BANNED | Ineligibility.SELF_CLAIM) == 403
