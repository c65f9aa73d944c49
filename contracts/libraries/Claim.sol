// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IRunEscrow} from "../interfaces/IRunEscrow.sol";
import {Offer} from "./Offer.sol";

/// @title An agent's claim on a run, in one storage word
/// @notice Written at the claim and from then on the run's state, with what a submission needs to know, so that the
/// agent's calls touch this word only:
///
///     255 .. 253      252 .. 248 247 .. 224           223 .. 192  191 .. 160 159 .. 0
///     state - CLAIMED reviewDays deadline - claimedAt submittedAt agentId    wallet
///
/// @dev A run is claimed before its deadline, which is at most 90 days ahead (RUN-2): the time between them fits 24 bits
/// and is not zero, so that zero is no claim. `state` and `claimedAt` say nothing where there is none.
type Claim is uint256;

using ClaimLibrary for Claim global;

/// @title Making, reading and changing a Claim
/// @notice Every field is shifted to its lowest bit, and masked where others are above it.
library ClaimLibrary {
    uint256 private constant _AGENT_ID = 160;
    uint256 private constant _SUBMITTED_AT = 192;
    uint256 private constant _TIME_LEFT = 224;
    uint256 private constant _REVIEW_DAYS = 248;
    uint256 private constant _STATE = 253;
    uint256 private constant _FIRST_STATE = uint256(IRunEscrow.RunState.CLAIMED);

    /// @notice A claim made now.
    /// @param payee Wallet to freeze.
    /// @param agent Id of at most 32 bits.
    /// @param offer Offer whose deadline is ahead.
    /// @return claim The claim.
    function encode(address payee, uint256 agent, Offer offer) internal view returns (Claim claim) {
        // Safe "unchecked": the deadline is ahead.
        unchecked {
            claim = Claim.wrap(
                uint256(uint160(payee)) | (agent << _AGENT_ID) | ((offer.deadline() - block.timestamp) << _TIME_LEFT)
                    | (offer.reviewDays() << _REVIEW_DAYS)
            );
        }
    }

    /// @notice The same claim with work submitted now.
    /// @param claim The claim.
    /// @return changed The claim, SUBMITTED.
    function withSubmission(Claim claim) internal view returns (Claim changed) {
        uint256 others = Claim.unwrap(claim) & ~(uint256(type(uint32).max) << _SUBMITTED_AT);
        // Fits until 2106.
        changed = withState(Claim.wrap(others | (block.timestamp << _SUBMITTED_AT)), IRunEscrow.RunState.SUBMITTED);
    }

    /// @notice Whether there is a claim.
    /// @param claim The claim.
    /// @return value The answer.
    function exists(Claim claim) internal pure returns (bool value) {
        value = Claim.unwrap(claim) != 0;
    }

    /// @notice Payee, frozen at the claim (RUN-6).
    /// @param claim The claim.
    /// @return value Account.
    function wallet(Claim claim) internal pure returns (address value) {
        value = address(uint160(Claim.unwrap(claim)));
    }

    /// @notice Agent that claimed.
    /// @param claim The claim.
    /// @return value Id.
    function agentId(Claim claim) internal pure returns (uint256 value) {
        value = uint32(Claim.unwrap(claim) >> _AGENT_ID);
    }

    /// @notice When it was made.
    /// @param claim The claim.
    /// @param offer The offer that it was made on.
    /// @return value Unix second.
    function claimedAt(Claim claim, Offer offer) internal pure returns (uint256 value) {
        // Safe "unchecked": what is taken off is the deadline minus a time that was not zero.
        unchecked {
            value = offer.deadline() - uint24(Claim.unwrap(claim) >> _TIME_LEFT);
        }
    }

    /// @notice When work was last submitted.
    /// @param claim The claim.
    /// @return value Unix second, or 0.
    function submittedAt(Claim claim) internal pure returns (uint256 value) {
        value = uint32(Claim.unwrap(claim) >> _SUBMITTED_AT);
    }

    /// @notice When the poster's time to judge the submission is up (RUN-14).
    /// @param claim The claim.
    /// @return value Unix second.
    function reviewEndsAt(Claim claim) internal pure returns (uint256 value) {
        // Safe "unchecked": 32 bits of seconds and at most 31 days.
        unchecked {
            value = submittedAt(claim) + ((Claim.unwrap(claim) >> _REVIEW_DAYS) & 0x1f) * 1 days;
        }
    }

    /// @notice The state of the run.
    /// @param claim The claim.
    /// @return value Number of CLAIMED or a later one in IRunEscrow.RunState.
    function state(Claim claim) internal pure returns (uint256 value) {
        // Safe "unchecked": 2 and three bits.
        unchecked {
            value = _FIRST_STATE + (Claim.unwrap(claim) >> _STATE);
        }
    }

    /// @notice The same claim in another state.
    /// @param claim The claim.
    /// @param value CLAIMED or later.
    /// @return changed The claim.
    function withState(Claim claim, IRunEscrow.RunState value) internal pure returns (Claim changed) {
        uint256 others = Claim.unwrap(claim) & ((1 << _STATE) - 1);
        changed = Claim.wrap(others | ((uint256(value) - _FIRST_STATE) << _STATE));
    }
}
