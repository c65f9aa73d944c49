"""Types of command-line parameters: amounts in USDC, ids, counts, addresses, statuses, texts."""

from __future__ import annotations

import click

from agentescrow.addresses import read_address
from agentescrow.domain.agent import CLAIMING_STATUSES, AgentStatus
from agentescrow.domain.money import parse_usdc
from agentescrow.domain.texts import require_text
from agentescrow.errors import InvalidAmount, InvalidInput


class _Usdc(click.ParamType):
    """Such as "100" or "12.5"; as base units."""

    name = "usdc"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Read the amount.

        Raises:
            click.BadParameter: It is none.
        """
        if isinstance(value, int):
            return value
        try:
            return parse_usdc(str(value))
        except InvalidAmount as error:
            self.fail(str(error), param, ctx)


class _Text(click.ParamType):
    """A text that goes into the chain: 1 to 2,048 bytes of UTF-8 (RUN-27)."""

    name = "text"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Check it.

        Raises:
            click.BadParameter: It is empty or too long.
        """
        try:
            return require_text("this text", str(value))
        except InvalidInput as error:
            self.fail(str(error), param, ctx)


class _Address(click.ParamType):
    """An address; where it is written in both cases, its checksum has to be right."""

    name = "address"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Read the address.

        Raises:
            click.BadParameter: It is none.
        """
        text = str(value)
        address = read_address(text)
        if address is None:
            words = "is no address (0x and 40 hexadecimal digits), or its checksum is wrong"
            self.fail(f"{text!r} {words}", param, ctx)
        return address


class _Status(click.Choice):
    """A status that may claim runs, as its number."""

    def __init__(self) -> None:
        names = [status.name for status in sorted(CLAIMING_STATUSES)]
        super().__init__(names, case_sensitive=False)

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Read the name.

        Raises:
            click.BadParameter: There is no such status, or it may not claim.
        """
        if isinstance(value, int):
            return int(value)
        return int(AgentStatus[super().convert(value, param, ctx)])


class _Number(click.IntRange):
    """A whole number from 0 on."""

    name = "number"

    def __init__(self, highest: int) -> None:
        super().__init__(min=0, max=highest)


USDC = _Usdc()
TEXT = _Text()
ADDRESS = _Address()
MIN_STATUS = _Status()
RUN_ID = _Number(2**256 - 1)
AGENT_ID = _Number(2**256 - 1)
COUNT = _Number(255)
