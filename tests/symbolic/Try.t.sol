// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;
import {Ground} from "./Ground.sol";
import {IRunEscrow} from "../../contracts/interfaces/IRunEscrow.sol";
import {Claim} from "../../contracts/libraries/Claim.sol";
import {Offer, OfferLibrary} from "../../contracts/libraries/Offer.sol";
import {svm, vm} from "./Cheats.sol";
contract TryTest is Ground {
    function check_start(uint256 runId, address caller) external {
        _go(runId, caller, abi.encodeCall(escrow.startRun, (runId)), IRunEscrow.RunState.IN_PROGRESS);
    }
    function check_approve(uint256 runId, address caller) external {
        _go(runId, caller, abi.encodeCall(escrow.approve, (runId)), IRunEscrow.RunState.APPROVED);
    }
    function check_slash(uint256 runId, address caller) external {
        _go(runId, caller, abi.encodeCall(escrow.slash, (runId)), IRunEscrow.RunState.SLASHED);
    }
    function check_slashBad(uint256 runId, address caller) external {
        _go(runId, caller, abi.encodeCall(escrow.slash, (runId)), IRunEscrow.RunState.OPEN);
    }
    function check_claim(uint256 runId, address caller, uint agentId) external {
        _go(runId, caller, abi.encodeCall(escrow.claimRun, (runId, agentId)), IRunEscrow.RunState.CLAIMED);
    }
    function _go(uint256 runId, address caller, bytes memory data, IRunEscrow.RunState s) internal {
        uint256 t = svm.createUint256("now");
        vm.assume(t < 2 ** 32);
        vm.warp(t);
        vm.prank(caller);
        (bool ok,) = address(escrow).call(data);
        vm.assume(ok);
        assert(_claim(runId).state() == s);
    }
}
