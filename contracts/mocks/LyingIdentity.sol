// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @title LyingIdentity
/// @notice For tests only. What a malicious upgrade could make of the identity registry: one account owns every agent,
/// and an accomplice is approved for all of them. The answers are in the code, so that it can be placed at the
/// registry's address.
contract LyingIdentity {
    address private immutable _OWNER;
    address private immutable _ACCOMPLICE;

    /// @notice Sets the answers.
    /// @param owner Reported owner of every agent.
    /// @param accomplice Reported approved account of every agent.
    constructor(address owner, address accomplice) {
        _OWNER = owner;
        _ACCOMPLICE = accomplice;
    }

    /// @notice Returns the reported owner.
    /// @return owner The same account for every agent.
    function ownerOf(uint256) external view returns (address owner) {
        return _OWNER;
    }

    /// @notice Returns the reported owner as the wallet.
    /// @return wallet The same account for every agent.
    function getAgentWallet(uint256) external view returns (address wallet) {
        return _OWNER;
    }

    /// @notice Returns whether the account is the accomplice.
    /// @param account Account to check.
    /// @return authorized True for the accomplice.
    function isAuthorizedOrOwner(address account, uint256) external view returns (bool authorized) {
        return account == _ACCOMPLICE;
    }
}
