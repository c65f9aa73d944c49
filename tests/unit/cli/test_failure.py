"""How each kind of error ends a command: its exit code, and what is printed."""

from __future__ import annotations

import json

import pytest
import typer

from agentescrow import errors
from agentescrow.cli.error_output import fail
from agentescrow.errors import Refused


def refused(status, error="ANYTHING"):
    return Refused(status, error, "No.", ["No, because."], [error])


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.InvalidInput("page", 0, "a number from 1 on"), 2),
        (errors.InvalidAmount("-1", "digits"), 2),
        (refused(400, "INVALID_INPUT"), 2),
        (refused(400, "INVALID_AMOUNT"), 2),
        (refused(400, "INVALID_TERMS"), 2),
        (refused(400, "INVALID_CURSOR"), 2),
        (refused(400, "PAGE_TOO_DEEP"), 2),
        (refused(400, "TIME_TOO_LONG"), 2),
        (refused(400), 3),
        (refused(403), 3),
        (refused(404), 3),
        (refused(422), 3),
        (refused(499), 3),
        (refused(409), 4),
        (refused(429), 4),
        (refused(500), 4),
        (refused(503), 4),
        (errors.ServiceUnreachable("the API does not answer"), 4),
        (errors.UntrustedRequest("the API asks to sign something else"), 4),
        (errors.NodeUnreachable("the node does not answer"), 4),
        (errors.DeploymentUnknown("there is none"), 4),
        (errors.DeploymentUnreadable("there is no such file"), 2),
        (errors.DeploymentDiffers("base", "code of RunEscrow", "0x1", "0x2"), 4),
        (errors.StillPending("request 0x1", "ask again"), 5),
        (errors.DatabaseUnusable("sqlite:///x", "it is none"), 1),
        (errors.RequestRefused("the signature is none"), 1),
    ],
    ids=lambda value: getattr(value, "code", None) or str(value),
)
def test_fail__error_of_a_kind__ends_with_its_code(error, code, capsys):
    """API-7: 2 a value, 3 a rule, 4 a service that cannot now, 5 not yet known, 1 all others."""
    with pytest.raises(typer.Exit) as ended:
        fail(error, as_json=True)

    assert ended.value.exit_code == code
    shown = capsys.readouterr()
    said = json.loads(shown.err)
    assert said["detail"]
    assert isinstance(said["code"], str), "one type, whatever went wrong"
    assert shown.out == ""


def test_fail__refused_by_the_api__is_json_with_the_names_of_the_api(capsys):
    """API-7: reasons and their codes are for programs."""
    with pytest.raises(typer.Exit):
        fail(refused(403, "NOT_ELIGIBLE"), as_json=True)

    said = json.loads(capsys.readouterr().err)
    assert (said["code"], said["status"], said["detail"]) == ("NOT_ELIGIBLE", 403, "No.")
    assert (said["reasons"], said["reasonCodes"]) == (["No, because."], ["NOT_ELIGIBLE"])


def test_fail__for_people__is_one_line(capsys):
    """API-7: on standard error, however long it is."""
    with pytest.raises(typer.Exit):
        fail(errors.NodeRefused("the node refused: " + "x" * 500))

    shown = capsys.readouterr().err
    assert shown == "agentescrow: the node refused: " + "x" * 500 + "\n"
