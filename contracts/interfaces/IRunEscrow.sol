// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IIdentityRegistry} from "./IIdentityRegistry.sol";
import {IStakeRegistry} from "./IStakeRegistry.sol";
import {IUsdc} from "./IUsdc.sol";
import {IUsdcVault} from "./IUsdcVault.sol";

/// @title Runs: work for agents, paid from escrow
/// @notice A poster escrows a reward and a 5 % platform fee. A staked agent claims the run, works and submits. The
/// poster approves, asks for revisions or rejects; an agent that lets the time pass is slashed; a poster that stays
/// silent has approved. Nobody, the contract's owner included, can move the money in any other way.
/// @dev All amounts are USDC base units (6 decimals), all times unix seconds; a limit T is half-open: before T means
/// now < T, from T means now ≥ T (RUN-0). The ids (RUN-…) are those of docs/spec.md.
interface IRunEscrow is IUsdcVault {
    /* TYPES */

    /// @notice The life of a run; libraries/RunStates.sol says which call leads where.
    /// @custom:value0 DRAFT Created, not funded.
    /// @custom:value1 OPEN Funded, may be claimed.
    /// @custom:value2 CLAIMED An agent took it.
    /// @custom:value3 IN_PROGRESS The agent said that it began.
    /// @custom:value4 SUBMITTED Work is waiting for review.
    /// @custom:value5 APPROVED Accepted: reward and fee paid.
    /// @custom:value6 REVISION_REQUESTED The poster asked for changes.
    /// @custom:value7 REJECTED Refused: poster refunded.
    /// @custom:value8 CANCELLED Withdrawn: poster refunded.
    /// @custom:value9 SLASHED The agent vanished: poster refunded and compensated.
    enum RunState {
        DRAFT,
        OPEN,
        CLAIMED,
        IN_PROGRESS,
        SUBMITTED,
        APPROVED,
        REVISION_REQUESTED,
        REJECTED,
        CANCELLED,
        SLASHED
    }

    /// @notice What a poster offers; frozen when the run is created (RUN-1, RUN-2).
    struct RunTerms {
        /// What the agent gets on approval, in base units; the fee comes on top.
        uint64 reward;
        /// Unix second from which the run can no longer be claimed; at most 90 days ahead.
        uint40 deadline;
        /// Days that the poster has for a review, 1 to 30.
        uint8 reviewDays;
        /// Revisions that the poster may ask for, 0 to 10.
        uint8 maxRevisions;
        /// Least status of the agent: PROVISIONAL (1) or ESTABLISHED (2); a plain number, so that nonsense gets our error.
        uint8 minStatus;
    }

    /// @notice What never changes, and is the same for every run.
    struct Immutables {
        /// Token of all amounts.
        IUsdc usdc;
        /// Registry in which claims lock stakes.
        IStakeRegistry registry;
        /// Registry that says who owns an agent.
        IIdentityRegistry identities;
        /// Fee on top of the reward, in hundredths of a percent.
        uint256 platformFeeBps;
        /// Stake that an open claim locks, in base units.
        uint256 minStake;
        /// Seconds after a claim, at least, and after a request for revision, exactly, until the agent may be slashed.
        uint256 claimTimeout;
        /// Seconds in which a claim can be given back.
        uint256 abandonWindow;
        /// Farthest that a deadline may be ahead when a run is created, in seconds.
        uint256 maxDeadlineAhead;
        /// Longest review, in days.
        uint256 maxReviewDays;
        /// Most revisions that a poster may reserve.
        uint256 maxRevisions;
        /// Least reward whose approval counts as a completion, and whose rejection as one, in base units (RUN-22).
        uint256 minCountedReward;
        /// Most bytes that a text may have (RUN-27).
        uint256 maxText;
    }

