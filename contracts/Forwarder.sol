// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC2771Forwarder} from "@openzeppelin/contracts/metatx/ERC2771Forwarder.sol";

/// @title Forwarder
/// @notice OpenZeppelin's ERC2771Forwarder with this project's EIP-712 name. An account without ETH signs a request,
/// and a relayer pays for it (RUN-19). Only ECDSA signatures are accepted (RUN-25).
contract Forwarder is ERC2771Forwarder {
    /// @notice Sets the EIP-712 domain: name "agentescrow", version "1".
    constructor() ERC2771Forwarder("agentescrow") {}
}
