// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ERC721Holder} from "@openzeppelin/contracts/token/ERC721/utils/ERC721Holder.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @title Erc1271Wallet
/// @notice For tests only. Smart-contract wallet that signs with its holder's key and executes the holder's calls.
/// `ecrecover` alone would reject its signatures.
contract Erc1271Wallet is IERC1271, ERC721Holder {
    address private immutable _HOLDER;

    /// @notice The caller is not the holder.
    error NotHolder(address caller);

    /// @notice Makes the deployer the holder.
    constructor() {
        _HOLDER = msg.sender;
    }

    /// @notice Calls a contract as the wallet and forwards its revert.
    /// @param target Contract.
    /// @param data Calldata.
    /// @return answer Return data of the contract.
    function execute(address target, bytes calldata data) external returns (bytes memory answer) {
        if (msg.sender != _HOLDER) revert NotHolder(msg.sender);
        return Address.functionCall(target, data);
    }

    /// @inheritdoc IERC1271
    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        (address signer,,) = ECDSA.tryRecoverCalldata(hash, signature);
        return signer == _HOLDER ? IERC1271.isValidSignature.selector : bytes4(0);
    }
}
