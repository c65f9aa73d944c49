// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title The functions of an ERC-8004 identity registry that this project calls
/// @notice Agents are ERC-721 tokens. Ids start at 0, so 0 is a valid agent.
/// @dev The canonical registry is an upgradeable third-party contract. It is read with static calls that may fail, and
/// no payout of money bound in a run depends on its answers.
/// Source: eips.ethereum.org/EIPS/eip-8004.
interface IIdentityRegistry {
    /// @notice Returns the owner of the agent's NFT; reverts for an unknown agent.
    /// @param agentId Agent.
    /// @return owner Account that holds the NFT.
    function ownerOf(uint256 agentId) external view returns (address owner);

    /// @notice Returns whether `account` owns the agent's NFT, is approved for it, or is an operator of its owner.
    /// @param account Account to check.
    /// @param agentId Agent; the call reverts for an unknown one.
    /// @return authorized True if the account is one of them.
    function isAuthorizedOrOwner(address account, uint256 agentId) external view returns (bool authorized);

    /// @notice Returns the wallet that receives the agent's payments.
    /// @param agentId Agent.
    /// @return wallet The wallet, or zero if none is set.
    function getAgentWallet(uint256 agentId) external view returns (address wallet);
}
