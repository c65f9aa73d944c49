// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IRunEscrow} from "../../contracts/interfaces/IRunEscrow.sol";
import {vm} from "./Cheats.sol";
import {Ground} from "./Ground.sol";

/// @title Fee of every reward
/// @notice Rewards have 64 bits, as in the terms of a run; rewards of an actual run, with 48 bits, are among them. No
/// computation of these checks wraps, since the words are far wider.
contract FeeTest is Ground {
    uint256 private constant _FEE_BPS = 500;
    uint256 private constant _BPS = 10_000;
    uint256 private constant _HIGHEST_REWARD = type(uint48).max;

    /// @notice RUN-3: every reward has a fee.
    function check_feeOn_neverFails(uint64 reward) external view {
        (bool success,) = address(escrow).staticcall(abi.encodeCall(escrow.feeOn, (reward)));
        assert(success);
    }

    /// @notice RUN-3: the fee is 500/10,000, rounded up.
    function check_feeOn_isRoundedUp(uint64 reward) external view {
        assert(escrow.feeOn(reward) == _roundedUp(reward));
    }

    /// @notice RUN-3: the same holds for a run, whose fee is computed without checks. Other proofs read the fee from
    /// the run.
    function check_run_hasTheFeeRoundedUp(uint48 reward) external {
        vm.assume(reward != 0);
        IRunEscrow.RunTerms memory terms = IRunEscrow.RunTerms({
            reward: reward, deadline: uint40(block.timestamp + 1 days), reviewDays: 3, maxRevisions: 0, minStatus: 1
        });
        escrow.createRun(terms, "what");
        assert(escrow.getRun(1).fee == _roundedUp(reward));
    }

    /// @notice Reward and fee of a run fit in 64 bits 30,000 times over, so the casts of what is owed lose nothing.
    function check_feeOn_fitsWithItsReward(uint64 reward) external view {
        uint256 fee = escrow.feeOn(reward);
        unchecked {
            assert(fee <= reward);
            assert(reward > _HIGHEST_REWARD || (uint256(reward) + fee) * 30_000 <= type(uint64).max);
        }
    }

    function _roundedUp(uint64 reward) private pure returns (uint256) {
        unchecked {
            uint256 parts = uint256(reward) * _FEE_BPS;
            return parts / _BPS + (parts % _BPS == 0 ? 0 : 1);
        }
    }
}
