"""One version: `agentescrow.__version__`. Everything else that prints one agrees with it."""

from __future__ import annotations

import inspect
import re
import tomllib
from pathlib import Path

from agentescrow import __version__
from agentescrow.api.app import create_app

ROOT = Path(__file__).resolve().parents[2]


def test_version__in_pyproject__is_read_from_the_package():
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text())

    assert "version" not in pyproject["project"]
    assert pyproject["tool"]["setuptools"]["dynamic"]["version"] == {
        "attr": "agentescrow.__version__"
    }


def test_version__heads_the_changelog():
    """The first entry is of this version, released on a day or still unreleased."""
    first = re.search(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)

    assert first is not None
    assert re.fullmatch(rf"{re.escape(__version__)} - (unreleased|\d{{4}}-\d\d-\d\d)", first[1])


def test_version__is_in_the_readme():
    """With the state of the project beside it."""
    assert f"> **{__version__}" in (ROOT / "README.md").read_text()


def test_python__that_is_required__is_what_the_set_up_takes():
    """Later versions are refused in both places until tests can run on them."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert pyproject["project"]["requires-python"] == ">=3.11,<3.13"
    assert "(3, 11) <= sys.version_info[:2] <= (3, 12)" in (ROOT / "tools/setup_python").read_text()


def test_version__of_the_api__is_the_package_s():
    assert inspect.signature(create_app).parameters["version"].default == __version__
    assert f'"version": "{__version__}"' in (ROOT / "docs/rest.md").read_text()
