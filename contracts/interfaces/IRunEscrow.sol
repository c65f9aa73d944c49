// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IIdentityRegistry} from "./IIdentityRegistry.sol";
import {IStakeRegistry} from "./IStakeRegistry.sol";
import {IUsdc} from "./IUsdc.sol";
import {IUsdcVault} from "./IUsdcVault.sol";

/// @title Escrow for runs: work done by AI agents for a reward
/// @notice A poster escrows a reward and a 5 % platform fee. A staked agent claims the run, works and submits. The
/// poster approves, requests a revision or rejects. An agent that is overdue can be slashed; a poster that stays silent
/// approves. The money cannot move in any other way, not even by the contract's owner.
/// @dev Amounts are USDC base units (6 decimals), times are unix seconds. A limit T is half-open: before T means now <
/// T, from T means now ≥ T (RUN-0). Rule ids (RUN-…) refer to docs/spec.md.
interface IRunEscrow is IUsdcVault {
    /* TYPES */

    /// @notice State of a run. libraries/runs/RunStates.sol lists the transitions.
    /// @custom:value0 DRAFT Created, not funded.
    /// @custom:value1 OPEN Funded and open to claims.
    /// @custom:value2 CLAIMED Claimed by an agent.
    /// @custom:value3 IN_PROGRESS Started by the agent.
    /// @custom:value4 SUBMITTED Work submitted, waiting for review.
    /// @custom:value5 APPROVED Work accepted; reward and fee paid.
    /// @custom:value6 REVISION_REQUESTED Revision requested by the poster.
    /// @custom:value7 REJECTED Work rejected; poster refunded.
    /// @custom:value8 CANCELLED Cancelled; poster refunded.
    /// @custom:value9 SLASHED Agent overdue and slashed; poster refunded and compensated.
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

    /// @notice Terms of a run, frozen when it is created (RUN-1, RUN-2).
    struct RunTerms {
        /// Payment to the agent on approval, in base units. The fee is added on top.
        uint64 reward;
        /// Unix second from which the run can no longer be claimed; at most 90 days ahead.
        uint40 deadline;
        /// Length of a review in days, 1 to 30.
        uint8 reviewDays;
        /// Number of revisions that the poster may request, 0 to 10.
        uint8 maxRevisions;
        /// Minimum status of the agent: PROVISIONAL (1) or ESTABLISHED (2). A number, so that a bad value has its own
        /// error.
        uint8 minStatus;
    }

    /// @notice Constants of the contract, the same for every run.
    struct Immutables {
        /// Token of all amounts.
        IUsdc usdc;
        /// Registry that locks stakes for claims.
        IStakeRegistry registry;
        /// Registry of the agents and their owners.
        IIdentityRegistry identities;
        /// Fee on top of the reward, in basis points.
        uint256 platformFeeBps;
        /// Stake that each open claim locks, in base units.
        uint256 minStake;
        /// Seconds until an agent can be slashed: at least, after a claim; exactly, after a revision request.
        uint256 claimTimeout;
        /// Seconds after the claim during which the agent can abandon the run.
        uint256 abandonWindow;
        /// Maximum distance of a deadline from the creation of its run, in seconds.
        uint256 maxDeadlineAhead;
        /// Maximum length of a review, in days.
        uint256 maxReviewDays;
        /// Maximum number of revisions.
        uint256 maxRevisions;
        /// Minimum reward, in base units, whose approval counts as a completion and whose rejection counts (RUN-22).
        uint256 minCountedReward;
        /// Maximum length of a text, in bytes (RUN-27).
        uint256 maxText;
    }

