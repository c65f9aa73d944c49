// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title An identity registry whose one NFT changes hands
contract SoldIdentity {
    /// The holder of every agent's NFT.
    address private _owner;

    constructor(address owner) {
        _owner = owner;
    }

    /// @notice Gives the NFT to somebody else.
    function sell(address to) external {
        _owner = to;
    }

    /// @notice Holder of every agent's NFT.
    function ownerOf(uint256) external view returns (address owner) {
        return _owner;
    }

    /// @notice Nobody has a wallet.
    function getAgentWallet(uint256) external pure returns (address wallet) {
        return address(0);
    }

    /// @notice Whether `account` is the holder.
    function isAuthorizedOrOwner(address account, uint256) external view returns (bool authorized) {
        return account == _owner;
    }
}
