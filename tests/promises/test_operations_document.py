"""docs/operations.md names every setting of the service, and quotes what is really said."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from agentescrow.settings import ClientSettings, Settings

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs/operations.md").read_text()

_SETTINGS = DOCUMENT.partition("## Settings")[2].partition("\n## ")[0]
_ROW = re.compile(r"^\| (`[A-Z_`, ]+`) \|", re.MULTILINE)
_SAID = re.findall(r"^\| `([^`]+)` \|", DOCUMENT.partition("## When something")[2], re.MULTILINE)


def test_settings__are_those_of_the_service():
    named = {name for row in _ROW.findall(_SETTINGS) for name in re.findall(r"[A-Z_]+", row)}
    known = {field.upper() for field in Settings.model_fields}
    of_clients = {field.upper() for field in ClientSettings.model_fields}
    assert known <= named <= known | of_clients


def test_settings__have_the_defaults_that_are_told():
    for name in ("rpc_url", "database_url", "host", "port", "rate_limit", "origins"):
        assert f"`{Settings.model_fields[name].default}`" in _SETTINGS


@pytest.mark.parametrize("quoted", _SAID)
def test_message__that_is_explained__is_one(quoted):
    code = "".join(path.read_text() for path in (ROOT / "agentescrow").rglob("*.py"))
    text = re.sub(r'"\s*f?"', "", code)  # strings that go on in the next line
    for part in quoted.split("…"):
        assert part.strip(" ,") in text
