// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IRunEscrow} from "../../contracts/interfaces/IRunEscrow.sol";
import {vm} from "./Cheats.sol";
import {Ground} from "./Ground.sol";

/// @title Due time of a requested revision (RUN-12)
/// @notice Covers any deadline, any time of the request and any time of the slash.
contract RevisionTest is Ground {
    uint256 private constant _START = 1_000_000;
    address private constant _POSTER = address(0xB0B);
    address private constant _WALLET = address(0xA6E27);

    /// @notice A revision is due 7 days after the request, whatever the deadline, and can be slashed only from then on.
    function check_revision_isDueInSevenDays(uint256 deadline, uint256 asked, uint256 slashed) external {
        vm.assume(agentOwner == _WALLET && agentWallet == _WALLET && agentApproved == address(0));
        vm.assume(deadline > _START && deadline <= _START + 90 days);
        vm.assume(asked >= _START && asked < _START + 30 days);
        vm.assume(slashed >= asked && slashed < 2 ** 32);
        _submit(deadline);

        vm.warp(asked);
        vm.prank(_POSTER);
        escrow.requestRevision(1, "more");
        assert(escrow.getRun(1).dueAt == asked + 7 days);
        assert(escrow.slashableAt(1) == asked + 7 days);

        vm.warp(slashed);
        vm.prank(_POSTER);
        (bool success,) = address(escrow).call(abi.encodeCall(escrow.slash, (1)));
        assert(success == (slashed >= asked + 7 days));
    }

    function _submit(uint256 deadline) private {
        vm.warp(_START);
        usdc.mint(_POSTER, 2 ** 50);
        vm.prank(_POSTER);
        usdc.approve(address(escrow), type(uint256).max);
        usdc.mint(address(this), 20_000_000);
        usdc.approve(address(registry), 20_000_000);
        registry.stake(7, 20_000_000);
        // Safe cast: at most 90 days ahead.
        uint40 until = uint40(deadline);
        IRunEscrow.RunTerms memory terms =
            IRunEscrow.RunTerms({reward: 10_000_000, deadline: until, reviewDays: 30, maxRevisions: 1, minStatus: 1});
        vm.prank(_POSTER);
        escrow.postRun(terms, "what");
        vm.prank(_WALLET);
        escrow.claimRun(1, 7);
        vm.prank(_WALLET);
        escrow.submitWork(1, "work");
    }
}
