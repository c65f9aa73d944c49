// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IRunEscrow} from "../../contracts/interfaces/IRunEscrow.sol";
import {AgentRecord} from "../../contracts/libraries/AgentRecord.sol";
import {Market} from "../../contracts/libraries/Market.sol";
import {RunClaim, RunClaimLibrary} from "../../contracts/libraries/runs/RunClaim.sol";
import {RunOffer, RunOfferLibrary} from "../../contracts/libraries/runs/RunOffer.sol";
import {vm} from "./Cheats.sol";

/// @title Storage words of an offer, a claim, a market and an agent
/// @notice Every field is read back as it was written, and changing one field leaves the others unchanged.
contract WordsTest {
    uint256 private constant _FOREVER = 2 ** 32;

    /* OFFER */

    /// @notice Terms in their ranges (RUN-2) are read back unchanged.
    function check_offer_comesOutAsItWentIn(
        address poster,
        bool open,
        uint48 reward,
        uint32 deadline,
        uint8 reviewDays,
        uint8 maxRevisions,
        uint8 minStatus
    ) external pure {
        vm.assume(reviewDays <= 30 && maxRevisions <= 10 && minStatus <= 2);
        IRunEscrow.RunState state = open ? IRunEscrow.RunState.OPEN : IRunEscrow.RunState.DRAFT;

        RunOffer offer = RunOfferLibrary.encode(poster, state).withReward(reward).withDeadline(deadline);
        offer = offer.withReviewDays(reviewDays).withMaxRevisions(maxRevisions).withMinStatus(minStatus);

        assert(offer.poster() == poster);
        assert(offer.state() == uint256(state));
        assert(offer.isOpen() == open);
        assert(offer.reward() == reward);
        assert(offer.deadline() == deadline);
        assert(offer.reviewDays() == reviewDays);
        assert(offer.maxRevisions() == maxRevisions);
        assert(offer.minStatus() == minStatus);
        assert(!offer.abandoned());
    }

    /// @notice Setting the state changes only the state, for any word.
    function check_offer_withState_changesTheStateAlone(uint256 word, uint8 state) external pure {
        vm.assume(state <= uint8(IRunEscrow.RunState.SLASHED));
        RunOffer changed = RunOffer.wrap(word).withState(IRunEscrow.RunState(state));

        uint256[8] memory expected = _fieldsOf(RunOffer.wrap(word));
        expected[4] = state;
        _requireSame(_fieldsOf(changed), expected);
    }

    /// @notice Marking a run as abandoned changes only the mark, for any word.
    function check_offer_withAbandoned_changesTheMarkAlone(uint256 word) external pure {
        uint256[8] memory expected = _fieldsOf(RunOffer.wrap(word));
        expected[7] = 1;
        _requireSame(_fieldsOf(RunOffer.wrap(word).withAbandoned()), expected);
    }

    /* CLAIM */

    /// @notice A claim made before the deadline is read back unchanged.
    function check_claim_comesOutAsItWentIn(address wallet, uint32 agentId, uint256 offerWord, uint256 time) external {
        RunOffer offer = RunOffer.wrap(offerWord);
        vm.assume(time < offer.deadline() && offer.deadline() <= time + 90 days);
        vm.warp(time);
        RunClaim claim = RunClaimLibrary.encode(wallet, agentId, offer);

        assert(claim.exists());
        assert(claim.wallet() == wallet);
        assert(claim.agentId() == agentId);
        assert(claim.claimedAt(offer) == time);
        assert(claim.submittedAt() == 0);
        assert(claim.reviewEndsAt() == offer.reviewDays() * 1 days);
        assert(claim.state() == uint256(IRunEscrow.RunState.CLAIMED));
    }

    /// @notice Setting the state changes only the state, for any word.
    function check_claim_withState_changesTheStateAlone(uint256 word, uint8 state) external pure {
        vm.assume(state >= uint8(IRunEscrow.RunState.CLAIMED) && state <= uint8(IRunEscrow.RunState.SLASHED));
        RunClaim changed = RunClaim.wrap(word).withState(IRunEscrow.RunState(state));

        assert(changed.state() == state);
        _requireSameButState(changed, RunClaim.wrap(word));
        assert(changed.submittedAt() == RunClaim.wrap(word).submittedAt());
    }

    /// @notice A submission changes only its time and the state, for any word and time.
    function check_claim_withSubmission_changesTimeAndStateAlone(uint256 word, uint256 time) external {
        vm.assume(time < _FOREVER);
        vm.warp(time);
        RunClaim changed = RunClaim.wrap(word).withSubmission();

        assert(changed.submittedAt() == time);
        assert(changed.state() == uint256(IRunEscrow.RunState.SUBMITTED));
        _requireSameButState(changed, RunClaim.wrap(word));
    }

    /* AGENT'S RECORD */

    /// @notice Each `with...` function changes only its field, for any word.
    function check_record_with_changesItsFieldAlone(uint256 word, uint48 amount, uint32 time, bool flag) external pure {
        AgentRecord record = AgentRecord.wrap(word);
        _requireChange(record, record.withStaked(amount), 0, amount);
        _requireChange(record, record.withStakedAt(time), 3, time);
        _requireChange(record, record.withFrozen(flag), 8, flag ? 1 : 0);
    }

    /// @notice Locking and unlocking change only their field, for any word with room for the amount.
    function check_record_lock_changesItsFieldAlone(uint256 word, uint48 amount) external pure {
        AgentRecord record = AgentRecord.wrap(word);
        uint256 first = record.lockedByFirst();
        uint256 others = record.lockedByOthers();
        if (amount <= type(uint48).max - first) {
            _requireChange(record, record.plusLockedByFirst(amount), 1, first + amount);
        }
        if (amount <= first) _requireChange(record, record.minusLockedByFirst(amount), 1, first - amount);
        if (amount <= type(uint48).max - others) {
            _requireChange(record, record.plusLockedByOthers(amount), 2, others + amount);
        }
        if (amount <= others) _requireChange(record, record.minusLockedByOthers(amount), 2, others - amount);
    }

    /// @notice Each counter grows by one or stays at its maximum, for any word.
    function check_record_plus_countsItsFieldAlone(uint256 word) external pure {
        AgentRecord record = AgentRecord.wrap(word);
        _requireChange(record, record.plusClaim(), 4, _oneMore(record.claims(), type(uint24).max));
        _requireChange(record, record.plusCompletion(), 5, _oneMore(record.completions(), type(uint24).max));
        _requireChange(record, record.plusRejection(), 6, _oneMore(record.rejections(), type(uint16).max));
        _requireChange(record, record.plusStrike(), 7, _oneMore(record.strikes(), type(uint8).max));
    }

    /* MARKET */

    /// @notice Each flag of a market changes alone, for any word.
    function check_market_changesItsFactAlone(uint256 word, bool flag) external pure {
        Market market = Market.wrap(word);
        _requireFacts(market.withKnown(flag), true, flag || market.added(), market.retired(), market.claimsStopped());
        _requireFacts(market.withRetired(), market.known(), market.added(), true, market.claimsStopped());
        _requireFacts(market.withClaimsStopped(flag), market.known(), market.added(), market.retired(), flag);
    }

    /// @notice An unrestricted market has the flag "known" and no other.
    function check_market_unrestricted_isKnownAndNothingElse(uint256 word) external pure {
        Market market = Market.wrap(word);
        vm.assume(market.unrestricted());
        _requireFacts(market, true, false, false, false);
    }

    /* PRIVATE */

    function _requireFacts(Market market, bool known, bool added, bool retired, bool claimsStopped) private pure {
        assert(market.known() == known);
        assert(market.added() == added);
        assert(market.retired() == retired);
        assert(market.claimsStopped() == claimsStopped);
    }

    function _fieldsOf(RunOffer offer) private pure returns (uint256[8] memory) {
        return [
            uint256(uint160(offer.poster())),
            offer.reward(),
            offer.deadline(),
            offer.reviewDays(),
            offer.state(),
            offer.maxRevisions(),
            offer.minStatus(),
            offer.abandoned() ? 1 : 0
        ];
    }

    function _fieldsOf(AgentRecord record) private pure returns (uint256[9] memory) {
        return [
            record.staked(),
            record.lockedByFirst(),
            record.lockedByOthers(),
            record.stakedAt(),
            record.claims(),
            record.completions(),
            record.rejections(),
            record.strikes(),
            record.frozen() ? 1 : 0
        ];
    }

    function _requireSame(uint256[8] memory fields, uint256[8] memory expected) private pure {
        for (uint256 i = 0; i < 8; ++i) {
            assert(fields[i] == expected[i]);
        }
    }

    function _requireChange(AgentRecord record, AgentRecord changed, uint256 field, uint256 value) private pure {
        uint256[9] memory expected = _fieldsOf(record);
        uint256[9] memory fields = _fieldsOf(changed);
        expected[field] = value;
        for (uint256 i = 0; i < 9; ++i) {
            assert(fields[i] == expected[i]);
        }
    }

    function _requireSameButState(RunClaim changed, RunClaim claim) private pure {
        assert(changed.wallet() == claim.wallet());
        assert(changed.agentId() == claim.agentId());
        // Between the submission and the state: the time left and the length of the review.
        uint256 days_ = (RunClaim.unwrap(changed) ^ RunClaim.unwrap(claim)) >> 224;
        assert(days_ & ((1 << 29) - 1) == 0);
    }

    function _oneMore(uint256 count, uint256 highest) private pure returns (uint256) {
        return count == highest ? count : count + 1;
    }
}
