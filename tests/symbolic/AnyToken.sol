// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PlainToken} from "../../contracts/mocks/PlainToken.sol";

/// @title A plain ERC-20 that refuses whom it likes
/// @notice Its storage is symbolic: any balances and allowances, anybody on its blacklist, any authorization signed.
contract AnyToken is PlainToken {
    mapping(address account => bool refused) private _blacklist;
    mapping(address signer => mapping(bytes32 nonce => uint256 value)) private _signed;

    /// @notice What is needed of EIP-3009: the signer has signed for just this payment.
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256,
        uint256,
        bytes32 nonce,
        bytes calldata
    ) external {
        require(msg.sender == to && _signed[from][nonce] == value, "not signed");
        _transfer(from, to, value);
    }

    function _update(address from, address to, uint256 value) internal override {
        require(!_blacklist[from] && !_blacklist[to], "blacklisted");
        super._update(from, to, value);
    }
}
