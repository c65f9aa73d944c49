"""What reaches whoever installs the package: records of public chains, and no others."""

from __future__ import annotations

import json
import shutil
import tarfile
import tomllib
import zipfile

import pytest

from artifacts import ROOT
from deployment import parameters
from deployment.record import FINISHED
from tools.dist import build

LEFTOVERS = ("local.json", "local-demo.json", "base-sepolia-fork.json", "anything.json", "x.draft")
WHERE = "agentescrow/chain/deployments"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Names of the files in wheel and source archive of a checkout full of leftover records."""
    project = tmp_path_factory.mktemp("project")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, project)
    leave_out = shutil.ignore_patterns("__pycache__", "deployments")
    shutil.copytree(ROOT / "agentescrow", project / "agentescrow", ignore=leave_out)
    (project / WHERE).mkdir()
    for name in (*LEFTOVERS, "base.json"):
        (project / WHERE / name).write_text(json.dumps({"kind": "local"}))
    wheel, source = build("wheel", project, project), build("sdist", project, project)
    with tarfile.open(source) as archive:
        unpacked = [name.partition("/")[2] for name in archive.getnames()]
    return zipfile.ZipFile(wheel).namelist(), unpacked


def test_build__leftover_records__stay_out(built):
    """Anybody has the keys of a local chain, and so could own what its record names elsewhere."""
    for names in built:
        records = {name for name in names if name.startswith(f"{WHERE}/")}
        assert records == {f"{WHERE}/base.json"}


def test_build__abis__go_along(built):
    for names in built:
        assert "agentescrow/generated/abi/RunEscrow.json" in names


def test_package_data__every_public_network__has_its_record():
    shipped = tomllib.loads((ROOT / "pyproject.toml").read_text())
    patterns = shipped["tool"]["setuptools"]["package-data"]["agentescrow.chain"]
    public = [name for name in parameters.names() if parameters.load(name).is_public]
    assert {f"deployments/{name}.json" for name in public} == set(patterns) - {"abi/*.json"}
    assert FINISHED == ROOT / WHERE
