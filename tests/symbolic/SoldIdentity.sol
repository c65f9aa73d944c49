// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Identity registry with one NFT that can be sold
contract SoldIdentity {
    /// Owner of every agent's NFT.
    address private _owner;

    constructor(address owner) {
        _owner = owner;
    }

    /// @notice Transfers the NFT.
    function sell(address to) external {
        _owner = to;
    }

    /// @notice Returns the owner of every agent's NFT.
    function ownerOf(uint256) external view returns (address owner) {
        return _owner;
    }

    /// @notice Returns zero: no agent has a wallet.
    function getAgentWallet(uint256) external pure returns (address wallet) {
        return address(0);
    }

    /// @notice Returns whether `account` is the owner.
    function isAuthorizedOrOwner(address account, uint256) external view returns (bool authorized) {
        return account == _owner;
    }
}
