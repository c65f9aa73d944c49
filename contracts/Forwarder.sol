// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC2771Forwarder} from "@openzeppelin/contracts/metatx/ERC2771Forwarder.sol";

/// @title Forwarder
/// @notice OpenZeppelin's ERC2771Forwarder under this project's EIP-712 name: an account without ETH signs a request,
/// a relayer pays for it (RUN-19). It takes ECDSA signatures only (RUN-25).
contract Forwarder is ERC2771Forwarder {
    /// @notice Fixes the EIP-712 domain: name "agentescrow", version "1".
    constructor() ERC2771Forwarder("agentescrow") {}
}
