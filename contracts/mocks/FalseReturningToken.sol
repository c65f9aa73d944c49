// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {PlainToken} from "./PlainToken.sol";

/// @title FalseReturningToken
/// @notice Refuses transfers out of an account by returning false instead of reverting: a caller that looks only at
/// whether the call succeeded books money as paid that never left. For tests only.
contract FalseReturningToken is PlainToken {
    address private _refused;

    /// @notice Refuses transfers out of an account from now on; zero for none.
    /// @param account Whose transfers.
    function refuse(address account) external {
        _refused = account;
    }

    /// @notice Moves tokens, or returns false.
    /// @param to Receiver.
    /// @param amount Base units.
    /// @return moved Whether they were moved.
    function transfer(address to, uint256 amount) public override returns (bool moved) {
        return msg.sender != _refused && super.transfer(to, amount);
    }
}
