// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IRunEscrow} from "../../contracts/interfaces/IRunEscrow.sol";
import {svm, vm} from "./Cheats.sol";
import {Ground} from "./Ground.sol";

/// @title Any call in any state, by any account, at any time
/// @notice A call that succeeds is in the table, is made by an account that the table names, and costs the escrow at
/// most what it holds for the run. Another claimed run and its lock stay unchanged. Calls through the forwarder are
/// excluded, since it replaces the sender.
contract TransitionsTest is Ground {
    enum Who {
        POSTER,
        AGENT,
        OPERATOR,
        ANYONE
    }

    uint256 private constant _START = 1_000_000;
    uint256 private constant _DEADLINE = _START + 10 days;
    uint256 private constant _REWARD = 50_000_000;
    uint256 private constant _ESCROWED = 52_500_000;
    uint256 private constant _LOCKED = 20_000_000;
    address private constant _POSTER = address(0xB0B);

    function setUp() public override {
        super.setUp();
        vm.assume(agentOwner != _POSTER && agentWallet != _POSTER && agentApproved != _POSTER);
        // The escrow can neither own an agent nor be its wallet: it never calls a registry for one and cannot sign. If
        // it could, paying itself would free no money.
        vm.assume(agentOwner != address(escrow) && agentWallet != address(escrow));
        vm.warp(_START);
        usdc.mint(_POSTER, 1_000_000_000);
        vm.prank(_POSTER);
        usdc.approve(address(escrow), type(uint256).max);
        usdc.mint(address(this), 100_000_000);
        usdc.approve(address(registry), 100_000_000);
        registry.stake(7, 100_000_000);
    }

    function check_from_DRAFT(uint256 call, address caller, uint256 time) external {
        _claimAnother();
        vm.prank(_POSTER);
        escrow.createRun(_terms(), "what");
        _requireInTable(IRunEscrow.RunState.DRAFT, call, caller, time);
    }

    function check_from_OPEN(uint256 call, address caller, uint256 time) external {
        _post();
        _requireInTable(IRunEscrow.RunState.OPEN, call, caller, time);
    }

    function check_from_CLAIMED(uint256 call, address caller, uint256 time) external {
        _claim();
        _requireInTable(IRunEscrow.RunState.CLAIMED, call, caller, time);
    }

    function check_from_IN_PROGRESS(uint256 call, address caller, uint256 time) external {
        _claim();
        vm.prank(agentOwner);
        escrow.startRun(2);
        _requireInTable(IRunEscrow.RunState.IN_PROGRESS, call, caller, time);
    }

    function check_from_SUBMITTED(uint256 call, address caller, uint256 time) external {
        _submit();
        _requireInTable(IRunEscrow.RunState.SUBMITTED, call, caller, time);
    }

    function check_from_APPROVED(uint256 call, address caller, uint256 time) external {
        _submit();
        vm.prank(_POSTER);
        escrow.approve(2);
        _requireInTable(IRunEscrow.RunState.APPROVED, call, caller, time);
    }

    function check_from_REVISION_REQUESTED(uint256 call, address caller, uint256 time) external {
        _submit();
        vm.prank(_POSTER);
        escrow.requestRevision(2, "more");
        _requireInTable(IRunEscrow.RunState.REVISION_REQUESTED, call, caller, time);
    }

    function check_from_REJECTED(uint256 call, address caller, uint256 time) external {
        _submit();
        vm.prank(_POSTER);
        escrow.reject(2, "no");
        _requireInTable(IRunEscrow.RunState.REJECTED, call, caller, time);
    }

    function check_from_CANCELLED(uint256 call, address caller, uint256 time) external {
        _post();
        vm.prank(_POSTER);
        escrow.cancelRun(2);
        _requireInTable(IRunEscrow.RunState.CANCELLED, call, caller, time);
    }

    function check_from_CANCELLED_claimed(uint256 call, address caller, uint256 time) external {
        _claim();
        vm.warp(_DEADLINE);
        vm.prank(_POSTER);
        escrow.cancelRun(2);
        _requireInTable(IRunEscrow.RunState.CANCELLED, call, caller, time);
    }

    function check_from_SLASHED(uint256 call, address caller, uint256 time) external {
        _claim();
        vm.warp(_DEADLINE);
        vm.prank(_POSTER);
        escrow.slash(2);
        _requireInTable(IRunEscrow.RunState.SLASHED, call, caller, time);
    }

    function _requireInTable(IRunEscrow.RunState from, uint256 call, address caller, uint256 time) private {
        vm.assume(caller != FORWARDER && time >= block.timestamp && time < 2 ** 32);
        vm.warp(time);
        uint256 balance = usdc.balanceOf(address(escrow));
        uint256 owed = escrow.totalOwed();
        (bytes memory data, Who who, IRunEscrow.RunState to, uint256 allowed) = _call(call);
        vm.prank(caller);
        (bool success,) = address(escrow).call(data);
        if (!success) return;

        assert((allowed >> uint256(from)) & 1 == 1);
        assert(escrow.getRun(2).state == to);
        if (call == 9 && from == IRunEscrow.RunState.OPEN && time >= _DEADLINE) who = Who.ANYONE;
        if (who == Who.POSTER) assert(caller == _POSTER);
        if (who == Who.AGENT || who == Who.OPERATOR) {
            assert(caller == agentOwner || caller == agentWallet || caller == agentApproved);
        }
        _requireCovered(from, balance, owed);
        _requireOtherUntouched();
    }

    function _requireOtherUntouched() private view {
        assert(escrow.getRun(1).state == IRunEscrow.RunState.CLAIMED);
        assert(usdc.balanceOf(address(escrow)) >= _ESCROWED && escrow.totalOwed() >= _ESCROWED);
        assert(registry.getAgent(7).locked >= _LOCKED);
    }

    function _requireCovered(IRunEscrow.RunState from, uint256 balance, uint256 owed) private view {
        uint256 held = from == IRunEscrow.RunState.DRAFT ? 0 : _ESCROWED;
        uint256 left = usdc.balanceOf(address(escrow));
        assert(left + held >= balance);
        // Unsigned differences wrap in the same way on both sides.
        unchecked {
            assert(left - balance == escrow.totalOwed() - owed);
        }
    }

    /// The table of docs/spec.md by call, with states as bits.
    function _call(uint256 call)
        private
        view
        returns (bytes memory data, Who who, IRunEscrow.RunState to, uint256 allowed)
    {
        if (call == 0) return (abi.encodeCall(escrow.fundRun, (2)), Who.POSTER, IRunEscrow.RunState.OPEN, 1);
        if (call == 1) return (abi.encodeCall(escrow.claimRun, (2, 7)), Who.OPERATOR, IRunEscrow.RunState.CLAIMED, 2);
        if (call == 2) return (abi.encodeCall(escrow.startRun, (2)), Who.AGENT, IRunEscrow.RunState.IN_PROGRESS, 4);
        if (call == 3) {
            return (abi.encodeCall(escrow.submitWork, (2, "w")), Who.AGENT, IRunEscrow.RunState.SUBMITTED, 4 + 8 + 64);
        }
        if (call == 4) return (abi.encodeCall(escrow.abandonRun, (2)), Who.AGENT, IRunEscrow.RunState.OPEN, 4 + 8);
        if (call == 5) return (abi.encodeCall(escrow.approve, (2)), Who.POSTER, IRunEscrow.RunState.APPROVED, 16);
        if (call == 6) {
            bytes memory request = abi.encodeCall(escrow.requestRevision, (2, "f"));
            return (request, Who.POSTER, IRunEscrow.RunState.REVISION_REQUESTED, 16);
        }
        if (call == 7) return (abi.encodeCall(escrow.reject, (2, "r")), Who.POSTER, IRunEscrow.RunState.REJECTED, 16);
        if (call == 8) {
            return (abi.encodeCall(escrow.slash, (2)), Who.POSTER, IRunEscrow.RunState.SLASHED, 4 + 8 + 64);
        }
        if (call == 9) {
            return (abi.encodeCall(escrow.cancelRun, (2)), Who.POSTER, IRunEscrow.RunState.CANCELLED, 1 + 2 + 4 + 8);
        }
        return (abi.encodeCall(escrow.finalize, (2)), Who.ANYONE, IRunEscrow.RunState.APPROVED, 16);
    }

    function _submit() private {
        _claim();
        vm.prank(agentOwner);
        escrow.submitWork(2, "work");
    }

    function _claim() private {
        _post();
        vm.prank(agentOwner);
        escrow.claimRun(2, 7);
    }

    /// Another run, claimed by the same agent. A second payment of the tested run would take its money or its lock,
    /// which no call on the tested run may touch.
    function _claimAnother() private {
        vm.prank(_POSTER);
        escrow.postRun(_terms(), "another");
        vm.prank(agentOwner);
        escrow.claimRun(1, 7);
    }

    function _post() private {
        _claimAnother();
        vm.prank(_POSTER);
        escrow.postRun(_terms(), "what");
    }

    function _terms() private pure returns (IRunEscrow.RunTerms memory) {
        // Safe casts: the values fit.
        uint8 maxRevisions = uint8(svm.createUint256("maxRevisions") & 1);
        return IRunEscrow.RunTerms({
            reward: uint64(_REWARD),
            deadline: uint40(_DEADLINE),
            reviewDays: 3,
            maxRevisions: maxRevisions,
            minStatus: 1
        });
    }
}
