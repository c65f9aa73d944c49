"""Why a deployment does not go on.

DeploymentError
├── ParametersInvalid   a file of deployment/networks/ cannot be used as it is
├── ChainRefused        the chain, or a contract of others on it, is not what the parameters say
├── Declined            the person in front of it said no
├── NonceMoved          the deployer sent something else in between: the addresses are lost
├── NotMined            a transaction of ours was refused, or is not mined yet
├── CannotResume        what was begun and what is wanted now do not go together
├── NotVerified         what is on the chain is not what was meant to be there
└── RecordUnreadable    a record file is damaged

Every message is one line and says what to do.
"""

from __future__ import annotations


class DeploymentError(Exception):
    """Anything that keeps a deployment from going on."""


class ParametersInvalid(DeploymentError):
    """A parameter file cannot be used as it is.

    Args:
        file: The file, as a person would name it.
        problems: What is wrong, by field ("usdc.address"); the field is empty for the whole file.
    """

    def __init__(self, file: str, problems: dict[str, str]) -> None:
        self.file = file
        self.problems = problems
        words = "; ".join(f"{field}: {text}" if field else text for field, text in problems.items())
        super().__init__(f"{file}: {words}")


class ChainRefused(DeploymentError):
    """The chain, or a contract of others on it, is not what the parameters say."""


class Declined(DeploymentError):
    """The person in front of it said no."""


class NonceMoved(DeploymentError):
    """The deployer sent something else in between: the predicted addresses are lost.

    Args:
        expected: The nonce that the plan needs next.
        actual: The nonce that the chain would take.
        stranded: Names of our contracts which are on the chain already, and useless now.
    """

    def __init__(self, deployer: str, expected: int, actual: int, stranded: list[str]) -> None:
        self.deployer = deployer
        self.expected = expected
        self.actual = actual
        self.stranded = stranded
        remedy = (
            f"{' and '.join(stranded)} cannot be used any more: "
            "give up with --abandon, then deploy again"
            if stranded
            else "nothing of this deployment was sent: run it again"
        )
        super().__init__(
            f"another transaction of {deployer} came in between "
            f"(nonce {actual}, the plan needs {expected}); {remedy}"
        )


class NotMined(DeploymentError):
    """A transaction of ours was refused, or is not mined yet."""


class CannotResume(DeploymentError):
    """What was begun and what is wanted now do not go together."""


class NotVerified(DeploymentError):
    """What is on the chain is not what was meant to be there."""


class RecordUnreadable(DeploymentError):
    """A record file is damaged."""
