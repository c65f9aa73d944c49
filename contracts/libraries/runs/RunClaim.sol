// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IRunEscrow} from "../../interfaces/IRunEscrow.sol";
import {RunOffer} from "./RunOffer.sol";

/// @title An agent's claim on a run, in one storage word
/// @notice Written at the claim. From then on it holds the run's state and everything that a submission needs, so that
/// the agent's calls touch only this word:
///
///     255 .. 253      252 .. 248 247 .. 224           223 .. 192  191 .. 160 159 .. 0
///     state - CLAIMED reviewDays deadline - claimedAt submittedAt agentId    wallet
///
/// @dev A run is claimed before its deadline, which is at most 90 days ahead (RUN-2). The difference fits in 24 bits
/// and is never zero, so the zero word means "no claim". `state` and `claimedAt` are meaningless for it.
type RunClaim is uint256;

using RunClaimLibrary for RunClaim global;

/// @title Creates, reads and changes a RunClaim
/// @notice A field is shifted to its lowest bit, and masked if other fields lie above it.
library RunClaimLibrary {
    uint256 private constant _AGENT_ID = 160;
    uint256 private constant _SUBMITTED_AT = 192;
    uint256 private constant _TIME_LEFT = 224;
    uint256 private constant _REVIEW_DAYS = 248;
    uint256 private constant _STATE = 253;
    uint256 private constant _FIRST_STATE = uint256(IRunEscrow.RunState.CLAIMED);

    /// @notice Creates a claim with the current time.
    /// @param payee Payout wallet to freeze.
    /// @param agent Id of at most 32 bits.
    /// @param offer Offer of the run; its deadline must be in the future.
    /// @return claim The claim.
    function encode(address payee, uint256 agent, RunOffer offer) internal view returns (RunClaim claim) {
        // Safe "unchecked": the deadline is in the future.
        unchecked {
            claim = RunClaim.wrap(
                uint256(uint160(payee)) | (agent << _AGENT_ID) | ((offer.deadline() - block.timestamp) << _TIME_LEFT)
                    | (offer.reviewDays() << _REVIEW_DAYS)
            );
        }
    }

    /// @notice Records a submission at the current time.
    /// @param claim The claim.
    /// @return changed The new claim, in state SUBMITTED.
    function withSubmission(RunClaim claim) internal view returns (RunClaim changed) {
        uint256 others = RunClaim.unwrap(claim) & ~(uint256(type(uint32).max) << _SUBMITTED_AT);
        // Fits until 2106.
        changed = withState(RunClaim.wrap(others | (block.timestamp << _SUBMITTED_AT)), IRunEscrow.RunState.SUBMITTED);
    }

    /// @notice Returns whether the claim exists.
    /// @param claim The claim.
    /// @return value True if so.
    function exists(RunClaim claim) internal pure returns (bool value) {
        value = RunClaim.unwrap(claim) != 0;
    }

    /// @notice Returns the payout wallet, frozen at the claim (RUN-6).
    /// @param claim The claim.
    /// @return value Account.
    function wallet(RunClaim claim) internal pure returns (address value) {
        value = address(uint160(RunClaim.unwrap(claim)));
    }

    /// @notice Returns the agent that claimed the run.
    /// @param claim The claim.
    /// @return value Id.
    function agentId(RunClaim claim) internal pure returns (uint256 value) {
        value = uint32(RunClaim.unwrap(claim) >> _AGENT_ID);
    }

    /// @notice Returns the time of the claim.
    /// @param claim The claim.
    /// @param offer Offer of the same run.
    /// @return value Unix second.
    function claimedAt(RunClaim claim, RunOffer offer) internal pure returns (uint256 value) {
        // Safe "unchecked": the subtrahend is the deadline minus the time of the claim.
        unchecked {
            value = offer.deadline() - uint24(RunClaim.unwrap(claim) >> _TIME_LEFT);
        }
    }

    /// @notice Returns the time of the latest submission.
    /// @param claim The claim.
    /// @return value Unix second, or 0.
    function submittedAt(RunClaim claim) internal pure returns (uint256 value) {
        value = uint32(RunClaim.unwrap(claim) >> _SUBMITTED_AT);
    }

    /// @notice Returns the time at which the review window ends (RUN-14).
    /// @param claim The claim.
    /// @return value Unix second.
    function reviewEndsAt(RunClaim claim) internal pure returns (uint256 value) {
        // Safe "unchecked": 32 bits of seconds and at most 31 days.
        unchecked {
            value = submittedAt(claim) + ((RunClaim.unwrap(claim) >> _REVIEW_DAYS) & 0x1f) * 1 days;
        }
    }

    /// @notice Returns the state of the run.
    /// @param claim The claim.
    /// @return value CLAIMED or a later state, as a number of IRunEscrow.RunState.
    function state(RunClaim claim) internal pure returns (uint256 value) {
        // Safe "unchecked": 2 plus a 3-bit number.
        unchecked {
            value = _FIRST_STATE + (RunClaim.unwrap(claim) >> _STATE);
        }
    }

    /// @notice Sets the state.
    /// @param claim The claim.
    /// @param value CLAIMED or later.
    /// @return changed The new claim.
    function withState(RunClaim claim, IRunEscrow.RunState value) internal pure returns (RunClaim changed) {
        uint256 others = RunClaim.unwrap(claim) & ((1 << _STATE) - 1);
        changed = RunClaim.wrap(others | ((uint256(value) - _FIRST_STATE) << _STATE));
    }
}
