"""Generate agentescrow/generated/ from the compiled contracts: ABIs, events and error messages.

python -m tools.generate            writes the files
python -m tools.generate --check    writes nothing, fails if a file is stale
"""

from __future__ import annotations

import json
import keyword
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from artifacts import ROOT, SetupError, circle, documentation, ours

FOLDER: Final = ROOT / "agentescrow" / "generated"
WIDTH: Final = 100

CONTRACTS: Final = ("RunEscrow", "StakeRegistry", "Forwarder", "IdentityRegistry", "Usdc")
"""Contracts that the package talks to, in the order of the generated code."""

INTERFACES: Final = ("IUsdcVault", "IStakeRegistry", "IRunEscrow")
"""Interfaces whose custom errors have a message."""

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

_EDIT: Final = "Generated from the compiled contracts by `python -m tools.generate`; do not edit."

_PACKAGE: Final = f'''\
"""ABIs, event classes and error messages of the contracts.

{_EDIT}
"""
'''

_EVENTS: Final = f'''\
"""Events of the contracts, one frozen dataclass each.

{_EDIT}

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

_ERRORS: Final = f'''\
"""Custom errors of the contracts, with the sentence that clients show.

{_EDIT}
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


class Stale(Exception):
    """The contracts lack documentation that the generated files need."""


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


def abis() -> dict[str, list[dict[str, Any]]]:
    """Return the ABI of each contract that the package talks to.

    Raises:
        SetupError: The contracts are not compiled, or npm packages are missing.
    """
    return {
        name: circle("v2/FiatTokenV2_2").abi if name == "Usdc" else ours(name).abi
        for name in CONTRACTS
    }


def generated() -> dict[str, str]:
    """Return the text of each generated file by its path in the folder.

    Raises:
        SetupError: The contracts are not compiled, or npm packages are missing.
        Stale: A contract lacks documentation.
    """
    found = abis()
    texts = {f"abi/{name}.json": json.dumps(abi, indent=1) + "\n" for name, abi in found.items()}
    texts |= {
        "__init__.py": _PACKAGE,
        "events.py": _formatted(_events_module(found)),
        "errors.py": _formatted(_errors_module({name: ours(name).abi for name in INTERFACES})),
    }
    return texts


def stale(texts: Mapping[str, str]) -> list[str]:
    """Name the files that differ from what the contracts say, and those that they do not need."""
    files = (path for path in FOLDER.rglob("*") if path.suffix in (".py", ".json"))
    found = {path.relative_to(FOLDER).as_posix(): path.read_text() for path in files}
    return sorted(name for name in texts.keys() | found if texts.get(name) != found.get(name))


def snake_case(name: str) -> str:
    """Convert the name of an ABI parameter to that of a Python field: deliverableURI, from."""
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower()
    return f"{words}_" if keyword.iskeyword(words) else words


def signature(entry: Mapping[str, Any]) -> str:
    """Write an error or event as NatSpec names it, "RunFunded(uint256,uint256)"."""
    return f"{entry['name']}({','.join(each['type'] for each in entry['inputs'])})"


def _events_module(found: Mapping[str, list[dict[str, Any]]]) -> str:
    types: dict[str, dict[str, str]] = {contract: {} for contract in CONTRACTS}
    classes: dict[str, EventClass] = {}
    emitters: dict[str, list[str]] = {}
    for contract in CONTRACTS:
        for event in _of_kind(found[contract], "event"):
            each = _event_class(contract, event)
            if each is None:
                continue
            if classes.setdefault(each.name, each) != each:
                raise Stale(f"two contracts have different events {each.name}")
            types[contract][event["name"]] = each.name
            emitters.setdefault(each.name, []).append(contract)
    text, group = _EVENTS, ""
    for name in sorted(
        classes, key=lambda name: (-len(emitters[name]), _rank(emitters[name]), name)
    ):
        if group != (group := " and ".join(emitters[name])):
            text += f"\n\n# {group}\n"
        text += _class(classes[name])
    text += "\n\nTYPES: Final[Mapping[str, Mapping[str, type[Event]]]] = {\n"
    for contract, names in types.items():
        entries = "".join(f"{json.dumps(name)}: {kind}, " for name, kind in names.items())
        text += f"    {json.dumps(contract)}: {{{entries}}},\n"
    return text + '}\n"""Class of an event, by the names of its contract and itself."""\n'


def _rank(contracts: list[str]) -> int:
    return CONTRACTS.index(contracts[0])


def _event_class(contract: str, event: Mapping[str, Any]) -> EventClass | None:
    name = event["name"]
    if contract in THIRD_PARTY:
        known = THIRD_PARTY[contract].get(name)
        return EventClass(*known, event["inputs"], {}) if known else None
    said = documentation(contract)
    summary = said.notices.get(signature(event)) or INHERITED.get(name)
    if summary is None:
        raise Stale(f"{contract}.{name} has no @notice: document it in its interface")
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
    raise Stale(f"there is no Python type for the event parameter {parameter['name']}: {kind}")


def _errors_module(found: Mapping[str, list[dict[str, Any]]]) -> str:
    errors: dict[str, tuple[tuple[str, ...], str]] = {}
    for interface, abi in found.items():
        messages = documentation(interface).messages
        for error in _of_kind(abi, "error"):
            message = messages.get(signature(error))
            if message is None:
                raise Stale(
                    f"{interface}.{error['name']} has no @custom:message: document it there"
                )
            parameters = tuple(each["name"] for each in error["inputs"])
            for shown in re.findall(r"\{(\w+)", message):
                if shown not in parameters:
                    raise Stale(
                        f"the message of {error['name']} names {shown}: it has {parameters}"
                    )
            errors[error["name"]] = (parameters, message)
    entries = "".join(
        f"    {json.dumps(name)}: ContractError({parameters!r}, {_literal(message)}),\n"
        for name, (parameters, message) in sorted(errors.items())
    )
    return _ERRORS + f"\nERRORS: Final[Mapping[str, ContractError]] = {{\n{entries}}}\n"


def _literal(text: str) -> str:
    """Write a text as string literals that fit the width."""
    lines = textwrap.wrap(text, WIDTH - 16, drop_whitespace=False, break_on_hyphens=False)
    literals = [json.dumps(line, ensure_ascii=False) for line in lines]
    return literals[0] if len(literals) == 1 else f"({' '.join(literals)})"


def _of_kind(abi: Iterable[dict[str, Any]], kind: str) -> Iterator[dict[str, Any]]:
    return (entry for entry in abi if entry["type"] == kind)


def _formatted(code: str) -> str:
    """Format code as `ruff format` does."""
    command = [
        sys.executable,
        "-m",
        "ruff",
        "format",
        "--stdin-filename",
        str(FOLDER / "x.py"),
        "-",
    ]
    return subprocess.run(command, input=code, capture_output=True, text=True, check=True).stdout


def main(argv: list[str]) -> int:
    """Write or check the files, and return the exit code."""
    try:
        texts = generated()
    except (SetupError, Stale) as error:
        print(error, file=sys.stderr)
        return 1
    changed = stale(texts)
    if "--check" in argv:
        for name in changed:
            print(f"agentescrow/generated/{name} is stale: run `make build`", file=sys.stderr)
        return bool(changed)
    for name in changed:
        file = FOLDER / name
        if name in texts:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(texts[name])
        else:
            file.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