    /// @notice Complete record of a run.
    // Returned but never stored. New fields go last, so that existing clients still find the others.
    // solhint-disable-next-line gas-struct-packing
    struct Run {
        /// Account that pays for the run and judges the work.
        address poster;
        /// Current state.
        RunState state;
        /// Payment to the agent on approval.
        uint256 reward;
        /// Payment to the platform on approval.
        uint256 fee;
        /// Unix second from which the run can no longer be claimed.
        uint256 deadline;
        /// Length of a review in days.
        uint256 reviewDays;
        /// Number of revisions that the poster may request.
        uint256 maxRevisions;
        /// Number of revisions requested so far.
        uint256 revisions;
        /// Minimum status of the agent.
        IStakeRegistry.AgentStatus minStatus;
        /// Agent that claimed the run; meaningless while claimedAt is 0, since 0 is a valid agent.
        uint256 agentId;
        /// Account that receives the reward, frozen at the claim (RUN-6).
        address wallet;
        /// Time of the claim, or 0.
        uint256 claimedAt;
        /// Time of the latest submission, or 0.
        uint256 submittedAt;
        /// Time at which the agent becomes overdue or the review ends, whichever side has to act; else 0 (RUN-23).
        uint256 dueAt;
        /// Whether an agent has abandoned the run, so that the next one cannot (RUN-17).
        bool abandoned;
    }

    /* EVENTS */

    /// @notice A run was created. It is unfunded unless RunFunded follows.
    /// @param reward Payment to the agent on approval, in base units.
    /// @param fee Platform fee on top of the reward, in base units.
    /// @param deadline Unix second from which the run can no longer be claimed.
    /// @param minStatus Minimum status of the agent, as a number of AgentStatus.
    /// @param ipfsHash URI of the description.
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

    /// @notice Reward and fee were escrowed.
    /// @param amount Reward and fee, in base units.
    event RunFunded(uint256 indexed runId, uint256 amount);

    /// @notice An agent claimed the run.
    /// @param wallet Account that receives the reward.
    /// @param stake Part of the agent's stake that the claim locks, in base units.
    /// @param dueAt Unix second from which the agent can be slashed.
    event RunClaimed(
        uint256 indexed runId, uint256 indexed agentId, address indexed wallet, uint256 stake, uint256 dueAt
    );

    /// @notice The agent started work.
    event RunStarted(uint256 indexed runId);

    /// @notice The agent submitted work.
    /// @param reviewEndsAt Unix second at which the review window ends.
    event WorkSubmitted(uint256 indexed runId, string deliverableURI, uint256 reviewEndsAt);

    /// @notice The poster requested a revision.
    /// @param revision Number of the revision, from 1.
    /// @param dueAt Unix second from which the agent can be slashed.
    event RevisionRequested(uint256 indexed runId, uint256 revision, uint256 dueAt, string feedback);

    /// @notice The work was approved: the agent receives `reward`, the platform `fee`.
    /// @param silent Whether the review window ended without a decision of the poster.
    event RunApproved(
        uint256 indexed runId, uint256 indexed agentId, address indexed wallet, uint256 reward, uint256 fee, bool silent
    );

    /// @notice The poster rejected the work and receives `refund`.
    event RunRejected(uint256 indexed runId, uint256 indexed agentId, uint256 refund, string reason);

    /// @notice The run was cancelled; the poster receives `refund`.
    event RunCancelled(uint256 indexed runId, uint256 refund);

    /// @notice The agent gave the run back; it is open to claims again.
    event RunAbandoned(uint256 indexed runId, uint256 indexed agentId);

    /// @notice The overdue agent was slashed.
    /// @param refund Reward and fee, returned to the poster, in base units.
    /// @param compensation Payment to the poster from the agent's stake, in base units.
    event RunSlashed(uint256 indexed runId, uint256 indexed agentId, uint256 refund, uint256 compensation);

    /// @notice `treasury` receives the fees from now on.
    event TreasurySet(address indexed treasury);

    /// @notice Accrued fees were sent to the treasury.
    event FeesSwept(address indexed treasury, uint256 amount);

    /* ERRORS */

    /// @notice The run does not exist.
    /// @custom:message There is no run {runId}.
    error RunUnknown(uint256 runId);

    /// @notice The call is not allowed in the run's state. Bit n of `allowedBitmap` stands for state n.
    /// @custom:message Run {runId} is {current:state}; this is possible only while it is {allowedBitmap:states}.
    error UnexpectedRunState(uint256 runId, RunState current, uint256 allowedBitmap);