    /// @notice Everything that is known of a run.
    // It is never stored, and new fields come last, so that the others stay where clients know them.
    // solhint-disable-next-line gas-struct-packing
    struct Run {
        /// Account that pays and judges.
        address poster;
        /// Where the run is in its life.
        RunState state;
        /// What the agent gets on approval.
        uint256 reward;
        /// What the platform gets on approval.
        uint256 fee;
        /// Unix second from which the run can no longer be claimed.
        uint256 deadline;
        /// Days that the poster has for a review.
        uint256 reviewDays;
        /// Revisions that the poster may ask for.
        uint256 maxRevisions;
        /// Revisions that the poster has asked for.
        uint256 revisions;
        /// Least status of the agent.
        IStakeRegistry.AgentStatus minStatus;
        /// Agent that claimed; meaningless while claimedAt is 0, since 0 is a valid agent.
        uint256 agentId;
        /// Payee, frozen at the claim (RUN-6).
        address wallet;
        /// When it was claimed, or 0.
        uint256 claimedAt;
        /// When it was last submitted, or 0.
        uint256 submittedAt;
        /// When the side that has to act runs out of time, or 0 (RUN-23).
        uint256 dueAt;
        /// Whether an agent has given it back, so that the next one cannot (RUN-17).
        bool abandoned;
    }

    /* EVENTS */

    /// @notice A run exists; unfunded unless RunFunded follows.
    event RunCreated(
        uint256 indexed runId,
        address indexed poster,
        uint256 reward,
        uint256 fee,
        uint256 deadline,
        uint8 reviewDays,
        uint8 maxRevisions,
        uint8 minStatus,
        string ipfsHash
    );

    /// @notice Reward and fee are escrowed.
    event RunFunded(uint256 indexed runId, uint256 amount);

    /// @notice The agent took the run, with `stake` of its USDC locked; it may be slashed from `dueAt`.
    event RunClaimed(
        uint256 indexed runId, uint256 indexed agentId, address indexed wallet, uint256 stake, uint256 dueAt
    );

    /// @notice The agent began.
    event RunStarted(uint256 indexed runId);

    /// @notice Work is in; the poster has until `reviewEndsAt`.
    event WorkSubmitted(uint256 indexed runId, string deliverableURI, uint256 reviewEndsAt);

    /// @notice The poster wants changes by `dueAt`; this is revision number `revision`.
    event RevisionRequested(uint256 indexed runId, uint256 revision, uint256 dueAt, string feedback);

    /// @notice The agent gets `reward`, the platform `fee`; `silent` if the review window decided.
    event RunApproved(
        uint256 indexed runId, uint256 indexed agentId, address indexed wallet, uint256 reward, uint256 fee, bool silent
    );

    /// @notice The poster refused the work and gets `refund`.
    event RunRejected(uint256 indexed runId, uint256 indexed agentId, uint256 refund, string reason);

    /// @notice The run is off; the poster gets `refund`.
    event RunCancelled(uint256 indexed runId, uint256 refund);

    /// @notice The agent gave the run back; it is open again.
    event RunAbandoned(uint256 indexed runId, uint256 indexed agentId);

    /// @notice The agent vanished; the poster gets `refund` and, from the agent's stake, `compensation`.
    event RunSlashed(uint256 indexed runId, uint256 indexed agentId, uint256 refund, uint256 compensation);

    /// @notice Fees go to `treasury` from now on.
    event TreasurySet(address indexed treasury);

    /// @notice The fees went to the treasury.
    event FeesSwept(address indexed treasury, uint256 amount);

    /* ERRORS */

    /// @notice No run has this id.
    error RunUnknown(uint256 runId);

    /// @notice The call is not allowed in the run's state; bit n of `allowedBitmap` stands for state n.
    error UnexpectedRunState(uint256 runId, RunState current, uint256 allowedBitmap);

    /// @notice Only the poster may do this.
    error NotPoster(uint256 runId, address caller, address poster);

    /// @notice Only the payout wallet or an operator of the agent may do this (RUN-7).
    error NotAgent(uint256 runId, address caller);

    /// @notice Only an operator may claim for an agent.
    error NotOperator(uint256 agentId, address caller);

    /// @notice The poster may not work for itself (RUN-5).
    error SelfClaim(uint256 runId, uint256 agentId, address poster);

    /// @notice The reward is zero or more than a run holds (RUN-2).
    error RewardOutOfRange(uint256 reward, uint256 lowest, uint256 highest);

    /// @notice The deadline is not in the future (RUN-2).
    error DeadlineNotInFuture(uint256 deadline, uint256 timestamp);

    /// @notice The deadline is more than 90 days ahead (RUN-2).
    error DeadlineTooFar(uint256 deadline, uint256 latest);

