// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title An identity registry of a single answer to each question
/// @notice The answers are given to the constructor: symbolic ones stand for all.
contract AnyIdentity {
    address private immutable _OWNER;
    address private immutable _WALLET;
    address private immutable _APPROVED;

    constructor(address owner, address wallet, address approved) {
        (_OWNER, _WALLET, _APPROVED) = (owner, wallet, approved);
    }

    /// @notice Holder of every agent's NFT.
    function ownerOf(uint256) external view returns (address owner) {
        return _OWNER;
    }

    /// @notice Wallet of every agent, or zero.
    function getAgentWallet(uint256) external view returns (address wallet) {
        return _WALLET;
    }

    /// @notice Whether `account` is the holder or the one whom it approved.
    function isAuthorizedOrOwner(address account, uint256) external view returns (bool authorized) {
        return account == _OWNER || account == _APPROVED;
    }
}
