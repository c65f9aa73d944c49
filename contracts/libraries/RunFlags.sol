// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IRunEscrow} from "../interfaces/IRunEscrow.sol";
import {IStakeRegistry} from "../interfaces/IStakeRegistry.sol";

/// @title The small fields of a run in 16 bits
/// @notice They fill what poster, reward and deadline leave of their storage slot, so that a new run costs one slot:
///
///     15        14 13      12 .. 9       8 .. 4     3 .. 0
///     abandoned minStatus maxRevisions reviewDays state
///
/// @dev Callers have checked the ranges (RUN-2): state ≤ 9, reviewDays ≤ 30, maxRevisions ≤ 10, minStatus ≤ 2.
type RunFlags is uint16;

using RunFlagsLibrary for RunFlags global;

/// @title Reading and changing RunFlags
/// @notice Every cast is safe: the mask before it leaves no more bits than the type has.
library RunFlagsLibrary {
    uint16 private constant _STATE_MASK = 0x000f;
    uint16 private constant _ABANDONED = 0x8000;

    /// @notice The flags of a new run.
    /// @param initial DRAFT or OPEN.
    /// @param terms Checked terms.
    /// @return flags The flags.
    function encode(IRunEscrow.RunState initial, IRunEscrow.RunTerms calldata terms)
        internal
        pure
        returns (RunFlags flags)
    {
        flags = RunFlags.wrap(
            uint16(initial) | (uint16(terms.reviewDays) << 4) | (uint16(terms.maxRevisions) << 9)
                | (uint16(terms.minStatus) << 13)
        );
    }

    /// @notice The state that was stored last; RunEscrow derives the rest from the times.
    /// @param flags The flags.
    /// @return value The state.
    function state(RunFlags flags) internal pure returns (IRunEscrow.RunState value) {
        value = IRunEscrow.RunState(RunFlags.unwrap(flags) & _STATE_MASK);
    }

    /// @notice Days that the poster has for a review.
    /// @param flags The flags.
    /// @return value 1 to 30.
    function reviewDays(RunFlags flags) internal pure returns (uint256 value) {
        value = (RunFlags.unwrap(flags) >> 4) & 0x1f;
    }

    /// @notice Revisions that the poster may ask for.
    /// @param flags The flags.
    /// @return value 0 to 10.
    function maxRevisions(RunFlags flags) internal pure returns (uint256 value) {
        value = (RunFlags.unwrap(flags) >> 9) & 0x0f;
    }

    /// @notice Least status of the agent.
    /// @param flags The flags.
    /// @return value PROVISIONAL or ESTABLISHED.
    function minStatus(RunFlags flags) internal pure returns (IStakeRegistry.AgentStatus value) {
        value = IStakeRegistry.AgentStatus((RunFlags.unwrap(flags) >> 13) & 0x03);
    }

    /// @notice Whether an agent has given the run back (RUN-17).
    /// @param flags The flags.
    /// @return value The answer.
    function abandoned(RunFlags flags) internal pure returns (bool value) {
        value = RunFlags.unwrap(flags) & _ABANDONED != 0;
    }

    /// @notice The same flags with another state.
    /// @param flags The flags.
    /// @param value New state.
    /// @return changed The flags.
    function withState(RunFlags flags, IRunEscrow.RunState value) internal pure returns (RunFlags changed) {
        changed = RunFlags.wrap((RunFlags.unwrap(flags) & ~_STATE_MASK) | uint16(value));
    }

    /// @notice The same flags, marked as given back.
    /// @param flags The flags.
    /// @return changed The flags.
    function withAbandoned(RunFlags flags) internal pure returns (RunFlags changed) {
        changed = RunFlags.wrap(RunFlags.unwrap(flags) | _ABANDONED);
    }
}
