// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Context} from "@openzeppelin/contracts/utils/Context.sol";
import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {UsdcVault} from "./abstract/UsdcVault.sol";
import {IIdentityRegistry} from "./interfaces/IIdentityRegistry.sol";
import {IRunEscrow} from "./interfaces/IRunEscrow.sol";
import {IStakeRegistry} from "./interfaces/IStakeRegistry.sol";
import {IUsdc} from "./interfaces/IUsdc.sol";
import {AgentIdentity} from "./libraries/AgentIdentity.sol";
import {ClaimReasons} from "./libraries/runs/ClaimReasons.sol";
import {RunClaim, RunClaimLibrary} from "./libraries/runs/RunClaim.sol";
import {RunOffer, RunOfferLibrary} from "./libraries/runs/RunOffer.sol";
import {RunStates} from "./libraries/runs/RunStates.sol";

/// @title RunEscrow
/// @notice Holds the reward and fee of every run and moves them by the rules of its life cycle. See {IRunEscrow}.
contract RunEscrow is IRunEscrow, UsdcVault, Pausable {
    using AgentIdentity for IIdentityRegistry;
    using RunStates for uint256;

    /// One slot per line: written at creation; at the claim and every later step; for revisions only.
    struct Record {
        RunOffer offer;
        RunClaim claim;
        uint8 revisions;
        uint32 revisionDueAt;
    }

    /* Exposed by one view, `immutables`: each getter would add 22 gas to selector dispatch. */

    /// Fee on top of the reward, in basis points.
    uint256 private constant _PLATFORM_FEE_BPS = 500;
    /// Stake that each open claim locks, in base units: 20 USDC.
    uint256 private constant _MIN_STAKE = 20_000_000;
    /// Time until an agent can be slashed: at least, after a claim; exactly, after a revision request.
    uint256 private constant _CLAIM_TIMEOUT = 7 days;
    /// Time after the claim during which the agent can abandon the run.
    uint256 private constant _ABANDON_WINDOW = 1 days;
    /// Maximum distance of a deadline from the creation of its run.
    uint256 private constant _MAX_DEADLINE_AHEAD = 90 days;
    /// Maximum length of a review in days.
    uint256 private constant _MAX_REVIEW_DAYS = 30;
    /// Maximum number of revisions.
    uint256 private constant _MAX_REVISIONS = 10;
    /// Minimum reward whose approval or rejection counts, in base units: 1 USDC (RUN-22).
    uint256 private constant _MIN_COUNTED_REWARD = 1_000_000;
    /// Maximum length of a text in bytes (RUN-27).
    uint256 private constant _MAX_TEXT = 2048;

    uint256 private constant _BPS = 10_000;
    uint8 private constant _OUTCOME_NONE = 0;
    uint8 private constant _OUTCOME_COMPLETED = 1;
    uint8 private constant _OUTCOME_REJECTED = 2;

    /// Registry that locks stakes for claims.
    IStakeRegistry private immutable _REGISTRY;

    // Share a slot with the pause flag and `_totalOwed`.
    uint40 private _runCount;
    uint64 private _accruedFees;
    mapping(uint256 runId => Record run) private _runs;
    /// @inheritdoc IRunEscrow
    address public treasury;

    /// @notice Sets the immutables, the owner and the treasury.
    /// @param usdc Token of all amounts.
    /// @param registry StakeRegistry that has this contract as a market.
    /// @param treasury Receiver of the fees.
    /// @param owner Account that may pause and set the treasury.
    /// @param trustedForwarder ERC-2771 forwarder.
    // The argument is named after the value it sets.
    // slither-disable-next-line shadowing-local
    constructor(address usdc, address registry, address treasury, address owner, address trustedForwarder)
        UsdcVault(IUsdc(usdc), IStakeRegistry(registry).identities(), owner, trustedForwarder)
    {
        _REGISTRY = IStakeRegistry(registry);
        if (_REGISTRY.USDC() != USDC) revert UsdcMismatch(usdc, address(_REGISTRY.USDC()));
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
        (Record storage run, RunOffer offer,) = _gate(runId, RunStates.FUNDABLE);
        _requirePoster(runId, offer);
        _requireBefore(runId, offer.deadline());

        run.offer = offer.withState(RunState.OPEN);
        uint256 amount = _escrowed(offer);
        _owe(amount);

        emit RunFunded(runId, amount);

        _pull(offer.poster(), amount);
    }

    /* AGENTS; no token moves and the registry calls nothing, so nonReentrantView suffices */

    /// @inheritdoc IRunEscrow
    function claimRun(uint256 runId, uint256 agentId) external nonReentrantView {
        (Record storage run, RunOffer offer,) = _gate(runId, RunStates.CLAIMABLE);
        _requireBefore(runId, offer.deadline());
        address wallet = _requireClaimant(runId, offer.poster(), agentId);

        // `_requireClaimant` treats an agent id above 32 bits as unknown.
        run.claim = RunClaimLibrary.encode(wallet, agentId, offer);

        emit RunClaimed(runId, agentId, wallet, _MIN_STAKE, _dueAt(block.timestamp, offer));

        // The registry refuses claims during a pause: it reads this market's slot anyway, so the pause flag need not be
        // read.
        if (!_told(abi.encodeCall(IStakeRegistry.lock, (agentId, _MIN_STAKE, offer.minStatus())))) {
            _requireNotPaused();
            LowLevelCall.bubbleRevert();
        }
    }

    /// @inheritdoc IRunEscrow
    function startRun(uint256 runId) external {
        (Record storage run, RunClaim claim) = _gateOfClaim(runId, RunStates.STARTABLE);
        _requireAgent(runId, claim);

        run.claim = claim.withState(RunState.IN_PROGRESS);

        emit RunStarted(runId);
    }

    /// @inheritdoc IRunEscrow
    function submitWork(uint256 runId, string calldata deliverableURI) external {
        (Record storage run, RunClaim claim) = _gateOfClaim(runId, RunStates.SUBMITTABLE);
        _requireAgent(runId, claim);
        if (bytes(deliverableURI).length == 0) revert EmptyDeliverableURI(runId);
        _requireShort(deliverableURI);

        claim = claim.withSubmission();
        run.claim = claim;

        emit WorkSubmitted(runId, deliverableURI, claim.reviewEndsAt());
    }

    /// @inheritdoc IRunEscrow
    function abandonRun(uint256 runId) external nonReentrantView {
        (Record storage run, RunOffer offer, RunClaim claim) = _gate(runId, RunStates.ABANDONABLE);
        _requireAgent(runId, claim);
        uint256 windowEndsAt = claim.claimedAt(offer) + _ABANDON_WINDOW;
        if (block.timestamp >= windowEndsAt) revert AbandonWindowOver(runId, windowEndsAt, block.timestamp);
        if (offer.abandoned()) revert AlreadyAbandoned(runId);

        run.offer = offer.withAbandoned();
        run.claim = RunClaim.wrap(0);

        emit RunAbandoned(runId, claim.agentId());

        _release(claim, _OUTCOME_NONE);
    }

    /* POSTERS, ON SUBMITTED WORK */

    /// @inheritdoc IRunEscrow
    function approve(uint256 runId) external nonReentrant {
        (Record storage run, RunOffer offer, RunClaim claim) = _gate(runId, RunStates.REVIEWABLE);
        _requirePoster(runId, offer);

        _accept(runId, run, offer, claim, false);
    }

    /// @inheritdoc IRunEscrow
    function requestRevision(uint256 runId, string calldata feedback) external {
        (Record storage run, RunOffer offer, RunClaim claim) = _gate(runId, RunStates.REVIEWABLE);
        _requirePoster(runId, offer);
        _requireInReview(runId, claim);
        uint256 maxRevisions = offer.maxRevisions();
        uint256 revision = run.revisions + 1;
        if (revision > maxRevisions) revert NoRevisionsLeft(runId, maxRevisions);
        if (bytes(feedback).length == 0) revert EmptyFeedback(runId);
        _requireShort(feedback);

        uint256 dueAt = block.timestamp + _CLAIM_TIMEOUT;
        run.claim = claim.withState(RunState.REVISION_REQUESTED);
        // Safe casts: at most 10 revisions; 32 bits hold times until 2106.
        run.revisions = uint8(revision);
        run.revisionDueAt = uint32(dueAt);

        emit RevisionRequested(runId, revision, dueAt, feedback);
    }

    /// @inheritdoc IRunEscrow
    function reject(uint256 runId, string calldata reason) external nonReentrant {
        (Record storage run, RunOffer offer, RunClaim claim) = _gate(runId, RunStates.REVIEWABLE);
        _requirePoster(runId, offer);
        _requireInReview(runId, claim);
        _requireRejectable(runId, offer, claim, run.revisions);
        if (bytes(reason).length == 0) revert EmptyReason(runId);
        _requireShort(reason);

        run.claim = claim.withState(RunState.REJECTED);
        uint256 refund = _escrowed(offer);
        _settle(refund);

        emit RunRejected(runId, claim.agentId(), refund, reason);

        _release(claim, offer.reward() < _MIN_COUNTED_REWARD ? _OUTCOME_NONE : _OUTCOME_REJECTED);
        _pay(offer.poster(), refund);
    }

    /* POSTERS, WITHOUT SUBMITTED WORK */

    /// @inheritdoc IRunEscrow
    function slash(uint256 runId) external nonReentrant {
        (Record storage run, RunOffer offer, RunClaim claim) = _gate(runId, RunStates.SLASHABLE);
        _requirePoster(runId, offer);
        uint256 overdueAt = _slashableAt(run, offer, claim, claim.state());
        if (block.timestamp < overdueAt) revert NotOverdue(runId, overdueAt, block.timestamp);

        run.claim = claim.withState(RunState.SLASHED);
        uint256 refund = _escrowed(offer);
        uint256 compensation = Math.min(_MIN_STAKE, refund);
        _settle(refund);

        emit RunSlashed(runId, claim.agentId(), refund, compensation);

        _tell(abi.encodeCall(IStakeRegistry.slash, (claim.agentId(), _MIN_STAKE, compensation, offer.poster(), true)));
        _pay(offer.poster(), refund);
    }

    /// @inheritdoc IRunEscrow
    function cancelRun(uint256 runId) external nonReentrant {
        (Record storage run, RunOffer offer, RunClaim claim) = _gate(runId, RunStates.CANCELLABLE);
        bool claimed = claim.exists();
        bool funded = offer.isOpen();
        bool deadlinePassed = block.timestamp >= offer.deadline();
        // Any account may cancel an OPEN run from its deadline on; otherwise only the poster may cancel.
        if (claimed || !funded || !deadlinePassed) _requirePoster(runId, offer);
        if (claimed && !deadlinePassed) revert BeforeDeadline(runId, offer.deadline(), block.timestamp);

        if (claimed) run.claim = claim.withState(RunState.CANCELLED);
        else run.offer = offer.withState(RunState.CANCELLED);
        uint256 refund = funded ? _escrowed(offer) : 0;
        if (funded) _settle(refund);

        emit RunCancelled(runId, refund);

        if (claimed) _release(claim, _OUTCOME_NONE);
        _pay(offer.poster(), refund);
    }

    /* ANYONE */

    /// @inheritdoc IRunEscrow
    function finalize(uint256 runId) external nonReentrant {
        (Record storage run, RunOffer offer, RunClaim claim) = _gate(runId, RunStates.REVIEWABLE);
        uint256 endsAt = claim.reviewEndsAt();
        if (block.timestamp < endsAt) revert ReviewNotOver(runId, endsAt, block.timestamp);

        _accept(runId, run, offer, claim, true);
    }

    /// @inheritdoc IRunEscrow
    function sweepFees() external nonReentrant {
        uint256 amount = _accruedFees;
        if (amount == 0) revert NoFees();
        address to = treasury;
        // The treasury may have become a market since it was set.
        _requireRecipient(to);

        _accruedFees = 0;
        _settle(amount);

        emit FeesSwept(to, amount);

        _push(to, amount);
    }

    /* OWNER */

    /// @inheritdoc IRunEscrow
    function pause() external onlyOwner {
        _pause();
        _REGISTRY.stopClaims(true);
    }

    /// @inheritdoc IRunEscrow
    function unpause() external onlyOwner {
        _unpause();
        _REGISTRY.stopClaims(false);
    }

    /// @inheritdoc IRunEscrow
    function setTreasury(address newTreasury) external onlyOwner {
        _setTreasury(newTreasury);
    }

    /* VIEWS */

    /// @inheritdoc IRunEscrow
    function getRun(uint256 runId) external view returns (Run memory) {
        (Record storage run, RunOffer offer, RunClaim claim, uint256 state) = _get(runId);
        return Run({
            poster: offer.poster(),
            state: RunState(state),
            reward: offer.reward(),
            fee: _feeOf(offer),
            deadline: offer.deadline(),
            reviewDays: offer.reviewDays(),
            maxRevisions: offer.maxRevisions(),
            revisions: run.revisions,
            minStatus: IStakeRegistry.AgentStatus(offer.minStatus()),
            agentId: claim.agentId(),
            wallet: claim.wallet(),
            claimedAt: claim.exists() ? claim.claimedAt(offer) : 0,
            submittedAt: claim.submittedAt(),
            dueAt: _slashableAt(run, offer, claim, state) + _reviewEndsAt(claim, state),
            abandoned: offer.abandoned()
        });
    }

    /// @inheritdoc IRunEscrow
    function runCount() external view returns (uint256) {
        return _runCount;
    }

    /// @inheritdoc IRunEscrow
    function claimEligibility(uint256 runId, uint256 agentId) external view returns (uint256 reasons) {
        (, RunOffer offer,, uint256 state) = _get(runId);
        if (!RunStates.CLAIMABLE.contains(state)) reasons |= ClaimReasons.RUN_NOT_OPEN;
        if (block.timestamp >= offer.deadline()) reasons |= ClaimReasons.DEADLINE_PASSED;
        if (paused()) reasons |= ClaimReasons.PAUSED;

        (bool known, address wallet) = _payoutWalletOf(agentId);
        if (!known) return reasons | ClaimReasons.AGENT_UNKNOWN;

        bool selfClaim;
        (known, selfClaim) = _IDENTITY.tryIsOperator(agentId, wallet, offer.poster());
        if (!known) return reasons | ClaimReasons.AGENT_UNKNOWN;

        if (selfClaim) reasons |= ClaimReasons.SELF_CLAIM;
        if (_REGISTRY.availableStake(agentId) < _MIN_STAKE) reasons |= ClaimReasons.INSUFFICIENT_STAKE;
        if (!_REGISTRY.allowsClaim(agentId, address(this), _MIN_STAKE)) reasons |= ClaimReasons.MARKET_NOT_ALLOWED;
        reasons |= _statusReasons(agentId, offer.minStatus());
    }

    /// @inheritdoc IRunEscrow
    function slashableAt(uint256 runId) external view returns (uint256) {
        (Record storage run, RunOffer offer, RunClaim claim, uint256 state) = _get(runId);
        return _slashableAt(run, offer, claim, state);
    }

    /// @inheritdoc IRunEscrow
    function reviewEndsAt(uint256 runId) external view returns (uint256) {
        (,, RunClaim claim, uint256 state) = _get(runId);
        return _reviewEndsAt(claim, state);
    }

    /// @inheritdoc IRunEscrow
    function accruedFees() external view returns (uint256) {
        return _accruedFees;
    }

    /// @inheritdoc IRunEscrow
    function immutables() external view returns (Immutables memory) {
        return Immutables({
            usdc: USDC,
            registry: _REGISTRY,
            identities: _IDENTITY,
            platformFeeBps: _PLATFORM_FEE_BPS,
            minStake: _MIN_STAKE,
            claimTimeout: _CLAIM_TIMEOUT,
            abandonWindow: _ABANDON_WINDOW,
            maxDeadlineAhead: _MAX_DEADLINE_AHEAD,
            maxReviewDays: _MAX_REVIEW_DAYS,
            maxRevisions: _MAX_REVISIONS,
            minCountedReward: _MIN_COUNTED_REWARD,
            maxText: _MAX_TEXT
        });
    }

    /// @inheritdoc IRunEscrow
    function feeOn(uint256 reward) public pure returns (uint256) {
        // Rounded up, so that every run pays a fee.
        return Math.ceilDiv(reward * _PLATFORM_FEE_BPS, _BPS);
    }

    /* INTERNAL */

    /// The registry and its markets belong to the system too.
    function _isOneOfTheContracts(address account) internal view override returns (bool) {
        return super._isOneOfTheContracts(account) || _REGISTRY.belongsToSystem(account);
    }

    function _msgSender() internal view override(Context, UsdcVault) returns (address) {
        return UsdcVault._msgSender();
    }

    // Unused, but Solidity requires an override, since two bases define it.
    // slither-disable-next-line dead-code
    function _msgData() internal view override(Context, UsdcVault) returns (bytes calldata) {
        return UsdcVault._msgData();
    }

    function _contextSuffixLength() internal view override(Context, UsdcVault) returns (uint256) {
        return UsdcVault._contextSuffixLength();
    }

    /* PRIVATE, STATE-CHANGING */

    /// Creates a run and, if it is posted, records `amount` as owed; the caller pulls that amount.
    function _create(address poster, RunState state, RunTerms calldata terms, string calldata ipfsHash)
        private
        returns (uint256 runId, uint256 amount)
    {
        RunOffer offer = _offerOf(poster, state, terms);
        if (bytes(ipfsHash).length == 0) revert EmptyIpfsHash();
        _requireShort(ipfsHash);

        uint256 fee = _feeOf(offer);
        // Safe "unchecked": a reward has 48 bits, and the fee is not larger.
        unchecked {
            amount = offer.reward() + fee;
        }
        // Written together, since they share a slot.
        (_runCount, _totalOwed) = (_runCount + 1, state == RunState.OPEN ? _totalOwed + uint64(amount) : _totalOwed);
        runId = _runCount;
        _runs[runId].offer = offer;

        emit RunCreated(
            runId,
            poster,
            offer.reward(),
            fee,
            offer.deadline(),
            uint8(offer.reviewDays()),
            uint8(offer.maxRevisions()),
            offer.minStatus(),
            ipfsHash
        );
    }

    /// Approves a run: the fee accrues, the lock is released, the agent receives the whole reward (RUN-4).
    function _accept(uint256 runId, Record storage run, RunOffer offer, RunClaim claim, bool silent) private {
        uint256 reward = offer.reward();
        uint256 fee = _feeOf(offer);

        run.claim = claim.withState(RunState.APPROVED);
        // Safe casts: a reward has 48 bits, and the fee is not larger. Safe "unchecked": accrued fees are part of what
        // is owed.
        unchecked {
            _accruedFees += uint64(fee);
        }
        _totalOwed -= uint64(reward);

        emit RunApproved(runId, claim.agentId(), claim.wallet(), reward, fee, silent);

        // Cheaper runs do not count, or ESTABLISHED could be bought for cents (RUN-22).
        _release(claim, reward < _MIN_COUNTED_REWARD ? _OUTCOME_NONE : _OUTCOME_COMPLETED);
        _pay(claim.wallet(), reward);
    }

    function _release(RunClaim claim, uint8 outcome) private {
        _tell(abi.encodeCall(IStakeRegistry.release, (claim.agentId(), _MIN_STAKE, outcome)));
    }

    /// Calls the registry and forwards its revert.
    function _tell(bytes memory what) private {
        if (!_told(what)) LowLevelCall.bubbleRevert();
    }

    /// Calls the registry. The constructor has checked that it has code.
    function _told(bytes memory what) private returns (bool success) {
        success = LowLevelCall.callNoReturn(address(_REGISTRY), what);
    }

    function _setTreasury(address newTreasury) private {
        _requireRecipient(newTreasury);

        treasury = newTreasury;

        emit TreasurySet(newTreasury);
    }

    /* PRIVATE, CHECKS */

    /// Requires that the run exists and is in one of the allowed states.
    function _gate(uint256 runId, uint256 allowed)
        private
        view
        returns (Record storage run, RunOffer offer, RunClaim claim)
    {
        uint256 current;
        (run, offer, claim, current) = _get(runId);
        if (!allowed.contains(current)) revert UnexpectedRunState(runId, RunState(current), allowed);
    }

    /// Does the same for calls that need no offer; the 2,100 gas for reading it is paid only if the call is refused.
    function _gateOfClaim(uint256 runId, uint256 allowed) private view returns (Record storage run, RunClaim claim) {
        run = _runs[runId];
        claim = run.claim;
        if (!claim.exists() || !allowed.contains(claim.state())) _gate(runId, allowed);
    }

    /// Returns a run and its state, which is in the claim or, before the claim, in the offer.
    function _get(uint256 runId)
        private
        view
        returns (Record storage run, RunOffer offer, RunClaim claim, uint256 state)
    {
        run = _runs[runId];
        offer = run.offer;
        if (!offer.exists()) revert RunUnknown(runId);
        state = offer.state();
        // Only an OPEN offer can have a claim.
        if (state != uint256(RunState.OPEN)) return (run, offer, claim, state);
        claim = run.claim;
        if (claim.exists()) state = claim.state();
    }

    function _requirePoster(uint256 runId, RunOffer offer) private view {
        address caller = _msgSender();
        if (caller != offer.poster()) revert NotPoster(runId, caller, offer.poster());
    }

    /// Checks the frozen wallet first, so that no way out depends on the identity registry (RUN-7).
    function _requireAgent(uint256 runId, RunClaim claim) private view {
        address caller = _msgSender();
        if (caller != claim.wallet() && !_IDENTITY.isOperator(claim.agentId(), caller)) revert NotAgent(runId, caller);
    }

    /// Requires that the caller may claim for the agent, and returns the payout wallet to freeze.
    function _requireClaimant(uint256 runId, address poster, uint256 agentId) private view returns (address wallet) {
        bool known;
        (known, wallet) = _payoutWalletOf(agentId);
        if (!known) revert IStakeRegistry.AgentUnknown(agentId);

        address caller = _msgSender();
        // No answer counts as no.
        // slither-disable-next-line unused-return
        (, bool operator) = _IDENTITY.tryIsOperator(agentId, wallet, caller);
        if (!operator) revert NotOperator(agentId, caller);

        // Here no answer does not count as no, or posters could claim their own runs.
        bool selfClaim;
        (known, selfClaim) = _IDENTITY.tryIsOperator(agentId, wallet, poster);
        if (!known) revert IStakeRegistry.AgentUnknown(agentId);
        if (selfClaim) revert SelfClaim(runId, agentId, poster);
    }

    /// Validates the terms and packs them into an offer (RUN-2).
    function _offerOf(address poster, RunState state, RunTerms calldata terms) private view returns (RunOffer offer) {
        offer = RunOfferLibrary.encode(poster, state);

        uint256 reward = terms.reward;
        if (reward == 0 || reward > type(uint48).max) revert RewardOutOfRange(reward, 1, type(uint48).max);
        offer = offer.withReward(reward);

        uint256 deadline = terms.deadline;
        if (deadline <= block.timestamp) revert DeadlineNotInFuture(deadline, block.timestamp);
        uint256 latest = block.timestamp + _MAX_DEADLINE_AHEAD;
        if (deadline > latest) revert DeadlineTooFar(deadline, latest);
        offer = offer.withDeadline(deadline);

        uint256 reviewDays = terms.reviewDays;
        if (reviewDays == 0 || reviewDays > _MAX_REVIEW_DAYS) {
            revert ReviewDaysOutOfRange(reviewDays, 1, _MAX_REVIEW_DAYS);
        }
        offer = offer.withReviewDays(reviewDays);

        uint256 maxRevisions = terms.maxRevisions;
        if (maxRevisions > _MAX_REVISIONS) revert MaxRevisionsTooHigh(maxRevisions, _MAX_REVISIONS);
        offer = offer.withMaxRevisions(maxRevisions);

        uint8 minStatus = terms.minStatus;
        uint8 lowest = uint8(IStakeRegistry.AgentStatus.PROVISIONAL);
        uint8 highest = uint8(IStakeRegistry.AgentStatus.ESTABLISHED);
        if (minStatus < lowest || minStatus > highest) {
            revert IStakeRegistry.MinStatusOutOfRange(minStatus, lowest, highest);
        }
        offer = offer.withMinStatus(minStatus);
    }

    function _requireBefore(uint256 runId, uint256 deadline) private view {
        if (block.timestamp >= deadline) revert DeadlinePassed(runId, deadline, block.timestamp);
    }

    /// From the end of the review window on, silence has approved (RUN-14).
    function _requireInReview(uint256 runId, RunClaim claim) private view {
        uint256 endsAt = claim.reviewEndsAt();
        if (block.timestamp >= endsAt) revert ReviewOver(runId, endsAt, block.timestamp);
    }

    /* PRIVATE, DERIVED FROM A RUN */

    /// Returns the time from which the agent can be slashed (RUN-9, RUN-12), or 0 if it is not the agent's turn.
    function _slashableAt(Record storage run, RunOffer offer, RunClaim claim, uint256 state)
        private
        view
        returns (uint256)
    {
        if (!RunStates.SLASHABLE.contains(state)) return 0;
        if (state == uint256(RunState.REVISION_REQUESTED)) return run.revisionDueAt;
        return _dueAt(claim.claimedAt(offer), offer);
    }

    /* PRIVATE, FROM THE REGISTRIES */

    /// Reads the payout wallet. A run holds 32-bit agent ids; registries count from 0, so a larger id is unknown.
    function _payoutWalletOf(uint256 agentId) private view returns (bool known, address wallet) {
        if (agentId > type(uint32).max) return (false, address(0));
        return _IDENTITY.tryPayoutWallet(agentId);
    }

    function _statusReasons(uint256 agentId, uint8 minStatus) private view returns (uint256) {
        IStakeRegistry.AgentStatus status = _REGISTRY.statusOf(agentId);
        if (status == IStakeRegistry.AgentStatus.UNVERIFIED) return ClaimReasons.AGENT_UNVERIFIED;
        if (status == IStakeRegistry.AgentStatus.FROZEN) return ClaimReasons.AGENT_FROZEN;
        if (status == IStakeRegistry.AgentStatus.BANNED) return ClaimReasons.AGENT_BANNED;
        if (uint8(status) < minStatus) return ClaimReasons.STATUS_TOO_LOW;
        return 0;
    }

    /* PRIVATE, PURE */

    /// Requires that all revisions are used or the first submission came late (RUN-11).
    function _requireRejectable(uint256 runId, RunOffer offer, RunClaim claim, uint256 revisions) private pure {
        uint256 maxRevisions = offer.maxRevisions();
        bool firstCameLate = revisions == 0 && claim.submittedAt() >= offer.deadline();
        if (revisions != maxRevisions && !firstCameLate) revert RevisionsLeft(runId, revisions, maxRevisions);
    }

    /// Returns the end of the review window (RUN-14), or 0 if it is not the poster's turn.
    function _reviewEndsAt(RunClaim claim, uint256 state) private pure returns (uint256) {
        return RunStates.REVIEWABLE.contains(state) ? claim.reviewEndsAt() : 0;
    }

    /// Returns the amount pulled for the run: reward and fee.
    function _escrowed(RunOffer offer) private pure returns (uint256) {
        // Safe "unchecked": a reward has 48 bits, and the fee is not larger.
        unchecked {
            return offer.reward() + _feeOf(offer);
        }
    }

    /// Does the same as `feeOn`, for a reward that was validated before.
    function _feeOf(RunOffer offer) private pure returns (uint256) {
        // Safe "unchecked": a reward has 48 bits.
        unchecked {
            return (offer.reward() * _PLATFORM_FEE_BPS + _BPS - 1) / _BPS;
        }
    }

    /// Checks only the maximum; empty texts have their own errors.
    function _requireShort(string calldata text) private pure {
        if (bytes(text).length > _MAX_TEXT) revert TextTooLong(bytes(text).length, _MAX_TEXT);
    }

    /// Returns the time from which an agent that claimed at `start` can be slashed (RUN-9).
    function _dueAt(uint256 start, RunOffer offer) private pure returns (uint256) {
        // Safe "unchecked": 32-bit seconds plus 7 days.
        unchecked {
            return Math.max(start + _CLAIM_TIMEOUT, offer.deadline());
        }
    }
}
