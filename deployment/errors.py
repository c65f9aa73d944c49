"""Errors that stop a deployment. Every message is one line and says what to do.

DeploymentError
├── ParametersInvalid   a file of deployment/networks/ is invalid
├── ChainRefused        the chain or an external contract differs from the parameters
├── Declined            the user said no
├── NonceMoved          the deployer sent another transaction: the predicted addresses are lost
├── NotMined            a transaction was refused, or is not mined yet
├── CannotResume        the request does not fit what was deployed or begun
├── NotVerified         the chain has something else than was deployed
└── RecordUnreadable    a record file is damaged
"""

from __future__ import annotations


class DeploymentError(Exception):
    """Base of the errors that stop a deployment."""


class ParametersInvalid(DeploymentError):
    """A parameter file is invalid.

    Args:
        file: Path of the file, for people.
        problems: Problems by field ("usdc.address"); the field is empty for the whole file.
    """

    def __init__(self, file: str, problems: dict[str, str]) -> None:
        self.file = file
        self.problems = problems
        text = "; ".join(
            f"{field}: {problem}" if field else problem for field, problem in problems.items()
        )
        super().__init__(f"{file}: {text}")


class ChainRefused(DeploymentError):
    """The chain or an external contract differs from the parameters."""


class Declined(DeploymentError):
    """The user said no."""


class NonceMoved(DeploymentError):
    """The deployer sent another transaction: the predicted addresses are lost.

    Args:
        deployer: Deploying account.
        expected: Nonce that the plan needs next.
        actual: Nonce that the chain expects.
        stranded: Names of our contracts that are on the chain already, and now useless.
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
            f"(nonce is {actual}, the plan needs {expected}); {remedy}"
        )


class NotMined(DeploymentError):
    """A transaction was refused, or is not mined yet."""


class CannotResume(DeploymentError):
    """The request does not fit what was deployed or begun."""


class NotVerified(DeploymentError):
    """The chain has something else than was deployed."""


class RecordUnreadable(DeploymentError):
    """A record file is damaged."""