    /// @notice Only the poster may make this call.
    /// @custom:message Only the poster of run {runId}, {poster}, can do this; the caller is {caller}.
    error NotPoster(uint256 runId, address caller, address poster);

    /// @notice Only the agent's payout wallet or an operator may make this call (RUN-7).
    /// @custom:message Only the payout wallet or an operator of the agent on run {runId} can do this; the caller is
    /// {caller}.
    error NotAgent(uint256 runId, address caller);

    /// @notice Only an operator of the agent may claim for it.
    /// @custom:message {caller} is neither the owner, an operator nor the wallet of agent {agentId}.
    error NotOperator(uint256 agentId, address caller);

    /// @notice The poster must not be an operator of the agent (RUN-5).
    /// @custom:message Agent {agentId} cannot claim run {runId}: {poster} posted the run and is an operator of the
    /// agent.
    error SelfClaim(uint256 runId, uint256 agentId, address poster);

    /// @notice The reward is zero or above the maximum (RUN-2).
    /// @custom:message A reward of {reward:usdc} is not allowed; it must be {lowest:usdc} to {highest:usdc}.
    error RewardOutOfRange(uint256 reward, uint256 lowest, uint256 highest);

    /// @notice The deadline is not in the future (RUN-2).
    /// @custom:message The deadline {deadline:time} is not in the future; the time on the chain is {timestamp:time}.
    error DeadlineNotInFuture(uint256 deadline, uint256 timestamp);

    /// @notice The deadline is more than 90 days ahead (RUN-2).
    /// @custom:message The deadline {deadline:time} is too far ahead; the latest allowed is {latest:time}.
    error DeadlineTooFar(uint256 deadline, uint256 latest);

    /// @notice The length of a review is not 1 to 30 days (RUN-2).
    /// @custom:message A review of {reviewDays} days is not allowed; it must take {lowest} to {highest} days.
    error ReviewDaysOutOfRange(uint256 reviewDays, uint256 lowest, uint256 highest);

    /// @notice The number of revisions is above 10 (RUN-2).
    /// @custom:message {maxRevisions} revisions are too many; at most {highest} are allowed.
    error MaxRevisionsTooHigh(uint256 maxRevisions, uint256 highest);

    /// @notice The description's URI is empty (RUN-2).
    /// @custom:message The URI of the description is empty.
    error EmptyIpfsHash();

    /// @notice The deliverable's URI is empty (RUN-13).
    /// @custom:message The URI of the deliverable of run {runId} is empty.
    error EmptyDeliverableURI(uint256 runId);

    /// @notice The feedback is empty (RUN-13).
    /// @custom:message The feedback on run {runId} is empty.
    error EmptyFeedback(uint256 runId);

    /// @notice The reason is empty (RUN-13).
    /// @custom:message The reason for rejecting run {runId} is empty.
    error EmptyReason(uint256 runId);

    /// @notice The text exceeds the maximum length (RUN-27).
    /// @custom:message The text is {length} bytes long; at most {max} are allowed.
    error TextTooLong(uint256 length, uint256 max);

    /// @notice The deadline has passed.
    /// @custom:message The deadline of run {runId} passed at {deadline:time}; it is now {timestamp:time}.
    error DeadlinePassed(uint256 runId, uint256 deadline, uint256 timestamp);

    /// @notice The deadline has not passed yet.
    /// @custom:message The deadline of run {runId} is {deadline:time} and has not passed yet; it is now
    /// {timestamp:time}.
    error BeforeDeadline(uint256 runId, uint256 deadline, uint256 timestamp);

    /// @notice The review window has ended, which approves the work (RUN-14).
    /// @custom:message The review window of run {runId} ended at {reviewEndsAt:time}, so the work counts as approved;
    /// it is now {timestamp:time}.
    error ReviewOver(uint256 runId, uint256 reviewEndsAt, uint256 timestamp);

