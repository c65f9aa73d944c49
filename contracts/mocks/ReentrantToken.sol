// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";

import {PlainToken} from "./PlainToken.sol";

/// @title ReentrantToken
/// @notice Calls a contract of its owner's choice from within each transfer, once armed, and hands its revert on: what
/// a token with callbacks would allow a receiver to do. For tests only.
contract ReentrantToken is PlainToken {
    address private _target;
    bytes private _data;

    /// @notice Calls `target` with `data` during the next transfer, in the token's name.
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