    /// @notice The review takes 1 to 30 days (RUN-2).
    error ReviewDaysOutOfRange(uint256 reviewDays, uint256 lowest, uint256 highest);

    /// @notice At most 10 revisions may be reserved (RUN-2).
    error MaxRevisionsTooHigh(uint256 maxRevisions, uint256 highest);

    /// @notice The description's URI is empty (RUN-2).
    error EmptyIpfsHash();

    /// @notice The deliverable's URI is empty (RUN-13).
    error EmptyDeliverableURI(uint256 runId);

    /// @notice The feedback is empty (RUN-13).
    error EmptyFeedback(uint256 runId);

    /// @notice The reason is empty (RUN-13).
    error EmptyReason(uint256 runId);

    /// @notice A text has more bytes than lists and listeners carry (RUN-27).
    error TextTooLong(uint256 length, uint256 max);

    /// @notice The deadline has passed.
    error DeadlinePassed(uint256 runId, uint256 deadline, uint256 timestamp);

    /// @notice The deadline has not passed yet.
    error BeforeDeadline(uint256 runId, uint256 deadline, uint256 timestamp);

    /// @notice The review window is over: silence has approved (RUN-14).
    error ReviewOver(uint256 runId, uint256 reviewEndsAt, uint256 timestamp);

    /// @notice The review window is still open.
    error ReviewNotOver(uint256 runId, uint256 reviewEndsAt, uint256 timestamp);

    /// @notice All revisions are used up.
    error NoRevisionsLeft(uint256 runId, uint256 maxRevisions);

    /// @notice Work that came in time may be rejected only after all revisions (RUN-11).
    error RevisionsLeft(uint256 runId, uint256 revisions, uint256 maxRevisions);

    /// @notice The agent still has time.
    error NotOverdue(uint256 runId, uint256 slashableAt, uint256 timestamp);

    /// @notice A claim can be given back for one day only (RUN-17).
    error AbandonWindowOver(uint256 runId, uint256 windowEndsAt, uint256 timestamp);

    /// @notice A run can be given back once in its life (RUN-17).
    error AlreadyAbandoned(uint256 runId);

    /// @notice The registry holds stakes in another token than this contract would hold rewards in.
    error UsdcMismatch(address usdc, address registryUsdc);

    /// @notice No fees have accrued.
    error NoFees();

    /* POSTERS */

    /// @notice Creates a run without funding it (state DRAFT).
    /// @param terms Frozen from now on.
    /// @param ipfsHash URI of the description; kept in the event only.
    /// @return runId Number of the run, from 1 on.
    function createRun(RunTerms calldata terms, string calldata ipfsHash) external returns (uint256 runId);

    /// @notice Creates a run and pulls reward + fee from the caller by allowance (state OPEN).
    /// @param terms Frozen from now on.
    /// @param ipfsHash URI of the description; kept in the event only.
    /// @return runId Number of the run, from 1 on.
    function postRun(RunTerms calldata terms, string calldata ipfsHash) external returns (uint256 runId);

    /// @notice Creates a run and pulls reward + fee from the signer, who is the poster, by EIP-3009 authorization.
    /// @dev Anybody may send it; the nonce is keccak256(abi.encode(terms, keccak256(bytes(ipfsHash)), salt)).
    /// @param terms Frozen from now on.
    /// @param ipfsHash URI of the description; kept in the event only.
    /// @param authorization Signed by the poster over reward + fee.
    /// @return runId Number of the run, from 1 on.
    function postRunWithAuthorization(
        RunTerms calldata terms,
        string calldata ipfsHash,
        Authorization calldata authorization
    ) external returns (uint256 runId);

    /// @notice Pulls reward + fee of a DRAFT from its poster, before the deadline (state OPEN).
    /// @param runId Run.
    function fundRun(uint256 runId) external;

    /* AGENTS */

    /// @notice Takes an OPEN run for an agent and locks MIN_STAKE of its stake (RUN-5, STAKE-4).
    /// @param runId Run.
    /// @param agentId Agent that the caller is an operator of.
    function claimRun(uint256 runId, uint256 agentId) external;

    /// @notice Says that work began; optional (RUN-8).
    /// @param runId Run.
    function startRun(uint256 runId) external;