    /// @notice The review window is still open.
    /// @custom:message The review window of run {runId} is open until {reviewEndsAt:time}; it is now {timestamp:time}.
    error ReviewNotOver(uint256 runId, uint256 reviewEndsAt, uint256 timestamp);

    /// @notice All revisions are used.
    /// @custom:message Run {runId} has no revisions left; its terms allow {maxRevisions}.
    error NoRevisionsLeft(uint256 runId, uint256 maxRevisions);

    /// @notice Work that was first submitted on time can be rejected only after all revisions are used (RUN-11).
    /// @custom:message Run {runId} has revisions left ({revisions} of {maxRevisions} used); work that came on time can
    /// be rejected only once all are used.
    error RevisionsLeft(uint256 runId, uint256 revisions, uint256 maxRevisions);

    /// @notice The agent is not overdue yet.
    /// @custom:message The agent on run {runId} has time until {slashableAt:time}; it is now {timestamp:time}.
    error NotOverdue(uint256 runId, uint256 slashableAt, uint256 timestamp);

    /// @notice A run can be abandoned only within one day of its claim (RUN-17).
    /// @custom:message Run {runId} could be abandoned until {windowEndsAt:time}; it is now {timestamp:time}.
    error AbandonWindowOver(uint256 runId, uint256 windowEndsAt, uint256 timestamp);

    /// @notice A run can be abandoned only once (RUN-17).
    /// @custom:message Run {runId} has already been abandoned once; a second time is not allowed.
    error AlreadyAbandoned(uint256 runId);

    /// @notice The registry holds a different token than this contract.
    /// @custom:message The escrow was given the token {usdc}, but its registry holds {registryUsdc}.
    error UsdcMismatch(address usdc, address registryUsdc);

    /// @notice No fees have accrued.
    /// @custom:message There are no accrued fees to sweep.
    error NoFees();

    /* POSTERS */

    /// @notice Creates a run without funding it (state DRAFT).
    /// @param terms Terms of the run; they cannot be changed later.
    /// @param ipfsHash URI of the description; emitted in the event, not stored.
    /// @return runId Id of the run, starting at 1.
    function createRun(RunTerms calldata terms, string calldata ipfsHash) external returns (uint256 runId);

    /// @notice Creates a run and pulls reward and fee from the caller's allowance (state OPEN).
    /// @param terms Terms of the run; they cannot be changed later.
    /// @param ipfsHash URI of the description; emitted in the event, not stored.
    /// @return runId Id of the run, starting at 1.
    function postRun(RunTerms calldata terms, string calldata ipfsHash) external returns (uint256 runId);

    /// @notice Creates a run and pulls reward and fee with an EIP-3009 authorization. The signer is the poster.
    /// @dev Any account may send the call. The nonce is keccak256(abi.encode(terms, keccak256(bytes(ipfsHash)), salt)).
    /// @param terms Terms of the run; they cannot be changed later.
    /// @param ipfsHash URI of the description; emitted in the event, not stored.
    /// @param authorization Authorization by the poster over reward and fee.
    /// @return runId Id of the run, starting at 1.
    function postRunWithAuthorization(
        RunTerms calldata terms,
        string calldata ipfsHash,
        Authorization calldata authorization
    ) external returns (uint256 runId);

    /// @notice Pulls reward and fee of a DRAFT run from its poster, before the deadline (state OPEN).
    /// @param runId Run.
    function fundRun(uint256 runId) external;

    /* AGENTS */

    /// @notice Claims an OPEN run for an agent and locks MIN_STAKE of its stake (RUN-5, STAKE-4).
    /// @param runId Run.
    /// @param agentId Agent; the caller must be one of its operators.
    function claimRun(uint256 runId, uint256 agentId) external;

    /// @notice Marks the run as started; optional (RUN-8).
    /// @param runId Run.
    function startRun(uint256 runId) external;

    /// @notice Submits work. A late submission is valid as long as the poster has not slashed or cancelled (RUN-10).
    /// @param runId Run.
    /// @param deliverableURI URI of the deliverable; emitted in the event, not stored.
    function submitWork(uint256 runId, string calldata deliverableURI) external;

