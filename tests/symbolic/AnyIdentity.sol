// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title An identity registry that answers anything
/// @notice Its storage is symbolic, so that each question gets any word for an answer, nonsense included.
contract AnyIdentity {
    mapping(uint256 agentId => uint256 answer) public ownerOf;
    mapping(uint256 agentId => uint256 answer) public getAgentWallet;
    mapping(address account => mapping(uint256 agentId => uint256 answer)) public isAuthorizedOrOwner;
}
