// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IRunEscrow} from "../../interfaces/IRunEscrow.sol";

/// @title Transition table of a run
/// @notice The states in which each call is allowed, as a bit set: bit n stands for state n of IRunEscrow.RunState.
/// @dev agentescrow/domain/runs/actions.py and docs/spec.md contain the same table; a test compares the three.
///
///     9        8         7        6                   5        4         3           2       1    0
///     SLASHED CANCELLED REJECTED REVISION_REQUESTED APPROVED SUBMITTED IN_PROGRESS CLAIMED OPEN DRAFT
library RunStates {
    uint256 private constant _DRAFT = 1 << uint256(IRunEscrow.RunState.DRAFT);
    uint256 private constant _OPEN = 1 << uint256(IRunEscrow.RunState.OPEN);
    uint256 private constant _CLAIMED = 1 << uint256(IRunEscrow.RunState.CLAIMED);
    uint256 private constant _IN_PROGRESS = 1 << uint256(IRunEscrow.RunState.IN_PROGRESS);
    uint256 private constant _SUBMITTED = 1 << uint256(IRunEscrow.RunState.SUBMITTED);
    uint256 private constant _REVISION_REQUESTED = 1 << uint256(IRunEscrow.RunState.REVISION_REQUESTED);

    /// @notice fundRun: to OPEN.
    uint256 internal constant FUNDABLE = _DRAFT;
    /// @notice claimRun: to CLAIMED.
    uint256 internal constant CLAIMABLE = _OPEN;
    /// @notice startRun: to IN_PROGRESS.
    uint256 internal constant STARTABLE = _CLAIMED;
    /// @notice submitWork: to SUBMITTED.
    uint256 internal constant SUBMITTABLE = _CLAIMED | _IN_PROGRESS | _REVISION_REQUESTED;
    /// @notice abandonRun: back to OPEN.
    uint256 internal constant ABANDONABLE = _CLAIMED | _IN_PROGRESS;
    /// @notice approve and finalize: to APPROVED; requestRevision: to REVISION_REQUESTED; reject: to REJECTED.
    uint256 internal constant REVIEWABLE = _SUBMITTED;
    /// @notice slash: to SLASHED.
    uint256 internal constant SLASHABLE = _CLAIMED | _IN_PROGRESS | _REVISION_REQUESTED;
    /// @notice cancelRun: to CANCELLED.
    uint256 internal constant CANCELLABLE = _DRAFT | _OPEN | _CLAIMED | _IN_PROGRESS;

    /// @notice Returns whether `state` is in the set.
    /// @param allowed Set of states.
    /// @param state State to look for, as a number of IRunEscrow.RunState.
    /// @return contained True if it is.
    function contains(uint256 allowed, uint256 state) internal pure returns (bool contained) {
        contained = allowed & (1 << state) != 0;
    }
}
