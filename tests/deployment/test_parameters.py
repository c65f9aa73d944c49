"""The reviewed parameter files, and every way in which one can be wrong."""

from __future__ import annotations

import pytest
import yaml

from deployment import parameters
from deployment.errors import ParametersInvalid
from localnet import identity, usdc

ADDRESS = "0x000000000000000000000000000000000000dEaD"


@pytest.fixture
def folder(tmp_path):
    """Hold a good file "net", and a way to spoil it."""
    good = yaml.safe_load((parameters.FOLDER / "local.yaml").read_text())
    (tmp_path / "net.yaml").write_text(yaml.safe_dump(good))
    return tmp_path


def spoil(folder, path, value):
    file = folder / "net.yaml"
    content = yaml.safe_load(file.read_text())
    *parents, last = path.split(".")
    place = content
    for parent in parents:
        place = place[parent]
    place.pop(last, None)
    if value is not None:
        place[last] = value
    file.write_text(yaml.safe_dump(content))


@pytest.mark.parametrize(
    ("network", "chain_id", "public"),
    [
        ("local", 31337, False),
        ("base-sepolia-fork", 84532, False),
        ("base-sepolia", 84532, True),
        ("base", 8453, True),
    ],
)
def test_load__committed_file__is_good(network, chain_id, public):
    loaded = parameters.load(network)
    assert loaded.network == network
    assert (loaded.chain_id, loaded.is_public) == (chain_id, public)


@pytest.mark.parametrize("network", ["local", "base-sepolia-fork", "base-sepolia"])
def test_load__same_contracts_everywhere__as_placed_on_local_chains(network):
    loaded = parameters.load(network)
    assert loaded.usdc.address == usdc.ADDRESS
    assert (loaded.usdc.name, loaded.usdc.version) == (usdc.NAME, usdc.VERSION)
    assert loaded.identity == identity.ADDRESS


def test_names__folder__every_network():
    assert parameters.names() == ["base", "base-sepolia", "base-sepolia-fork", "local"]


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("kind", "private", "Input should be 'local', 'fork' or 'public'"),
        ("kind", None, "is missing"),
        ("ape", "ethereum:local", "Input should be a valid list"),
        ("ape", [], "at least 1 item"),
        ("ape", None, "is missing"),
        ("chain_id", "84532", "must be a whole number"),
        ("chain_id", 0, "greater than 0"),
        ("chain_id", None, "is missing"),
        ("confirmations", 0, "greater than or equal to 1"),
        ("confirmations", 101, "less than or equal to 100"),
        ("confirmations", None, "is missing"),
        ("usdc", None, "is missing"),
        ("usdc.address", 17, "must be text in quotes"),
        ("usdc.address", ADDRESS.lower(), "not an address with its checksum"),
        ("usdc.address", "0x" + "00" * 20, "the zero address is not allowed"),
        ("usdc.address", None, "is missing"),
        ("usdc.symbol", 1, "must be text in quotes"),
        ("usdc.symbol", None, "is missing"),
        ("usdc.name", None, "is missing"),
        ("usdc.version", 2, "must be text in quotes"),
        ("usdc.version", None, "is missing"),
        ("usdc.decimals", 6, "is not a parameter"),
        ("identity", "0x12", "not an address with its checksum"),
        ("identity", None, "is missing"),
        ("owner", "somebody", "not an address with its checksum"),
        ("owner", 17, "must be text in quotes"),
        ("treasury", ADDRESS[:-1], "not an address with its checksum"),
        ("trasury", ADDRESS, "is not a parameter"),
    ],
)
def test_load__wrong_field__names_file_and_field(folder, path, value, words):
    spoil(folder, path, value)

    with pytest.raises(ParametersInvalid) as refusal:
        parameters.load("net", folder)
    assert refusal.value.file == "deployment/networks/net.yaml"
    assert next(iter(refusal.value.problems)).startswith(path)
    assert words in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_load__several_wrong_fields__names_all(folder):
    spoil(folder, "chain_id", -1)
    spoil(folder, "identity", "0x")

    with pytest.raises(ParametersInvalid) as refusal:
        parameters.load("net", folder)
    assert set(refusal.value.problems) == {"chain_id", "identity"}


@pytest.mark.parametrize("content", ["a: [", "- 1\n- 2\n", "", "7"])
def test_load__no_parameters_in_it__refused(folder, content):
    (folder / "net.yaml").write_text(content)

    with pytest.raises(ParametersInvalid, match=r"^deployment/networks/net.yaml: .*$"):
        parameters.load("net", folder)


def test_load__no_such_file__lists_the_known(folder):
    with pytest.raises(ParametersInvalid, match="there is no such file; known: net"):
        parameters.load("other", folder)


@pytest.mark.parametrize("network", ["base", "base-sepolia"])
def test_settled__public_and_undecided__refused(network):
    """No address of ours is invented: who deploys decides, in the file or on the command line."""
    with pytest.raises(ParametersInvalid) as refusal:
        parameters.load(network).settled(ADDRESS)
    assert set(refusal.value.problems) == {"owner", "treasury"}
    assert "give --treasury" in str(refusal.value)


def test_settled__given__two_addresses():
    settled = parameters.load("base").settled(ADDRESS, owner="deployer", treasury=usdc.ADDRESS)
    assert (settled.owner, settled.treasury) == (ADDRESS, usdc.ADDRESS)


def test_settled__no_address__refused():
    with pytest.raises(ParametersInvalid, match="owner: 'me' is not an address"):
        parameters.load("local").settled(ADDRESS, owner="me")


@pytest.mark.parametrize(
    ("ecosystem", "network", "name"),
    [
        ("ethereum", "local", "local"),
        ("ethereum", "custom", "local"),
        ("base", "sepolia-fork", "base-sepolia-fork"),
        ("base", "sepolia", "base-sepolia"),
        ("base", "mainnet", "base"),
    ],
)
def test_for_ape__known_network__its_file(ecosystem, network, name):
    assert parameters.for_ape(ecosystem, network).network == name


def test_for_ape__unknown_network__lists_the_known():
    with pytest.raises(ParametersInvalid, match=r"no file is for ethereum:mainnet; known: .*base:"):
        parameters.for_ape("ethereum", "mainnet")
