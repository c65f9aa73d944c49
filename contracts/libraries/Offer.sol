// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IRunEscrow} from "../interfaces/IRunEscrow.sol";

/// @title What a poster offers, in one storage word
/// @notice Written when a run is created; a struct would be read field by field, a word is read once:
///
///     255       254 .. 253 252 .. 249   248 .. 244 243 .. 240 239 .. 208 207 .. 160 159 .. 0
///     abandoned minStatus  maxRevisions reviewDays state      deadline   reward     poster
///
/// @dev Callers have checked the ranges (RUN-2). The state is DRAFT, OPEN or CANCELLED; once there is a Claim, the offer
/// stays OPEN and the claim's state counts. The poster is never zero, so that zero is no offer.
type Offer is uint256;

using OfferLibrary for Offer global;

/// @title Making, reading and changing an Offer
/// @notice Every field is shifted to its lowest bit, and masked where others are above it.
library OfferLibrary {
    using SafeCast for uint256;

    uint256 private constant _REWARD = 160;
    uint256 private constant _DEADLINE = 208;
    uint256 private constant _STATE = 240;
    uint256 private constant _REVIEW_DAYS = 244;
    uint256 private constant _MAX_REVISIONS = 249;
    uint256 private constant _MIN_STATUS = 253;
    uint256 private constant _ABANDONED = 255;

    /// @notice An offer without terms; they are put in one by one.
    /// @param from Its poster.
    /// @param initial DRAFT or OPEN.
    /// @return offer The offer.
    function encode(address from, IRunEscrow.RunState initial) internal pure returns (Offer offer) {
        offer = Offer.wrap(uint256(uint160(from)) | (uint256(initial) << _STATE));
    }

    /// @notice The same offer with its reward, which it has none of yet.
    /// @param offer The offer.
    /// @param value Base units, at most 48 bits.
    /// @return changed The offer.
    function withReward(Offer offer, uint256 value) internal pure returns (Offer changed) {
        changed = Offer.wrap(Offer.unwrap(offer) | (value << _REWARD));
    }

    /// @notice The same offer with its deadline, which it has none of yet.
    /// @param offer The offer.
    /// @param value Unix second; that it fits 32 bits, until 2106, is checked here.
    /// @return changed The offer.
    function withDeadline(Offer offer, uint256 value) internal pure returns (Offer changed) {
        changed = Offer.wrap(Offer.unwrap(offer) | (uint256(value.toUint32()) << _DEADLINE));
    }

    /// @notice The same offer with its days of review, which it has none of yet.
    /// @param offer The offer.
    /// @param value 1 to 30.
    /// @return changed The offer.
    function withReviewDays(Offer offer, uint256 value) internal pure returns (Offer changed) {
        changed = Offer.wrap(Offer.unwrap(offer) | (value << _REVIEW_DAYS));
    }

    /// @notice The same offer with its revisions, which it has none of yet.
    /// @param offer The offer.
    /// @param value 0 to 10.
    /// @return changed The offer.
    function withMaxRevisions(Offer offer, uint256 value) internal pure returns (Offer changed) {
        changed = Offer.wrap(Offer.unwrap(offer) | (value << _MAX_REVISIONS));
    }

    /// @notice The same offer with its least status, which it has none of yet.
    /// @param offer The offer.
    /// @param value Number of PROVISIONAL or ESTABLISHED in IStakeRegistry.AgentStatus.
    /// @return changed The offer.
    function withMinStatus(Offer offer, uint256 value) internal pure returns (Offer changed) {
        changed = Offer.wrap(Offer.unwrap(offer) | (value << _MIN_STATUS));
    }

    /// @notice Whether there is an offer, and so a run.
    /// @param offer The offer.
    /// @return value The answer.
    function exists(Offer offer) internal pure returns (bool value) {
        value = Offer.unwrap(offer) != 0;
    }

    /// @notice Account that pays and judges.
    /// @param offer The offer.
    /// @return value Account.
    function poster(Offer offer) internal pure returns (address value) {
        value = address(uint160(Offer.unwrap(offer)));
    }

    /// @notice What the agent gets on approval.
    /// @param offer The offer.
    /// @return value Base units.
    function reward(Offer offer) internal pure returns (uint256 value) {
        value = uint48(Offer.unwrap(offer) >> _REWARD);
    }

    /// @notice From when on the run can no longer be claimed.
    /// @param offer The offer.
    /// @return value Unix second.
    function deadline(Offer offer) internal pure returns (uint256 value) {
        value = uint32(Offer.unwrap(offer) >> _DEADLINE);
    }

    /// @notice The state of a run that nobody has claimed.
    /// @param offer The offer.
    /// @return value Number of DRAFT, OPEN or CANCELLED in IRunEscrow.RunState.
    function state(Offer offer) internal pure returns (uint256 value) {
        value = (Offer.unwrap(offer) >> _STATE) & 0x0f;
    }

    /// @notice Whether the run is funded: open to a claim, or claimed.
    /// @param offer The offer.
    /// @return value The answer.
    function isOpen(Offer offer) internal pure returns (bool value) {
        value = state(offer) == uint256(IRunEscrow.RunState.OPEN);
    }

    /// @notice Days that the poster has for a review.
    /// @param offer The offer.
    /// @return value 1 to 30.
    function reviewDays(Offer offer) internal pure returns (uint256 value) {
        value = (Offer.unwrap(offer) >> _REVIEW_DAYS) & 0x1f;
    }

    /// @notice Revisions that the poster may ask for.
    /// @param offer The offer.
    /// @return value 0 to 10.
    function maxRevisions(Offer offer) internal pure returns (uint256 value) {
        value = (Offer.unwrap(offer) >> _MAX_REVISIONS) & 0x0f;
    }

    /// @notice Least status of the agent.
    /// @param offer The offer.
    /// @return value Number of PROVISIONAL or ESTABLISHED in IStakeRegistry.AgentStatus.
    function minStatus(Offer offer) internal pure returns (uint8 value) {
        value = uint8((Offer.unwrap(offer) >> _MIN_STATUS) & 0x03);
    }

    /// @notice Whether an agent has given the run back (RUN-17).
    /// @param offer The offer.
    /// @return value The answer.
    function abandoned(Offer offer) internal pure returns (bool value) {
        value = Offer.unwrap(offer) >> _ABANDONED != 0;
    }

    /// @notice The same offer in another state.
    /// @param offer The offer.
    /// @param value New state.
    /// @return changed The offer.
    function withState(Offer offer, IRunEscrow.RunState value) internal pure returns (Offer changed) {
        changed = Offer.wrap((Offer.unwrap(offer) & ~(uint256(0x0f) << _STATE)) | (uint256(value) << _STATE));
    }

    /// @notice The same offer, marked as given back.
    /// @param offer The offer.
    /// @return changed The offer.
    function withAbandoned(Offer offer) internal pure returns (Offer changed) {
        changed = Offer.wrap(Offer.unwrap(offer) | (1 << _ABANDONED));
    }
}
