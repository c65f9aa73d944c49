// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ground} from "./Ground.sol";

/// @title The fee, of every reward
/// @notice Rewards of 64 bits, as they are in the terms of a run; those that a run can have, of 48 bits, are among them.
/// Nothing that these checks compute wraps: the words are far wider.
contract FeeTest is Ground {
    uint256 private constant _FEE_BPS = 500;
    uint256 private constant _BPS = 10_000;
    uint256 private constant _HIGHEST_REWARD = type(uint48).max;

    /// @notice RUN-3: there is a fee on every reward.
    function check_feeOn_neverFails(uint64 reward) external view {
        (bool success,) = address(escrow).staticcall(abi.encodeCall(escrow.feeOn, (reward)));
        assert(success);
    }

    /// @notice RUN-3: 500 of 10,000 parts, rounded up.
    function check_feeOn_isRoundedUp(uint64 reward) external view {
        uint256 fee = escrow.feeOn(reward);
        unchecked {
            uint256 parts = uint256(reward) * _FEE_BPS;
            assert(fee == parts / _BPS + (parts % _BPS == 0 ? 0 : 1));
        }
    }

    /// @notice Reward and fee of a run fit 64 bits, in which they are owed, 30,000 times: the casts there lose nothing.
    function check_feeOn_fitsWithItsReward(uint64 reward) external view {
        uint256 fee = escrow.feeOn(reward);
        unchecked {
            assert(fee <= reward);
            assert(reward > _HIGHEST_REWARD || (uint256(reward) + fee) * 30_000 <= type(uint64).max);
        }
    }
}
