// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title The part of an ERC-8004 IdentityRegistry that this project reads
/// @notice Agents are ERC-721 tokens; their ids start at 0, so 0 is a valid agent.
/// @dev The canonical registry is an upgradeable contract of others: its answers are read with static calls, never
/// trusted to come, and no way out for money that is bound in a run depends on them.
/// Source: eips.ethereum.org/EIPS/eip-8004.
interface IIdentityRegistry {
    /// @notice Owner of the agent's NFT; reverts for an unknown agent.
    /// @param agentId Agent.
    /// @return owner Account that holds the NFT.
    function ownerOf(uint256 agentId) external view returns (address owner);

    /// @notice Whether `account` is the owner of the agent's NFT, approved for it, or an operator of its owner.
    /// @param account Account asked about.
    /// @param agentId Agent.
    /// @return authorized The answer; the call reverts for an unknown agent.
    function isAuthorizedOrOwner(address account, uint256 agentId) external view returns (bool authorized);

    /// @notice The wallet that the agent receives payments at; zero where none is set.
    /// @param agentId Agent.
    /// @return wallet The wallet, or zero.
    function getAgentWallet(uint256 agentId) external view returns (address wallet);
}
