"""Module of the events."""

from __future__ import annotations

import json
import keyword
import re
import textwrap
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from artifacts import documentation
from tools.generate.natspec import NOTE, WIDTH, Abi, Undocumented, of_kind, signature

INHERITED: Final = {
    "OwnershipTransferStarted": "`newOwner` was offered the ownership and can accept it.",
    "OwnershipTransferred": "`newOwner` owns the contract.",
    "Paused": "The contract was paused: new runs, funding and claims are stopped.",
    "Unpaused": "The contract was unpaused.",
}
"""Docstrings of events that our contracts inherit from OpenZeppelin."""

THIRD_PARTY: Final = {
    "Forwarder": {
        "ExecutedForwardRequest": (
            "ExecutedForwardRequest",
            "A relayed request was executed; `success` says whether its call succeeded.",
        ),
    },
    "IdentityRegistry": {
        "Registered": ("Registered", "An agent was registered."),
        "URIUpdated": ("UriUpdated", "The URI of an agent's registration file changed."),
        "MetadataSet": (
            "MetadataSet",
            'A metadata entry of an agent was written; the key "agentWallet" holds its wallet.',
        ),
        "Transfer": ("AgentTransfer", "An agent's NFT was transferred (ERC-721 Transfer)."),
        "Approval": ("AgentApproval", "`approved` may act for an agent (ERC-721 Approval)."),
        "ApprovalForAll": (
            "AgentApprovalForAll",
            "`operator` may or may no longer act for all agents of `owner` (ERC-721).",
        ),
    },
    "Usdc": {
        "Transfer": ("UsdcTransfer", "USDC was transferred (ERC-20 Transfer)."),
        "Approval": ("UsdcApproval", "`spender` may spend `value` of `owner` (ERC-20 Approval)."),
    },
}
"""Class and docstring of each event of a third-party contract that gets a class."""

_TOP: Final = f'''\
"""Events of the contracts, one frozen dataclass each.

{NOTE}

Fields are the ABI's parameters in order, in snake case; a Python keyword gets an underscore
(`from_`). Amounts are base units of USDC (6 decimals), times are unix seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Event:
    """Event of a contract."""
'''


class EventClass(NamedTuple):
    """Event that gets a class.

    Attributes:
        name: Name of the class.
        summary: Docstring without the description of fields.
        parameters: Parameters of the ABI.
        notes: Description of a parameter, by its name in the ABI.
    """

    name: str
    summary: str
    parameters: list[dict[str, Any]]
    notes: Mapping[str, str]


def snake_case(name: str) -> str:
    """Convert the name of an ABI parameter to that of a Python field: deliverableURI, from."""
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower()
    return f"{words}_" if keyword.iskeyword(words) else words


def events_module(abis: Mapping[str, Abi]) -> str:
    """Write the module of the events of some contracts, in their order.

    Raises:
        Undocumented: An event of ours has no @notice.
    """
    contracts = list(abis)
    types: dict[str, dict[str, str]] = {contract: {} for contract in contracts}
    classes: dict[str, EventClass] = {}
    emitters: dict[str, list[str]] = {}
    for contract in contracts:
        for event in of_kind(abis[contract], "event"):
            each = _event_class(contract, event)
            if each is None:
                continue
            if classes.setdefault(each.name, each) != each:
                raise Undocumented(f"two contracts have different events {each.name}")
            types[contract][event["name"]] = each.name
            emitters.setdefault(each.name, []).append(contract)
    text, group = _TOP, ""
    for name in sorted(
        classes, key=lambda name: (-len(emitters[name]), contracts.index(emitters[name][0]), name)
    ):
        if group != (group := " and ".join(emitters[name])):
            text += f"\n\n# {group}\n"
        text += _class(classes[name])
    text += "\n\nTYPES: Final[Mapping[str, Mapping[str, type[Event]]]] = {\n"
    for contract, names in types.items():
        entries = "".join(f"{json.dumps(name)}: {kind}, " for name, kind in names.items())
        text += f"    {json.dumps(contract)}: {{{entries}}},\n"
    return text + '}\n"""Class of an event, by the names of its contract and itself."""\n'


def _event_class(contract: str, event: Mapping[str, Any]) -> EventClass | None:
    name = event["name"]
    if contract in THIRD_PARTY:
        known = THIRD_PARTY[contract].get(name)
        return EventClass(*known, event["inputs"], {}) if known else None
    said = documentation(contract)
    summary = said.notices.get(signature(event)) or INHERITED.get(name)
    if summary is None:
        raise Undocumented(f"{contract}.{name} has no @notice: document it in its interface")
    return EventClass(name, summary, event["inputs"], said.parameters.get(signature(event), {}))


def _class(event: EventClass) -> str:
    fields = "".join(
        f"    {snake_case(each['name'])}: {_type(each)}\n" for each in event.parameters
    )
    return (
        f"\n\n@dataclass(frozen=True, slots=True)\nclass {event.name}(Event):\n"
        f'    """{_docstring(event)}"""\n\n{fields}'
    )


def _docstring(event: EventClass) -> str:
    names = [each["name"] for each in event.parameters]

    def plain(text: str) -> str:
        for name in names:
            text = text.replace(f"`{name}`", f"`{snake_case(name)}`")
        return text

    summary, _, rest = plain(event.summary).partition(". ")
    lines = [f"{summary}." if rest else summary]
    if rest:
        lines += ["", *textwrap.wrap(rest, WIDTH - 4)]
    if event.notes:
        lines += ["", "Attributes:"]
        for name in names:
            if name in event.notes:
                note = f"    {snake_case(name)}: {plain(event.notes[name])}"
                lines += textwrap.wrap(note, WIDTH - 4, subsequent_indent=" " * 8)
    if len(lines) == 1:
        return lines[0]
    return "\n".join([lines[0], *(f"    {line}".rstrip() for line in lines[1:]), "    "])


def _type(parameter: Mapping[str, Any]) -> str:
    kind = parameter["type"]
    if kind in ("string", "bytes") and parameter["indexed"]:
        return "bytes"  # its hash
    named = {"address": "str", "string": "str", "bool": "bool"}
    if kind in named:
        return named[kind]
    if re.fullmatch(r"u?int\d+", kind):
        return "int"
    if re.fullmatch(r"bytes\d*", kind):
        return "bytes"
    raise Undocumented(
        f"there is no Python type for the event parameter {parameter['name']}: {kind}"
    )
