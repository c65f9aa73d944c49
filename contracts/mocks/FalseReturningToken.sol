// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {PlainToken} from "./PlainToken.sol";

/// @title FalseReturningToken
/// @notice For tests only. Refuses transfers from an account by returning false instead of reverting. A caller that
/// checks only whether the call succeeded would record a payment that was never made.
contract FalseReturningToken is PlainToken {
    address private _refused;

    /// @notice Starts to refuse transfers from an account.
    /// @param account Account; zero refuses none.
    function refuse(address account) external {
        _refused = account;
    }

    /// @notice Transfers tokens, or returns false.
    /// @param to Receiver.
    /// @param amount Base units.
    /// @return moved Whether the tokens were transferred.
    function transfer(address to, uint256 amount) public override returns (bool moved) {
        return msg.sender != _refused && super.transfer(to, amount);
    }
}
