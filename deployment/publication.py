"""Publishing the sources of what was deployed through the block explorer that Ape knows."""

from __future__ import annotations

import os

from ape import chain, networks, project

from deployment.record import Record

KEY = "ETHERSCAN_API_KEY"
_BY_HAND = "the explorer takes the files of `ape run standard_json` as well"


def publish(record: Record) -> list[str]:
    """Publish the three sources; nothing that goes wrong here touches the deployment.

    Args:
        record: What was deployed.

    Returns:
        One line a contract, or one on why nothing could be published.
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
        except Exception as error:  # a plugin's, the network's, the explorer's: all the same
            reason = " ".join(str(error).split())
            lines.append(f"{name} was not published ({reason}); {_BY_HAND}")
        else:
            lines.append(f"{name} is published: {explorer.get_address_url(created.address)}")
    return lines