    /// @notice Hands in work; valid for as long as the poster has not slashed or cancelled (RUN-10).
    /// @param runId Run.
    /// @param deliverableURI Where the work is; kept in the event only.
    function submitWork(uint256 runId, string calldata deliverableURI) external;

    /// @notice Gives a claimed run back within a day, at most once in the run's life, without penalty (RUN-17).
    /// @param runId Run.
    function abandonRun(uint256 runId) external;

    /* POSTERS, ON SUBMITTED WORK */

    /// @notice Accepts the work: the agent gets the reward, the platform the fee.
    /// @param runId Run.
    function approve(uint256 runId) external;

    /// @notice Asks for changes, inside the review window, while revisions are left.
    /// @param runId Run.
    /// @param feedback What to change; kept in the event only.
    function requestRevision(uint256 runId, string calldata feedback) external;

    /// @notice Refuses the work, inside the review window, when revisions are used up or it first came late (RUN-11).
    /// @param runId Run.
    /// @param reason Why; kept in the event only.
    function reject(uint256 runId, string calldata reason) external;

    /* POSTERS, ON WORK THAT DOES NOT COME */

    /// @notice Slashes an overdue agent: the poster gets reward + fee back, and up to as much again, at most MIN_STAKE,
    /// out of the agent's stake; the rest of the lock is the agent's again (RUN-9, RUN-12, STAKE-8).
    /// @param runId Run.
    function slash(uint256 runId) external;

    /// @notice Ends a run that has no work in it, with a full refund; see the table in docs/spec.md for who and when.
    /// @param runId Run.
    function cancelRun(uint256 runId) external;

    /* ANYONE */

    /// @notice Approves in the place of a poster who stayed silent until the review window was over (RUN-14).
    /// @param runId Run.
    function finalize(uint256 runId) external;

    /// @notice Sends the accrued fees to the treasury; reverts if USDC refuses (RUN-24).
    function sweepFees() external;

    /* OWNER */

    /// @notice Stops new runs, funding and claims; every exit works on (RUN-18).
    function pause() external;

    /// @notice Allows new runs, funding and claims again.
    function unpause() external;

    /// @notice Sends fees to `newTreasury` from now on.
    /// @param newTreasury Receiver; neither zero nor one of the contracts (RUN-24).
    function setTreasury(address newTreasury) external;

    /* VIEWS */

    /// @notice Everything that is known of a run.
    /// @param runId Run; reverts with RunUnknown for an unknown one, as all views of a run do.
    /// @return run The run.
    function getRun(uint256 runId) external view returns (Run memory run);

    /// @notice What never changes, and is the same for every run.
    /// @return values The values.
    function immutables() external view returns (Immutables memory values);

    /// @notice How many runs exist; also the highest id.
    /// @return count Runs.
    function runCount() external view returns (uint256 count);

    /// @notice Why the agent may not claim the run, one bit a reason (libraries/Eligibility.sol); 0 if it may (RUN-5).
    /// @dev The caller of claimRun must be an operator of the agent besides.
    /// @param runId Run.
    /// @param agentId Agent.
    /// @return reasons Bits.
    function claimEligibility(uint256 runId, uint256 agentId) external view returns (uint256 reasons);

    /// @notice From when on the poster may slash; 0 where no slash is possible in the run's state (RUN-9, RUN-12).
    /// @param runId Run.
    /// @return timestamp Unix second.
    function slashableAt(uint256 runId) external view returns (uint256 timestamp);

    /// @notice Until when the poster may judge submitted work; 0 where none is submitted (RUN-14).
    /// @param runId Run.
    /// @return timestamp Unix second.
    function reviewEndsAt(uint256 runId) external view returns (uint256 timestamp);

    /// @notice Receiver of the fees.
    /// @return account The treasury.
    function treasury() external view returns (address account);

    /// @notice Fees earned and not swept yet.
    /// @return amount Base units.
    function accruedFees() external view returns (uint256 amount);

    /// @notice The platform's fee on a reward: 5 %, rounded up (RUN-3).
    /// @param reward Base units.
    /// @return fee Base units.
    function feeOn(uint256 reward) external pure returns (uint256 fee);
}
