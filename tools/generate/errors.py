"""Module of the custom errors."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Mapping
from typing import Final

from artifacts import documentation
from tools.generate.natspec import NOTE, WIDTH, Abi, Undocumented, of_kind, signature

_TOP: Final = f'''\
"""Custom errors of the contracts, with the sentence that clients show.

{NOTE}
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple


class ContractError(NamedTuple):
    """Custom error of a contract.

    Attributes:
        parameters: Names of its parameters, in order.
        message: Sentence; `{{name:kind}}` stands for a parameter, formatted as that kind.
    """

    parameters: tuple[str, ...]
    message: str

'''


def errors_module(interfaces: Mapping[str, Abi]) -> str:
    """Write the module of the custom errors of some interfaces.

    Raises:
        Undocumented: An error has no message, or its message names an unknown parameter.
    """
    errors: dict[str, tuple[tuple[str, ...], str]] = {}
    for interface, abi in interfaces.items():
        messages = documentation(interface).messages
        for error in of_kind(abi, "error"):
            message = messages.get(signature(error))
            if message is None:
                raise Undocumented(
                    f"{interface}.{error['name']} has no @custom:message: document it there"
                )
            parameters = tuple(each["name"] for each in error["inputs"])
            for shown in re.findall(r"\{(\w+)", message):
                if shown not in parameters:
                    raise Undocumented(
                        f"the message of {error['name']} names {shown}: it has {parameters}"
                    )
            errors[error["name"]] = (parameters, message)
    entries = "".join(
        f"    {json.dumps(name)}: ContractError({parameters!r}, {_literal(message)}),\n"
        for name, (parameters, message) in sorted(errors.items())
    )
    return _TOP + f"\nERRORS: Final[Mapping[str, ContractError]] = {{\n{entries}}}\n"


def _literal(text: str) -> str:
    """Write a text as string literals that fit the width."""
    lines = textwrap.wrap(text, WIDTH - 16, drop_whitespace=False, break_on_hyphens=False)
    literals = [json.dumps(line, ensure_ascii=False) for line in lines]
    return literals[0] if len(literals) == 1 else f"({' '.join(literals)})"
