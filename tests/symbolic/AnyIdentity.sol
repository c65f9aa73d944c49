// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Identity registry that gives the same answers for every agent
/// @notice The constructor takes the answers; symbolic values stand for all of them.
contract AnyIdentity {
    address private immutable _OWNER;
    address private immutable _WALLET;
    address private immutable _APPROVED;

    constructor(address owner, address wallet, address approved) {
        (_OWNER, _WALLET, _APPROVED) = (owner, wallet, approved);
    }

    /// @notice Returns the owner of every agent's NFT.
    function ownerOf(uint256) external view returns (address owner) {
        return _OWNER;
    }

    /// @notice Returns the wallet of every agent, or zero.
    function getAgentWallet(uint256) external view returns (address wallet) {
        return _WALLET;
    }

    /// @notice Returns whether `account` is the owner or its approved account.
    function isAuthorizedOrOwner(address account, uint256) external view returns (bool authorized) {
        return account == _OWNER || account == _APPROVED;
    }
}
