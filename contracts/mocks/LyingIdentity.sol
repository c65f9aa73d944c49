// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @title LyingIdentity
/// @notice What an upgrade by its owner could make of the identity registry: every agent is the same account's, and
/// one accomplice may act for all of them. Its answers are in its code, so that the code can be put at the address of
/// the real one. For tests only.
contract LyingIdentity {
    address private immutable _OWNER;
    address private immutable _ACCOMPLICE;

    /// @notice Fixes the lies.
    /// @param owner Who is said to own every agent.
    /// @param accomplice Who is said to be approved for every agent.
    constructor(address owner, address accomplice) {
        _OWNER = owner;
        _ACCOMPLICE = accomplice;
    }

    /// @notice Who is said to own an agent.
    /// @return owner Always the same account.
    function ownerOf(uint256) external view returns (address owner) {
        return _OWNER;
    }

    /// @notice Who is said to be an agent's wallet.
    /// @return wallet Always the owner.
    function getAgentWallet(uint256) external view returns (address wallet) {
        return _OWNER;
    }

    /// @notice Whether an account is said to be authorized.
    /// @param account Account asked about.
    /// @return authorized Whether it is the accomplice.
    function isAuthorizedOrOwner(address account, uint256) external view returns (bool authorized) {
        return account == _ACCOMPLICE;
    }
}
