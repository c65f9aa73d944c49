"""Types of command-line parameters."""

from __future__ import annotations

import click

from agentescrow.addresses import read_address


class _Address(click.ParamType):
    """An address; in mixed case its checksum must be correct."""

    name = "address"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Read an address.

        Raises:
            click.BadParameter: It is malformed, or its checksum is wrong.
        """
        text = str(value)
        address = read_address(text)
        if address is None:
            problem = "is not an address (0x and 40 hexadecimal digits), or its checksum is wrong"
            self.fail(f"{text!r} {problem}", param, ctx)
        return address


ADDRESS = _Address()
