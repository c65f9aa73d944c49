"""Generated code: what it is made of, and what stops it."""

from __future__ import annotations

import pytest

from artifacts import NotBuilt, documentation
from tools.generate import files
from tools.generate.errors import errors_module
from tools.generate.events import events_module, snake_case
from tools.generate.natspec import Undocumented


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("runId", "run_id"),
        ("deliverableURI", "deliverable_uri"),
        ("agentURI", "agent_uri"),
        ("newURI", "new_uri"),
        ("from", "from_"),
        ("ipfsHash", "ipfs_hash"),
    ],
)
def test_snake_case__abi_names__become_fields(name, expected):
    assert snake_case(name) == expected


def test_generated__files__are_current():
    """RUN-26: every error and event is in the package as the contracts declare it."""
    assert files.stale(files.generated()) == []


def test_stale__changed_missing_and_needless__are_named(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "FOLDER", tmp_path)
    (tmp_path / "abi").mkdir()
    (tmp_path / "abi" / "Old.json").write_text("[]")
    (tmp_path / "events.py").write_text("")

    assert files.stale({"events.py": "x", "errors.py": ""}) == [
        "abi/Old.json",
        "errors.py",
        "events.py",
    ]


def test_documentation__message__is_kept_by_the_compiler():
    """RUN-26: the sentence is beside the error."""
    found = documentation("RunEscrow")

    assert found.messages["NoFees()"] == "There are no accrued fees to sweep."
    assert found.notices["RunStarted(uint256)"] == "The agent started work."
    with pytest.raises(NotBuilt, match="make build"):
        documentation("NoSuchContract")


def test_message__of_an_unknown_parameter__is_refused():
    """A placeholder is the name of a parameter."""
    inputs = [{"name": "id", "type": "uint256"}]
    error = {"type": "error", "name": "RunUnknown", "inputs": inputs}

    with pytest.raises(Undocumented, match="RunUnknown names runId"):
        errors_module({"IRunEscrow": [error]})


def test_error__without_a_message__is_refused():
    """RUN-26: what is compiled from an older source cannot empty the list, either."""
    error = {"type": "error", "name": "Silent", "inputs": []}

    with pytest.raises(Undocumented, match=r"IRunEscrow\.Silent has no @custom:message"):
        errors_module({"IRunEscrow": [error]})


def test_event__without_a_notice__is_refused():
    event = {"type": "event", "name": "Silent", "inputs": []}

    with pytest.raises(Undocumented, match=r"RunEscrow\.Silent has no @notice"):
        events_module({"RunEscrow": [event]})