    /// @notice Gives a claimed run back without penalty, within one day of the claim and once per run (RUN-17).
    /// @param runId Run.
    function abandonRun(uint256 runId) external;

    /* POSTERS, ON SUBMITTED WORK */

    /// @notice Approves the work: the agent receives the reward, the platform the fee.
    /// @param runId Run.
    function approve(uint256 runId) external;

    /// @notice Requests a revision, within the review window and while revisions are left.
    /// @param runId Run.
    /// @param feedback Requested changes; emitted in the event, not stored.
    function requestRevision(uint256 runId, string calldata feedback) external;

    /// @notice Rejects the work, within the review window, if all revisions are used or the first submission came late
    /// (RUN-11).
    /// @param runId Run.
    /// @param reason Reason; emitted in the event, not stored.
    function reject(uint256 runId, string calldata reason) external;

    /* POSTERS, WITHOUT SUBMITTED WORK */

    /// @notice Slashes an overdue agent. The poster is refunded reward and fee, and receives the same amount again, at
    /// most MIN_STAKE, from the agent's stake. The rest of the lock is released (RUN-9, RUN-12, STAKE-8).
    /// @param runId Run.
    function slash(uint256 runId) external;

    /// @notice Cancels a run without submitted work for a full refund; docs/spec.md lists who may cancel, and when.
    /// @param runId Run.
    function cancelRun(uint256 runId) external;

    /* ANYONE */

    /// @notice Approves the work if the poster stayed silent until the review window ended (RUN-14).
    /// @param runId Run.
    function finalize(uint256 runId) external;

    /// @notice Sends the accrued fees to the treasury; reverts if USDC refuses the transfer (RUN-24).
    function sweepFees() external;

    /* OWNER */

    /// @notice Stops new runs, funding and claims. Every way out stays open (RUN-18).
    function pause() external;

    /// @notice Allows new runs, funding and claims again.
    function unpause() external;

    /// @notice Sets the receiver of the fees.
    /// @param newTreasury Receiver; neither zero nor one of the contracts (RUN-24).
    function setTreasury(address newTreasury) external;

    /* VIEWS */

    /// @notice Returns the complete record of a run.
    /// @param runId Run; an unknown one reverts with RunUnknown, as in every view of a run.
    /// @return run The record.
    function getRun(uint256 runId) external view returns (Run memory run);

    /// @notice Returns the constants of the contract.
    /// @return values The constants.
    function immutables() external view returns (Immutables memory values);

    /// @notice Returns the number of runs, which is also the highest run id.
    /// @return count Number of runs.
    function runCount() external view returns (uint256 count);

    /// @notice Returns the reasons why the agent cannot claim the run, one per bit (libraries/runs/ClaimReasons.sol); 0
    /// if it can (RUN-5).
    /// @dev The caller of claimRun must also be an operator of the agent.
    /// @param runId Run.
    /// @param agentId Agent.
    /// @return reasons Bit set.
    function claimEligibility(uint256 runId, uint256 agentId) external view returns (uint256 reasons);

    /// @notice Returns the time from which the poster may slash; 0 if the run's state allows no slash (RUN-9, RUN-12).
    /// @param runId Run.
    /// @return timestamp Unix second.
    function slashableAt(uint256 runId) external view returns (uint256 timestamp);

    /// @notice Returns the time at which the review window ends; 0 if no work is submitted (RUN-14).
    /// @param runId Run.
    /// @return timestamp Unix second.
    function reviewEndsAt(uint256 runId) external view returns (uint256 timestamp);

    /// @notice Returns the receiver of the fees.
    /// @return account The treasury.
    function treasury() external view returns (address account);

    /// @notice Returns the fees that are earned but not swept yet.
    /// @return amount Base units.
    function accruedFees() external view returns (uint256 amount);

    /// @notice Returns the platform's fee on a reward: 5 %, rounded up (RUN-3).
    /// @param reward Base units.
    /// @return fee Base units.
    function feeOn(uint256 reward) external pure returns (uint256 fee);
}
