"""Publish the sources on the block explorer that Ape knows."""

from __future__ import annotations

import os

from ape import chain, networks, project

from deployment.record import Record

KEY = "ETHERSCAN_API_KEY"
_BY_HAND = "upload the files of `ape run standard_json` instead"


def publish(record: Record) -> list[str]:
    """Publish the sources of a deployment; a failure does not affect the deployment.

    Returns:
        One line per contract, or one that says why nothing could be published.
    """
    explorer = networks.provider.network.explorer
    if explorer is None:
        return [f"not published: install the extra `verify` (ape-etherscan); {_BY_HAND}"]
    if not os.environ.get(KEY):
        return [f"not published: {KEY} is not set; {_BY_HAND}"]
    lines = []
    for name, created in record.contracts.items():
        contract_type = project.get_contract(name).contract_type
        chain.contracts.instance_at(
            created.address, contract_type=contract_type, fetch_from_explorer=False
        )
        try:
            explorer.publish_contract(created.address)
        except Exception as error:  # of the plugin, the network or the explorer
            reason = " ".join(str(error).split())
            lines.append(f"{name} was not published ({reason}); {_BY_HAND}")
        else:
            lines.append(f"{name} is published: {explorer.get_address_url(created.address)}")
    return lines
