// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IRunEscrow} from "../../contracts/interfaces/IRunEscrow.sol";
import {vm} from "./Cheats.sol";
import {Ground} from "./Ground.sol";

/// @title Payments of a run, for every reward
/// @notice There is one check for each end of a run.
contract MoneyTest is Ground {
    uint256 private constant _STAKED = 100_000_000;
    uint256 private constant _LOCKED = 20_000_000;
    uint256 private constant _HIGHEST = type(uint48).max;
    address private constant _POSTER = address(0xB0B);
    address private constant _WALLET = address(0xA6E27);
    uint256 private constant _START = 1_000_000;

    function setUp() public override {
        super.setUp();
        // Fixed accounts: only the amounts matter here.
        vm.assume(agentOwner == _WALLET && agentWallet == _WALLET && agentApproved == address(0));
        vm.warp(_START);
    }

    /// @notice RUN-4: posting takes exactly reward and fee from the poster, and owes both.
    function check_postRun_takesRewardAndFee(uint48 reward) external {
        uint256 fee = _post(reward);
        assert(usdc.balanceOf(_POSTER) == 2 ** 50 - (uint256(reward) + fee));
        assert(usdc.balanceOf(address(escrow)) == uint256(reward) + fee);
        assert(escrow.totalOwed() == uint256(reward) + fee);
    }

    /// @notice RUN-4: an approval pays the whole reward to the wallet and accrues the fee.
    function check_approve_paysTheRewardAndKeepsTheFee(uint48 reward) external {
        uint256 fee = _submitted(reward);
        vm.prank(_POSTER);
        escrow.approve(1);
        _requirePaid(reward, fee);
    }

    /// @notice RUN-16: the treasury receives the fee, and nothing is left.
    function check_sweepFees_paysTheFee(uint48 reward) external {
        uint256 fee = _submitted(reward);
        vm.prank(_POSTER);
        escrow.approve(1);
        escrow.sweepFees();
        assert(usdc.balanceOf(TREASURY) == fee);
        assert(escrow.accruedFees() == 0 && escrow.totalOwed() == 0 && usdc.balanceOf(address(escrow)) == 0);
    }

    /// @notice RUN-4: a rejection refunds both.
    function check_reject_paysRewardAndFeeBack(uint48 reward) external {
        _submitted(reward);
        vm.prank(_POSTER);
        escrow.reject(1, "late");
        _requireAllBack();
    }

    /// @notice RUN-4: a cancellation refunds both.
    function check_cancelRun_paysRewardAndFeeBack(uint48 reward) external {
        _post(reward);
        vm.prank(_POSTER);
        escrow.cancelRun(1);
        _requireAllBack();
    }

    /// @notice RUN-14: silence pays the same as an approval.
    function check_finalize_paysTheRewardAndKeepsTheFee(uint48 reward) external {
        uint256 fee = _submitted(reward);
        vm.warp(_START + 3 days);
        escrow.finalize(1);
        _requirePaid(reward, fee);
    }

    /// @notice STAKE-8: a slash refunds both and compensates with the same sum, at most the whole lock. The rest of the
    /// lock is available again, and the platform earns nothing. A slash cannot fail.
    function check_slash_paysBothBackAndCompensates(uint48 reward) external {
        uint256 refund = reward + _claimed(reward);
        vm.warp(_START + 7 days);
        vm.prank(_POSTER);
        (bool success,) = address(escrow).call(abi.encodeCall(escrow.slash, (1)));
        assert(success);

        uint256 compensation = refund < _LOCKED ? refund : _LOCKED;
        assert(usdc.balanceOf(_POSTER) == 2 ** 50 + compensation);
        assert(usdc.balanceOf(TREASURY) == 0);
        assert(registry.availableStake(7) == _STAKED - compensation);
        assert(usdc.balanceOf(address(registry)) == _STAKED - compensation);
        assert(registry.totalOwed() == _STAKED - compensation);
        assert(escrow.accruedFees() == 0 && escrow.totalOwed() == 0 && usdc.balanceOf(address(escrow)) == 0);
    }

    function _requirePaid(uint256 reward, uint256 fee) private view {
        assert(usdc.balanceOf(_WALLET) == reward);
        assert(escrow.accruedFees() == fee);
        assert(escrow.totalOwed() == fee && usdc.balanceOf(address(escrow)) == fee);
    }

    function _requireAllBack() private view {
        assert(usdc.balanceOf(_POSTER) == 2 ** 50);
        assert(escrow.accruedFees() == 0 && escrow.totalOwed() == 0 && usdc.balanceOf(address(escrow)) == 0);
    }

    function _submitted(uint48 reward) private returns (uint256 fee) {
        fee = _claimed(reward);
        vm.prank(_WALLET);
        escrow.submitWork(1, "work");
    }

    function _claimed(uint48 reward) private returns (uint256 fee) {
        fee = _post(reward);
        usdc.mint(address(this), _STAKED);
        usdc.approve(address(registry), _STAKED);
        registry.stake(7, _STAKED);
        vm.prank(_WALLET);
        escrow.claimRun(1, 7);
    }

    function _post(uint48 reward) private returns (uint256 fee) {
        vm.assume(reward != 0 && reward <= _HIGHEST);
        usdc.mint(_POSTER, 2 ** 50);
        vm.prank(_POSTER);
        usdc.approve(address(escrow), type(uint256).max);
        IRunEscrow.RunTerms memory terms = IRunEscrow.RunTerms({
            reward: reward, deadline: uint40(_START + 1 days), reviewDays: 3, maxRevisions: 0, minStatus: 1
        });
        vm.prank(_POSTER);
        escrow.postRun(terms, "what");
        return escrow.getRun(1).fee;
    }
}
