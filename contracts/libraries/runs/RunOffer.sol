// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IRunEscrow} from "../../interfaces/IRunEscrow.sol";

/// @title A poster's offer of a run, in one storage word
/// @notice Written when the run is created. One word is read at once, where a struct would be read field by field:
///
///     255       254 .. 253 252 .. 249   248 .. 244 243 .. 240 239 .. 208 207 .. 160 159 .. 0
///     abandoned minStatus  maxRevisions reviewDays state      deadline   reward     poster
///
/// @dev Callers validate the ranges (RUN-2). The state is DRAFT, OPEN or CANCELLED. Once the run has a RunClaim, the
/// offer stays OPEN and the state of the claim counts. The poster is never zero, so the zero word means "no offer".
type RunOffer is uint256;

using RunOfferLibrary for RunOffer global;

/// @title Creates, reads and changes a RunOffer
/// @notice A field is shifted to its lowest bit, and masked if other fields lie above it.
library RunOfferLibrary {
    using SafeCast for uint256;

    uint256 private constant _REWARD = 160;
    uint256 private constant _DEADLINE = 208;
    uint256 private constant _STATE = 240;
    uint256 private constant _REVIEW_DAYS = 244;
    uint256 private constant _MAX_REVISIONS = 249;
    uint256 private constant _MIN_STATUS = 253;
    uint256 private constant _ABANDONED = 255;

    /// @notice Creates an offer without terms; each term is added separately.
    /// @param from Poster.
    /// @param initial DRAFT or OPEN.
    /// @return offer The offer.
    function encode(address from, IRunEscrow.RunState initial) internal pure returns (RunOffer offer) {
        offer = RunOffer.wrap(uint256(uint160(from)) | (uint256(initial) << _STATE));
    }

    /// @notice Adds the reward to an offer that has none.
    /// @param offer The offer.
    /// @param value Base units, at most 48 bits.
    /// @return changed The new offer.
    function withReward(RunOffer offer, uint256 value) internal pure returns (RunOffer changed) {
        changed = RunOffer.wrap(RunOffer.unwrap(offer) | (value << _REWARD));
    }

    /// @notice Adds the deadline to an offer that has none.
    /// @param offer The offer.
    /// @param value Unix second; checked here to fit in 32 bits (until 2106).
    /// @return changed The new offer.
    function withDeadline(RunOffer offer, uint256 value) internal pure returns (RunOffer changed) {
        changed = RunOffer.wrap(RunOffer.unwrap(offer) | (uint256(value.toUint32()) << _DEADLINE));
    }

    /// @notice Adds the length of a review to an offer that has none.
    /// @param offer The offer.
    /// @param value Days, 1 to 30.
    /// @return changed The new offer.
    function withReviewDays(RunOffer offer, uint256 value) internal pure returns (RunOffer changed) {
        changed = RunOffer.wrap(RunOffer.unwrap(offer) | (value << _REVIEW_DAYS));
    }

    /// @notice Adds the number of revisions to an offer that has none.
    /// @param offer The offer.
    /// @param value 0 to 10.
    /// @return changed The new offer.
    function withMaxRevisions(RunOffer offer, uint256 value) internal pure returns (RunOffer changed) {
        changed = RunOffer.wrap(RunOffer.unwrap(offer) | (value << _MAX_REVISIONS));
    }

    /// @notice Adds the minimum status to an offer that has none.
    /// @param offer The offer.
    /// @param value PROVISIONAL or ESTABLISHED, as a number of IStakeRegistry.AgentStatus.
    /// @return changed The new offer.
    function withMinStatus(RunOffer offer, uint256 value) internal pure returns (RunOffer changed) {
        changed = RunOffer.wrap(RunOffer.unwrap(offer) | (value << _MIN_STATUS));
    }

    /// @notice Returns whether the offer, and so the run, exists.
    /// @param offer The offer.
    /// @return value True if so.
    function exists(RunOffer offer) internal pure returns (bool value) {
        value = RunOffer.unwrap(offer) != 0;
    }

    /// @notice Returns the account that pays for the run and judges the work.
    /// @param offer The offer.
    /// @return value Account.
    function poster(RunOffer offer) internal pure returns (address value) {
        value = address(uint160(RunOffer.unwrap(offer)));
    }

    /// @notice Returns the payment to the agent on approval.
    /// @param offer The offer.
    /// @return value Base units.
    function reward(RunOffer offer) internal pure returns (uint256 value) {
        value = uint48(RunOffer.unwrap(offer) >> _REWARD);
    }

    /// @notice Returns the time from which the run can no longer be claimed.
    /// @param offer The offer.
    /// @return value Unix second.
    function deadline(RunOffer offer) internal pure returns (uint256 value) {
        value = uint32(RunOffer.unwrap(offer) >> _DEADLINE);
    }

    /// @notice Returns the state of a run that is not claimed.
    /// @param offer The offer.
    /// @return value DRAFT, OPEN or CANCELLED, as a number of IRunEscrow.RunState.
    function state(RunOffer offer) internal pure returns (uint256 value) {
        value = (RunOffer.unwrap(offer) >> _STATE) & 0x0f;
    }

    /// @notice Returns whether the run is funded, be it open to claims or claimed.
    /// @param offer The offer.
    /// @return value True if so.
    function isOpen(RunOffer offer) internal pure returns (bool value) {
        value = state(offer) == uint256(IRunEscrow.RunState.OPEN);
    }

    /// @notice Returns the length of a review.
    /// @param offer The offer.
    /// @return value Days, 1 to 30.
    function reviewDays(RunOffer offer) internal pure returns (uint256 value) {
        value = (RunOffer.unwrap(offer) >> _REVIEW_DAYS) & 0x1f;
    }

    /// @notice Returns the number of revisions that the poster may request.
    /// @param offer The offer.
    /// @return value 0 to 10.
    function maxRevisions(RunOffer offer) internal pure returns (uint256 value) {
        value = (RunOffer.unwrap(offer) >> _MAX_REVISIONS) & 0x0f;
    }

    /// @notice Returns the minimum status of the agent.
    /// @param offer The offer.
    /// @return value PROVISIONAL or ESTABLISHED, as a number of IStakeRegistry.AgentStatus.
    function minStatus(RunOffer offer) internal pure returns (uint8 value) {
        value = uint8((RunOffer.unwrap(offer) >> _MIN_STATUS) & 0x03);
    }

    /// @notice Returns whether an agent has abandoned the run (RUN-17).
    /// @param offer The offer.
    /// @return value True if so.
    function abandoned(RunOffer offer) internal pure returns (bool value) {
        value = RunOffer.unwrap(offer) >> _ABANDONED != 0;
    }

    /// @notice Sets the state.
    /// @param offer The offer.
    /// @param value New state.
    /// @return changed The new offer.
    function withState(RunOffer offer, IRunEscrow.RunState value) internal pure returns (RunOffer changed) {
        changed = RunOffer.wrap((RunOffer.unwrap(offer) & ~(uint256(0x0f) << _STATE)) | (uint256(value) << _STATE));
    }

    /// @notice Marks the run as abandoned once.
    /// @param offer The offer.
    /// @return changed The new offer.
    function withAbandoned(RunOffer offer) internal pure returns (RunOffer changed) {
        changed = RunOffer.wrap(RunOffer.unwrap(offer) | (1 << _ABANDONED));
    }
}
