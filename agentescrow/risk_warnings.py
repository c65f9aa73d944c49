"""Every warning that this package gives. Nothing is refused; `warnings.filterwarnings` silences.

* Caution              CAUTION              the base of all
  x UnencryptedAddress UNENCRYPTED_ADDRESS  what goes there by http:// can be read and changed
  x ShortDeadline      SHORT_DEADLINE       a claimed run leaves less than a day
"""

from __future__ import annotations

from typing import ClassVar

__all__ = ["Caution", "ShortDeadline", "UnencryptedAddress"]


class Caution(UserWarning):
    """Base of the warnings."""

    code: ClassVar[str] = "CAUTION"


class UnencryptedAddress(Caution):
    """An API or a node beyond this machine is spoken to without TLS.

    Args:
        field: "api_url" or "rpc_url".
    """

    code: ClassVar[str] = "UNENCRYPTED_ADDRESS"

    def __init__(self, field: str, url: str) -> None:
        super().__init__(field, url)
        self.field = field
        self.url = url

    def __str__(self) -> str:
        """One line: which address, and what may happen."""
        return (
            f"{self.field} {self.url} is not encrypted and leads beyond this machine: whoever is "
            "on the way can read and change every answer; use https://"
        )


class ShortDeadline(Caution):
    """A run that is being claimed leaves less than a day for the work.

    Args:
        seconds: From now to its deadline.
    """

    code: ClassVar[str] = "SHORT_DEADLINE"

    def __init__(self, run_id: int, seconds: int) -> None:
        super().__init__(run_id, seconds)
        self.run_id = run_id
        self.seconds = seconds

    def __str__(self) -> str:
        """One line: how little time there is, and what happens afterwards."""
        return (
            f"run {self.run_id} has its deadline in {self.seconds} s, less than a day: work that "
            "comes later may be rejected at once"
        )
