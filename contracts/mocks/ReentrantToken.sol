// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";

import {PlainToken} from "./PlainToken.sol";

/// @title ReentrantToken
/// @notice For tests only. Once armed, calls a chosen contract during a transfer and forwards its revert, as a token
/// with receiver callbacks could.
contract ReentrantToken is PlainToken {
    address private _target;
    bytes private _data;

    /// @notice Sets a call to make, as the token, during the next transfer.
    /// @param target Contract.
    /// @param data Calldata.
    function arm(address target, bytes calldata data) external {
        _target = target;
        _data = data;
    }

    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, amount);
        address target = _target;
        if (target == address(0)) return;
        _target = address(0);
        Address.functionCall(target, _data);
    }
}
