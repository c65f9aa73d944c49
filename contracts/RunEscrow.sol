// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Context} from "@openzeppelin/contracts/utils/Context.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {UsdcVault} from "./abstract/UsdcVault.sol";
import {IIdentityRegistry} from "./interfaces/IIdentityRegistry.sol";
import {IRunEscrow} from "./interfaces/IRunEscrow.sol";
import {IStakeRegistry} from "./interfaces/IStakeRegistry.sol";
import {IUsdc} from "./interfaces/IUsdc.sol";
import {AgentIdentity} from "./libraries/AgentIdentity.sol";
import {Eligibility} from "./libraries/Eligibility.sol";
import {RunFlags, RunFlagsLibrary} from "./libraries/RunFlags.sol";
import {RunStates} from "./libraries/RunStates.sol";

/// @title RunEscrow
/// @notice Holds reward and fee of every run and moves them by the rules of its life. See {IRunEscrow}.
contract RunEscrow is IRunEscrow, UsdcVault, Pausable {
    using AgentIdentity for IIdentityRegistry;
    using RunStates for uint256;
    using SafeCast for uint256;

    /// The first slot is written when the run is created and when it ends, the second when it is claimed and submitted,
    /// the third only for revisions. `_stateOf` derives what is between from the times, so that a claim and a
    /// submission touch one slot each.
    struct Record {
        address poster;
        uint48 reward;
        uint32 deadline;
        RunFlags flags;
        address wallet;
        uint32 agentId;
        uint32 claimedAt;
        uint32 submittedAt;
        uint8 revisions;
        uint32 revisionDueAt;
    }

    /// @notice Fee on top of the reward, in hundredths of a percent.
    uint256 public constant PLATFORM_FEE_BPS = 500;
    /// @notice Stake that an open claim locks, in base units: 20 USDC.
    uint256 public constant MIN_STAKE = 20_000_000;
    /// @notice Least time that an agent has after a claim, or after a request for revision, before it may be slashed.
    uint256 public constant CLAIM_TIMEOUT = 7 days;
    /// @notice Time in which a claim can be given back.
    uint256 public constant ABANDON_WINDOW = 1 days;
    /// @notice Farthest that a deadline may be ahead when a run is created.
    uint256 public constant MAX_DEADLINE_AHEAD = 90 days;
    /// @notice Longest review.
    uint256 public constant MAX_REVIEW_DAYS = 30;
    /// @notice Most revisions that a poster may reserve.
    uint256 public constant MAX_REVISIONS = 10;
    /// @notice Least reward whose approval counts as a completion, in base units: 1 USDC (RUN-22).
    uint256 public constant MIN_COMPLETION_REWARD = 1_000_000;

    uint256 private constant _BPS = 10_000;
    uint8 private constant _OUTCOME_NONE = 0;
    uint8 private constant _OUTCOME_COMPLETED = 1;
    uint8 private constant _OUTCOME_REJECTED = 2;

    /// @inheritdoc IRunEscrow
    IStakeRegistry public immutable REGISTRY;

    // These share a slot with the pause flag and what the vault owes.
    uint40 private _runCount;
    uint64 private _accruedFees;
    mapping(uint256 runId => Record run) private _runs;

    /// @notice Sets what never changes.
    /// @param usdc Token escrowed.
    /// @param registry StakeRegistry that has this contract among its markets.
    /// @param treasury Receiver of the fees.
    /// @param owner May pause entries and set the treasury.
    /// @param trustedForwarder ERC-2771 forwarder.
    constructor(address usdc, address registry, address treasury, address owner, address trustedForwarder)
        UsdcVault(IUsdc(usdc), IStakeRegistry(registry).IDENTITY(), owner, trustedForwarder)
    {
        REGISTRY = IStakeRegistry(registry);
        if (REGISTRY.USDC() != USDC) revert UsdcMismatch(usdc, address(REGISTRY.USDC()));
        _setTreasury(treasury);
    }

    /* POSTERS */

    /// @inheritdoc IRunEscrow
    function createRun(RunTerms calldata terms, string calldata ipfsHash)
        external
        whenNotPaused
        returns (uint256 runId)
    {
        (runId,) = _create(_msgSender(), RunState.DRAFT, terms, ipfsHash);
    }

    /// @inheritdoc IRunEscrow
    function postRun(RunTerms calldata terms, string calldata ipfsHash)
        external
        nonReentrant
        whenNotPaused
        returns (uint256 runId)
    {
        address poster = _msgSender();
        uint256 amount;
        (runId, amount) = _create(poster, RunState.OPEN, terms, ipfsHash);

        emit RunFunded(runId, amount);

        _pull(poster, amount);
    }

    /// @inheritdoc IRunEscrow
    function postRunWithAuthorization(
        RunTerms calldata terms,
        string calldata ipfsHash,
        Authorization calldata authorization
    ) external nonReentrant whenNotPaused returns (uint256 runId) {
        uint256 amount;
        (runId, amount) = _create(authorization.from, RunState.OPEN, terms, ipfsHash);

        emit RunFunded(runId, amount);

        bytes32 purpose = keccak256(abi.encode(terms, keccak256(bytes(ipfsHash)), authorization.salt));
        _pullWithAuthorization(authorization, amount, purpose);
    }

    /// @inheritdoc IRunEscrow
    function fundRun(uint256 runId) external nonReentrant whenNotPaused {
        Record storage run = _gate(runId, RunStates.FUNDABLE);
        _requirePoster(runId, run);
        _requireBefore(runId, run.deadline);

        run.flags = run.flags.withState(RunState.OPEN);
        uint256 amount = _escrowed(run);

        emit RunFunded(runId, amount);

        _pull(run.poster, amount);
    }

    /* AGENTS */

    /// @inheritdoc IRunEscrow
    function claimRun(uint256 runId, uint256 agentId) external nonReentrant whenNotPaused {
        Record storage run = _gate(runId, RunStates.CLAIMABLE);
        _requireBefore(runId, run.deadline);
        address wallet = _requireClaimant(runId, run.poster, agentId);

        // Safe casts: an agent id above 32 bits counts as unknown; times fit until 2106.
        run.wallet = wallet;
        run.agentId = uint32(agentId);
        run.claimedAt = uint32(block.timestamp);

        emit RunClaimed(runId, agentId, wallet, MIN_STAKE, _slashableAt(run));

        REGISTRY.lock(agentId, MIN_STAKE, uint8(run.flags.minStatus()));
    }

    /// @inheritdoc IRunEscrow
    function startRun(uint256 runId) external {
        Record storage run = _gate(runId, RunStates.STARTABLE);
        _requireAgent(runId, run);

        run.flags = run.flags.withState(RunState.IN_PROGRESS);

        emit RunStarted(runId);
    }

    /// @inheritdoc IRunEscrow
    function submitWork(uint256 runId, string calldata deliverableURI) external {
        Record storage run = _gate(runId, RunStates.SUBMITTABLE);
        _requireAgent(runId, run);
        if (bytes(deliverableURI).length == 0) revert EmptyDeliverableURI(runId);

        // Safe cast until 2106.
        run.submittedAt = uint32(block.timestamp);
        // Only a requested revision hides a submission; see `_stateOf`.
        if (run.flags.state() == RunState.REVISION_REQUESTED) run.flags = run.flags.withState(RunState.OPEN);

        emit WorkSubmitted(runId, deliverableURI, _reviewEndsAt(run));
    }

    /// @inheritdoc IRunEscrow
    function abandonRun(uint256 runId) external nonReentrant {
        Record storage run = _gate(runId, RunStates.ABANDONABLE);
        _requireAgent(runId, run);
        uint256 windowEndsAt = run.claimedAt + ABANDON_WINDOW;
        if (block.timestamp >= windowEndsAt) revert AbandonWindowOver(runId, windowEndsAt, block.timestamp);
        if (run.flags.abandoned()) revert AlreadyAbandoned(runId);

        uint256 agentId = run.agentId;
        run.flags = run.flags.withState(RunState.OPEN).withAbandoned();
        run.wallet = address(0);
        run.agentId = 0;
        run.claimedAt = 0;

        emit RunAbandoned(runId, agentId);

        REGISTRY.release(agentId, MIN_STAKE, _OUTCOME_NONE);
    }

    /* POSTERS, ON SUBMITTED WORK */

    /// @inheritdoc IRunEscrow
    function approve(uint256 runId) external nonReentrant {
        Record storage run = _gate(runId, RunStates.REVIEWABLE);
        _requirePoster(runId, run);

        _accept(runId, run, false);
    }

    /// @inheritdoc IRunEscrow
    function requestRevision(uint256 runId, string calldata feedback) external {
        Record storage run = _gate(runId, RunStates.REVIEWABLE);
        _requirePoster(runId, run);
        _requireInReview(runId, run);
        uint256 maxRevisions = run.flags.maxRevisions();
        uint256 revision = run.revisions + 1;
        if (revision > maxRevisions) revert NoRevisionsLeft(runId, maxRevisions);
        if (bytes(feedback).length == 0) revert EmptyFeedback(runId);

        uint256 dueAt = Math.max(block.timestamp + CLAIM_TIMEOUT, run.deadline);
        run.flags = run.flags.withState(RunState.REVISION_REQUESTED);
        // Safe casts: at most 10 revisions; times fit until 2106.
        run.revisions = uint8(revision);
        run.revisionDueAt = uint32(dueAt);

        emit RevisionRequested(runId, revision, dueAt, feedback);
    }

    /// @inheritdoc IRunEscrow
    function reject(uint256 runId, string calldata reason) external nonReentrant {
        Record storage run = _gate(runId, RunStates.REVIEWABLE);
        _requirePoster(runId, run);
        _requireInReview(runId, run);
        _requireRejectable(runId, run);
        if (bytes(reason).length == 0) revert EmptyReason(runId);

        run.flags = run.flags.withState(RunState.REJECTED);
        uint256 refund = _escrowed(run);

        emit RunRejected(runId, run.agentId, refund, reason);

        REGISTRY.release(run.agentId, MIN_STAKE, _OUTCOME_REJECTED);
        _pay(run.poster, refund);
    }

    /* POSTERS, ON WORK THAT DOES NOT COME */

    /// @inheritdoc IRunEscrow
    function slash(uint256 runId) external nonReentrant {
        Record storage run = _gate(runId, RunStates.SLASHABLE);
        _requirePoster(runId, run);
        uint256 overdueAt = _slashableAt(run);
        if (block.timestamp < overdueAt) revert NotOverdue(runId, overdueAt, block.timestamp);

        run.flags = run.flags.withState(RunState.SLASHED);
        uint256 refund = _escrowed(run);
        uint256 compensation = Math.min(MIN_STAKE, refund);
        address poster = run.poster;

        emit RunSlashed(runId, run.agentId, refund, compensation);

        REGISTRY.slash(run.agentId, MIN_STAKE, poster, compensation);
        _pay(poster, refund);
    }

    /// @inheritdoc IRunEscrow
    function cancelRun(uint256 runId) external nonReentrant {
        Record storage run = _gate(runId, RunStates.CANCELLABLE);
        RunState current = _stateOf(run);
        bool claimed = run.claimedAt != 0;
        bool deadlinePassed = block.timestamp >= run.deadline;
        // Anyone may cancel an OPEN run from its deadline on; everything else is the poster's.
        if (current != RunState.OPEN || !deadlinePassed) _requirePoster(runId, run);
        if (claimed && !deadlinePassed) revert BeforeDeadline(runId, run.deadline, block.timestamp);

        run.flags = run.flags.withState(RunState.CANCELLED);
        uint256 refund = current == RunState.DRAFT ? 0 : _escrowed(run);

        emit RunCancelled(runId, refund);

        if (claimed) REGISTRY.release(run.agentId, MIN_STAKE, _OUTCOME_NONE);
        _pay(run.poster, refund);
    }

    /* ANYONE */

    /// @inheritdoc IRunEscrow
    function finalize(uint256 runId) external nonReentrant {
        Record storage run = _gate(runId, RunStates.REVIEWABLE);
        uint256 endsAt = _reviewEndsAt(run);
        if (block.timestamp < endsAt) revert ReviewNotOver(runId, endsAt, block.timestamp);

        _accept(runId, run, true);
    }

    /// @inheritdoc IRunEscrow
    function sweepFees() external nonReentrant {
        uint256 amount = _accruedFees;
        if (amount == 0) revert NoFees();
        address to = treasury;

        _accruedFees = 0;

        emit FeesSwept(to, amount);

        _push(to, amount);
    }

    /* OWNER */

    /// @inheritdoc IRunEscrow
    function pause() external onlyOwner {
        _pause();
    }

    /// @inheritdoc IRunEscrow
    function unpause() external onlyOwner {
        _unpause();
    }

    /* VIEWS */

    /// @inheritdoc IRunEscrow
    function getRun(uint256 runId) external view returns (Run memory) {
        Record storage run = _get(runId);
        return Run({
            poster: run.poster,
            state: _stateOf(run),
            reward: run.reward,
            fee: feeOn(run.reward),
            deadline: run.deadline,
            reviewDays: run.flags.reviewDays(),
            maxRevisions: run.flags.maxRevisions(),
            revisions: run.revisions,
            minStatus: run.flags.minStatus(),
            agentId: run.agentId,
            wallet: run.wallet,
            claimedAt: run.claimedAt,
            submittedAt: run.submittedAt,
            dueAt: _slashableAt(run) + _reviewEndsAt(run)
        });
    }

    /// @inheritdoc IRunEscrow
    function runCount() external view returns (uint256) {
        return _runCount;
    }

    /// @inheritdoc IRunEscrow
    function claimEligibility(uint256 runId, uint256 agentId) external view returns (uint256 reasons) {
        Record storage run = _get(runId);
        if (!RunStates.CLAIMABLE.contains(_stateOf(run))) reasons |= Eligibility.RUN_NOT_OPEN;
        if (block.timestamp >= run.deadline) reasons |= Eligibility.DEADLINE_PASSED;
        if (paused()) reasons |= Eligibility.PAUSED;

        (bool known, address owner, address wallet) = _lookUp(agentId);
        if (!known) return reasons | Eligibility.AGENT_UNKNOWN;

        bool selfClaim;
        (known, selfClaim) = _mayActFor(agentId, owner, wallet, run.poster);
        if (!known) return reasons | Eligibility.AGENT_UNKNOWN;

        if (selfClaim) reasons |= Eligibility.SELF_CLAIM;
        if (REGISTRY.availableStake(agentId) < MIN_STAKE) reasons |= Eligibility.INSUFFICIENT_STAKE;
        reasons |= _statusReasons(agentId, run.flags.minStatus());
    }

    /// @inheritdoc IRunEscrow
    function slashableAt(uint256 runId) external view returns (uint256) {
        return _slashableAt(_get(runId));
    }

    /// @inheritdoc IRunEscrow
    function reviewEndsAt(uint256 runId) external view returns (uint256) {
        return _reviewEndsAt(_get(runId));
    }

    /// @inheritdoc IRunEscrow
    function accruedFees() external view returns (uint256) {
        return _accruedFees;
    }

    /// @inheritdoc IRunEscrow
    function feeOn(uint256 reward) public pure returns (uint256) {
        // Rounded up, so that no run is free of it.
        return Math.ceilDiv(reward * PLATFORM_FEE_BPS, _BPS);
    }

    /* INTERNAL */

    /// The registry belongs to the system as well.
    function _isOneOfTheContracts(address account) internal view override returns (bool) {
        return super._isOneOfTheContracts(account) || account == address(REGISTRY);
    }

    function _msgSender() internal view override(Context, UsdcVault) returns (address) {
        return UsdcVault._msgSender();
    }

    function _msgData() internal view override(Context, UsdcVault) returns (bytes calldata) {
        return UsdcVault._msgData();
    }

    function _contextSuffixLength() internal view override(Context, UsdcVault) returns (uint256) {
        return UsdcVault._contextSuffixLength();
    }

    /* PRIVATE, STATE-CHANGING */

    /// Books a new run; `amount` is what funding it takes.
    function _create(address poster, RunState state, RunTerms calldata terms, string calldata ipfsHash)
        private
        returns (uint256 runId, uint256 amount)
    {
        _requireTerms(terms);
        if (bytes(ipfsHash).length == 0) revert EmptyIpfsHash();

        runId = ++_runCount;
        Record storage run = _runs[runId];
        run.poster = poster;
        // Safe casts: `_requireTerms` has held the reward to 48 bits; the deadline is checked to fit 32, until 2106.
        run.reward = uint48(terms.reward);
        run.deadline = uint256(terms.deadline).toUint32();
        run.flags = RunFlagsLibrary.encode(state, terms);
        uint256 fee = feeOn(terms.reward);
        amount = terms.reward + fee;

        emit RunCreated(
            runId,
            poster,
            terms.reward,
            fee,
            terms.deadline,
            terms.reviewDays,
            terms.maxRevisions,
            terms.minStatus,
            ipfsHash
        );
    }

    /// Ends a run as APPROVED: the fee is earned, the lock goes back, the agent gets the whole reward (RUN-4).
    function _accept(uint256 runId, Record storage run, bool silent) private {
        uint256 reward = run.reward;
        uint256 fee = feeOn(reward);
        uint256 agentId = run.agentId;
        address wallet = run.wallet;

        run.flags = run.flags.withState(RunState.APPROVED);
        // Safe cast: a fee is less than a reward.
        _accruedFees += uint64(fee);

        emit RunApproved(runId, agentId, wallet, reward, fee, silent);

        // Cheaper runs do not count: they would buy ESTABLISHED for cents (RUN-22).
        REGISTRY.release(agentId, MIN_STAKE, reward < MIN_COMPLETION_REWARD ? _OUTCOME_NONE : _OUTCOME_COMPLETED);
        _pay(wallet, reward);
    }

    /* PRIVATE, CHECKS */

    /// The one gate: an existing run in one of the allowed states.
    function _gate(uint256 runId, uint256 allowed) private view returns (Record storage run) {
        run = _get(runId);
        RunState current = _stateOf(run);
        if (!allowed.contains(current)) revert UnexpectedRunState(runId, current, allowed);
    }

    function _get(uint256 runId) private view returns (Record storage run) {
        run = _runs[runId];
        if (run.poster == address(0)) revert RunUnknown(runId);
    }

    function _requirePoster(uint256 runId, Record storage run) private view {
        address caller = _msgSender();
        if (caller != run.poster) revert NotPoster(runId, caller, run.poster);
    }

    /// The frozen wallet first, so that no way out depends on the identity registry answering (RUN-7).
    function _requireAgent(uint256 runId, Record storage run) private view {
        address caller = _msgSender();
        if (caller != run.wallet && !IDENTITY.isOperator(run.agentId, caller)) revert NotAgent(runId, caller);
    }

    /// Returns the payout wallet to freeze.
    function _requireClaimant(uint256 runId, address poster, uint256 agentId) private view returns (address) {
        (bool known, address owner, address wallet) = _lookUp(agentId);
        if (!known) revert IStakeRegistry.AgentUnknown(agentId);

        address caller = _msgSender();
        (, bool operator) = _mayActFor(agentId, owner, wallet, caller);
        if (!operator) revert NotOperator(agentId, caller);

        // No answer is not a no: it would let posters work for themselves.
        bool selfClaim;
        (known, selfClaim) = _mayActFor(agentId, owner, wallet, poster);
        if (!known) revert IStakeRegistry.AgentUnknown(agentId);
        if (selfClaim) revert SelfClaim(runId, agentId, poster);

        return wallet;
    }

    function _requireTerms(RunTerms calldata terms) private view {
        if (terms.reward == 0 || terms.reward > type(uint48).max) {
            revert RewardOutOfRange(terms.reward, 1, type(uint48).max);
        }
        if (terms.deadline <= block.timestamp) revert DeadlineNotInFuture(terms.deadline, block.timestamp);
        uint256 latest = block.timestamp + MAX_DEADLINE_AHEAD;
        if (terms.deadline > latest) revert DeadlineTooFar(terms.deadline, latest);
        if (terms.reviewDays == 0 || terms.reviewDays > MAX_REVIEW_DAYS) {
            revert ReviewDaysOutOfRange(terms.reviewDays, 1, MAX_REVIEW_DAYS);
        }
        if (terms.maxRevisions > MAX_REVISIONS) revert MaxRevisionsTooHigh(terms.maxRevisions, MAX_REVISIONS);
        uint8 lowest = uint8(IStakeRegistry.AgentStatus.PROVISIONAL);
        uint8 highest = uint8(IStakeRegistry.AgentStatus.ESTABLISHED);
        if (terms.minStatus < lowest || terms.minStatus > highest) {
            revert IStakeRegistry.MinStatusOutOfRange(terms.minStatus, lowest, highest);
        }
    }

    function _requireBefore(uint256 runId, uint256 deadline) private view {
        if (block.timestamp >= deadline) revert DeadlinePassed(runId, deadline, block.timestamp);
    }

    /// From the end of the window on, silence has approved (RUN-14).
    function _requireInReview(uint256 runId, Record storage run) private view {
        uint256 endsAt = _reviewEndsAt(run);
        if (block.timestamp >= endsAt) revert ReviewOver(runId, endsAt, block.timestamp);
    }

    /// All revisions are used up, or the first submission came late (RUN-11).
    function _requireRejectable(uint256 runId, Record storage run) private view {
        uint256 revisions = run.revisions;
        uint256 maxRevisions = run.flags.maxRevisions();
        bool firstCameLate = revisions == 0 && run.submittedAt >= run.deadline;
        if (revisions != maxRevisions && !firstCameLate) revert RevisionsLeft(runId, revisions, maxRevisions);
    }

    /* PRIVATE, WHAT FOLLOWS FROM A RUN */

    /// What is stored says DRAFT, the end, IN_PROGRESS and REVISION_REQUESTED; OPEN stands for everything else that is
    /// funded and alive, which the times tell apart.
    function _stateOf(Record storage run) private view returns (RunState state) {
        state = run.flags.state();
        if (state != RunState.OPEN && state != RunState.IN_PROGRESS) return state;

        if (run.submittedAt != 0) return RunState.SUBMITTED;
        if (state == RunState.OPEN && run.claimedAt != 0) return RunState.CLAIMED;
    }

    /// What was pulled for the run: reward and fee.
    function _escrowed(Record storage run) private view returns (uint256) {
        uint256 reward = run.reward;
        return reward + feeOn(reward);
    }

    /// When the agent's time is up (RUN-9, RUN-12), or 0 where it is not the agent's turn.
    function _slashableAt(Record storage run) private view returns (uint256) {
        RunState state = _stateOf(run);
        if (!RunStates.SLASHABLE.contains(state)) return 0;
        if (state == RunState.REVISION_REQUESTED) return run.revisionDueAt;
        return Math.max(run.claimedAt + CLAIM_TIMEOUT, run.deadline);
    }

    /// When the poster's time is up (RUN-14), or 0 where it is not the poster's turn.
    function _reviewEndsAt(Record storage run) private view returns (uint256) {
        if (!RunStates.REVIEWABLE.contains(_stateOf(run))) return 0;
        return run.submittedAt + run.flags.reviewDays() * 1 days;
    }

    /* PRIVATE, WHAT THE REGISTRIES SAY OF AN AGENT */

    /// A run holds agent ids of 32 bits; registries count from 0, so a higher one is unknown to it.
    function _lookUp(uint256 agentId) private view returns (bool known, address owner, address wallet) {
        if (agentId > type(uint32).max) return (false, address(0), address(0));
        return IDENTITY.tryLookUp(agentId);
    }

    function _mayActFor(uint256 agentId, address owner, address wallet, address account)
        private
        view
        returns (bool known, bool operator)
    {
        if (account == owner || account == wallet) return (true, true);
        return IDENTITY.tryIsAuthorized(agentId, account);
    }

    function _statusReasons(uint256 agentId, IStakeRegistry.AgentStatus minStatus) private view returns (uint256) {
        IStakeRegistry.AgentStatus status = REGISTRY.statusOf(agentId);
        if (status == IStakeRegistry.AgentStatus.UNVERIFIED) return Eligibility.AGENT_UNVERIFIED;
        if (status == IStakeRegistry.AgentStatus.FROZEN) return Eligibility.AGENT_FROZEN;
        if (status == IStakeRegistry.AgentStatus.BANNED) return Eligibility.AGENT_BANNED;
        if (status < minStatus) return Eligibility.STATUS_TOO_LOW;
        return 0;
    }
}
