// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {UsdcVault} from "./abstract/UsdcVault.sol";
import {IIdentityRegistry} from "./interfaces/IIdentityRegistry.sol";
import {IStakeRegistry} from "./interfaces/IStakeRegistry.sol";
import {IUsdc} from "./interfaces/IUsdc.sol";
import {AgentIdentity} from "./libraries/AgentIdentity.sol";
import {AgentRecord} from "./libraries/AgentRecord.sol";
import {Market} from "./libraries/Market.sol";

/// @title StakeRegistry
/// @notice Holds the stakes of agents, locks them for markets, and keeps the trust ladder. See {IStakeRegistry}.
contract StakeRegistry is IStakeRegistry, UsdcVault {
    using AgentIdentity for IIdentityRegistry;

    /// A struct, so that a call computes the record's slot once for reading and writing.
    struct Entry {
        AgentRecord record;
    }

    /// An agent's stake locked by a market other than the first, and the cap that `owner` allows. All fit in one slot;
    /// the owner is included because an allowance applies only while the owner who gave it holds the NFT.
    struct Lock {
        uint48 amount;
        uint48 cap;
        address owner;
    }

    /// @notice Minimum stake of an agent that works, in base units: 20 USDC.
    uint256 public constant MIN_STAKE = 20_000_000;
    /// @notice Time for which an agent must be staked to become ESTABLISHED.
    uint256 public constant ESTABLISHED_AFTER = 30 days;
    /// @notice Completions that an agent needs to become ESTABLISHED.
    uint256 public constant ESTABLISHED_COMPLETIONS = 5;
    /// @notice Strikes after which an agent is BANNED.
    uint256 public constant BAN_STRIKES = 3;

    uint8 private constant _OUTCOME_COMPLETED = 1;
    uint8 private constant _OUTCOME_REJECTED = 2;

    /// The first market of the constructor. An immutable, with its own field in AgentRecord, so that its locks need no
    /// slot. If the constructor has no markets it is this contract, which never calls itself.
    address private immutable _FIRST_MARKET;

    mapping(uint256 agentId => Entry entry) private _entries;
    mapping(address market => mapping(uint256 agentId => Lock entry)) private _locks;
    mapping(address account => Market market) private _markets;

    modifier onlyMarket() {
        _requireMarket();
        _;
    }

    /// @notice Sets the immutables, the owner and the markets that may lock without an allowance (STAKE-9).
    /// @param usdc Token of all stakes.
    /// @param identity Identity registry of the agents.
    /// @param owner Account that may add and retire markets.
    /// @param markets Addresses of the markets; they need not have code yet.
    /// @param trustedForwarder ERC-2771 forwarder.
    // The argument is named after the value it sets.
    // slither-disable-next-line shadowing-local
    constructor(address usdc, address identity, address owner, address[] memory markets, address trustedForwarder)
        UsdcVault(IUsdc(usdc), IIdentityRegistry(identity), owner, trustedForwarder)
    {
        _FIRST_MARKET = markets.length == 0 ? address(this) : markets[0];
        for (uint256 i = 0; i < markets.length; ++i) {
            _add(markets[i], false);
        }
    }

    /* AGENTS */

    /// @inheritdoc IStakeRegistry
    function stake(uint256 agentId, uint256 amount) external nonReentrant {
        address from = _msgSender();

        _deposit(agentId, amount, from);

        _pull(from, amount);
    }

    /// @inheritdoc IStakeRegistry
    function stakeWithAuthorization(uint256 agentId, uint256 amount, Authorization calldata authorization)
        external
        nonReentrant
    {
        _deposit(agentId, amount, authorization.from);

        _pullWithAuthorization(authorization, amount, keccak256(abi.encode(agentId, authorization.salt)));
    }

    /// @inheritdoc IStakeRegistry
    function unstake(uint256 agentId, uint256 amount, address to) external nonReentrant {
        if (amount == 0) revert ZeroAmount();
        address owner = _requireUnstaker(agentId, to);
        // The agent's owner can always receive, so that adding a market at its address cannot lock it out.
        if (to != owner) _requireRecipient(to);

        Entry storage entry = _entries[agentId];
        AgentRecord record = entry.record;
        uint256 available = record.available();
        if (amount > available) revert InsufficientStake(agentId, available, amount);

        entry.record = _withLess(record, amount);
        _settle(amount);

        emit Unstaked(agentId, to, amount);

        _push(to, amount);
    }

    /// @inheritdoc IStakeRegistry
    function allowMarket(uint256 agentId, address market, uint256 cap) external {
        (bool known, address owner) = _IDENTITY.tryOwnerOf(agentId);
        if (!known) revert AgentUnknown(agentId);
        if (_msgSender() != owner) revert NotAgentOwner(agentId, _msgSender());
        _requireAllowable(market);

        Lock storage entry = _locks[market][agentId];
        if (cap > type(uint48).max) revert CapTooLarge(cap, type(uint48).max);
        if (cap < entry.amount) revert CapBelowLocked(agentId, market, cap, entry.amount);

        // Safe cast: checked above.
        entry.cap = uint48(cap);
        entry.owner = owner;

        emit MarketAllowed(agentId, market, cap);
    }

    /* MARKETS; functions without external calls are only refused themselves during a payment, hence nonReentrantView */

    /// @inheritdoc IStakeRegistry
    function lock(uint256 agentId, uint256 amount, uint8 minStatus) external nonReentrantView onlyMarket {
        if (amount == 0) revert ZeroAmount();
        uint8 highest = uint8(AgentStatus.ESTABLISHED);
        if (minStatus > highest) revert MinStatusOutOfRange(minStatus, 0, highest);
        bool first = msg.sender == _FIRST_MARKET;
        bool claim = minStatus != 0;
        // Only a bond of the first market needs no check of the market.
        if (claim || !first) _requireMayLock(agentId, amount, claim);

        Entry storage entry = _entries[agentId];
        AgentRecord record = entry.record;
        if (claim) {
            AgentStatus status = _statusOf(record);
            // FROZEN and BANNED are above ESTABLISHED, so comparing the order is not enough.
            if (status > AgentStatus.ESTABLISHED || uint8(status) < minStatus) {
                revert StatusTooLow(agentId, status, AgentStatus(minStatus));
            }
            record = record.plusClaim();
        }
        uint256 available = record.available();
        if (amount > available) revert InsufficientStake(agentId, available, amount);

        if (first) {
            entry.record = record.plusLockedByFirst(amount);
        } else {
            entry.record = record.plusLockedByOthers(amount);
            // Safe cast: at most the available stake.
            _locks[msg.sender][agentId].amount += uint48(amount);
        }

        emit StakeLocked(agentId, msg.sender, amount, minStatus);
    }

    /// @inheritdoc IStakeRegistry
    function release(uint256 agentId, uint256 amount, uint8 outcome) external nonReentrantView onlyMarket {
        if (amount == 0) revert ZeroAmount();
        if (outcome > _OUTCOME_REJECTED) revert OutcomeOutOfRange(outcome, _OUTCOME_REJECTED);

        Entry storage entry = _entries[agentId];
        AgentRecord record = _unlock(entry.record, agentId, amount);
        if (outcome == _OUTCOME_COMPLETED) record = record.plusCompletion();
        if (outcome == _OUTCOME_REJECTED) record = record.plusRejection();
        entry.record = record;

        emit StakeReleased(agentId, msg.sender, amount, outcome);
    }

    /// @inheritdoc IStakeRegistry
    function slash(uint256 agentId, uint256 amount, uint256 penalty, address beneficiary, bool strike)
        external
        nonReentrant
        onlyMarket
    {
        if (amount == 0 || penalty == 0) revert ZeroAmount();
        if (penalty > amount) revert PenaltyTooLarge(penalty, amount);
        if (beneficiary == address(0) || beneficiary == address(this)) revert InvalidRecipient(beneficiary);

        Entry storage entry = _entries[agentId];
        AgentRecord record = _withLess(_unlock(entry.record, agentId, amount), penalty);
        if (strike) record = record.plusStrike().withFrozen(true);
        entry.record = record;
        _settle(penalty);

        emit StakeSlashed(agentId, msg.sender, beneficiary, amount, penalty, strike, record.strikes());

        _pay(beneficiary, penalty);
    }

    /// @inheritdoc IStakeRegistry
    function stopClaims(bool stopped) external {
        _markets[msg.sender] = _markets[msg.sender].withClaimsStopped(stopped);
    }

    /* OWNER */

    /// @inheritdoc IStakeRegistry
    function addMarket(address market) external onlyOwner {
        _add(market, true);
    }

    /// @inheritdoc IStakeRegistry
    function retireMarket(address market) external onlyOwner {
        Market about = _markets[market];
        if (!about.known()) revert MarketUnknown(market);
        if (about.retired()) revert MarketIsRetired(market);

        _markets[market] = about.withRetired();

        emit MarketRetired(market);
    }

    /* VIEWS */

    /// @inheritdoc IStakeRegistry
    function getAgent(uint256 agentId) external view returns (Agent memory) {
        AgentRecord record = _entries[agentId].record;
        return Agent({
            staked: record.staked(),
            locked: record.locked(),
            stakedAt: record.stakedAt(),
            claims: record.claims(),
            completions: record.completions(),
            rejections: record.rejections(),
            strikes: record.strikes(),
            frozen: record.frozen()
        });
    }

    /// @inheritdoc IStakeRegistry
    function statusOf(uint256 agentId) external view returns (AgentStatus) {
        return _statusOf(_entries[agentId].record);
    }

    /// @inheritdoc IStakeRegistry
    function availableStake(uint256 agentId) external view returns (uint256) {
        return _entries[agentId].record.available();
    }

    /// @inheritdoc IStakeRegistry
    function isOperator(uint256 agentId, address account) external view returns (bool) {
        return _IDENTITY.isOperator(agentId, account);
    }

    /// @inheritdoc IStakeRegistry
    function payoutWalletOf(uint256 agentId) external view returns (address) {
        (bool known, address wallet) = _IDENTITY.tryPayoutWallet(agentId);
        if (!known) revert AgentUnknown(agentId);
        return wallet;
    }

    /// @inheritdoc IStakeRegistry
    function isMarket(address market) external view returns (bool) {
        Market about = _markets[market];
        return about.known() && !about.retired();
    }

    /// @inheritdoc IStakeRegistry
    function marketAllowance(uint256 agentId, address market) external view returns (uint256) {
        Market about = _markets[market];
        if (!about.known()) return 0;
        if (!about.added()) return type(uint48).max;
        return about.retired() ? 0 : _allowance(agentId, _locks[market][agentId]);
    }

    /// @inheritdoc IStakeRegistry
    function allowsClaim(uint256 agentId, address market, uint256 amount) external view returns (bool) {
        Market about = _markets[market];
        if (!about.known() || about.retired()) return false;
        Lock memory entry = _locks[market][agentId];
        return !about.added() || Math.saturatingAdd(entry.amount, amount) <= _allowance(agentId, entry);
    }

    /// @inheritdoc IStakeRegistry
    function belongsToSystem(address account) external view returns (bool) {
        return _isOneOfTheContracts(account);
    }

    /// @inheritdoc IStakeRegistry
    function identities() external view returns (IIdentityRegistry) {
        return _IDENTITY;
    }

    /* INTERNAL */

    /// Markets belong to the system, including retired ones.
    function _isOneOfTheContracts(address account) internal view override returns (bool) {
        return super._isOneOfTheContracts(account) || _markets[account].known();
    }

    /* PRIVATE */

    function _deposit(uint256 agentId, uint256 amount, address from) private {
        if (amount == 0) revert ZeroAmount();
        // Any account may stake for any agent, so the owner is not needed.
        // slither-disable-next-line unused-return
        (bool known,) = _IDENTITY.tryOwnerOf(agentId);
        if (!known) revert AgentUnknown(agentId);

        Entry storage entry = _entries[agentId];
        AgentRecord record = entry.record;
        if (record.strikes() >= BAN_STRIKES) revert AgentIsBanned(agentId, record.strikes());
        uint256 before = record.staked();
        uint256 room = type(uint48).max - before;
        if (amount > room) revert StakeTooLarge(amount, room);

        bool restake = record.frozen() && amount >= MIN_STAKE;
        bool reachesMinimum = before < MIN_STAKE && before + amount >= MIN_STAKE;
        record = record.withStaked(before + amount);
        if (restake) record = record.withFrozen(false);
        if (restake || reachesMinimum) record = record.withStakedAt(block.timestamp);
        entry.record = record;
        _owe(amount);

        emit Staked(agentId, from, amount);
    }

    /// Subtracts `amount` from the lock of the calling market.
    function _unlock(AgentRecord record, uint256 agentId, uint256 amount) private returns (AgentRecord) {
        bool first = msg.sender == _FIRST_MARKET;
        uint256 locked = first ? record.lockedByFirst() : _locks[msg.sender][agentId].amount;
        if (amount > locked) revert LockExceeded(agentId, msg.sender, amount, locked);

        if (first) return record.minusLockedByFirst(amount);

        // Safe cast: smaller than the value before.
        _locks[msg.sender][agentId].amount = uint48(locked - amount);
        return record.minusLockedByOthers(amount);
    }

    function _add(address market, bool added) private {
        // If the forwarder were a market, any account could slash, since markets are identified by msg.sender
        // (STAKE-3).
        if (market == address(0) || super._isOneOfTheContracts(market)) revert InvalidMarket(market);
        Market about = _markets[market];
        if (about.retired()) revert MarketIsRetired(market);
        if (about.known()) revert MarketAlreadyAdded(market);

        _markets[market] = about.withKnown(added);

        emit MarketAdded(market);
    }

    /// The NFT's owner may unstake to any address, an approved operator only to the owner (STAKE-2).
    function _requireUnstaker(uint256 agentId, address to) private view returns (address owner) {
        address caller = _msgSender();
        bool known;
        (known, owner) = _IDENTITY.tryOwnerOf(agentId);
        if (!known) revert AgentUnknown(agentId);
        if (caller == owner) return owner;

        // No answer counts as no.
        // slither-disable-next-line unused-return
        (, bool authorized) = _IDENTITY.tryIsAuthorized(agentId, caller);
        if (!authorized) revert NotAgentOwner(agentId, caller);
        if (to != owner) revert UnstakeOnlyToOwner(agentId, to, owner);
    }

    /// Checks msg.sender, since a market never calls through the forwarder (STAKE-3).
    function _requireMarket() private view {
        // The first market is always a market, so it needs no lookup.
        if (msg.sender != _FIRST_MARKET && !_markets[msg.sender].known()) revert NotMarket(msg.sender);
    }

    /// Limits retired, stopped and later added markets (STAKE-9).
    function _requireMayLock(uint256 agentId, uint256 amount, bool claim) private view {
        Market market = _markets[msg.sender];
        if (market.unrestricted()) return;
        if (market.retired() && (claim || market.added())) revert MarketIsRetired(msg.sender);
        if (market.claimsStopped() && claim) revert ClaimsStopped(msg.sender);
        if (!market.added()) return;

        Lock memory entry = _locks[msg.sender][agentId];
        // Saturating, so that a huge amount gets the same error instead of an overflow.
        uint256 required = Math.saturatingAdd(entry.amount, amount);
        uint256 allowance = _allowance(agentId, entry);
        if (required > allowance) revert MarketNotAllowed(agentId, msg.sender, required, allowance);
    }

    /// Only markets that were added later and are not retired can be allowed; for others an allowance would have no
    /// effect.
    function _requireAllowable(address market) private view {
        Market about = _markets[market];
        if (!about.known()) revert MarketUnknown(market);
        if (!about.added()) revert MarketNeedsNoAllowance(market);
        if (about.retired()) revert MarketIsRetired(market);
    }

    /// Returns the cap while the account that set it owns the NFT. No answer of the identity registry counts as no
    /// allowance.
    function _allowance(uint256 agentId, Lock memory entry) private view returns (uint256) {
        (bool known, address owner) = _IDENTITY.tryOwnerOf(agentId);
        return known && owner == entry.owner ? entry.cap : 0;
    }

    function _statusOf(AgentRecord record) private view returns (AgentStatus) {
        if (record.strikes() >= BAN_STRIKES) return AgentStatus.BANNED;
        if (record.frozen()) return AgentStatus.FROZEN;
        if (record.staked() < MIN_STAKE) return AgentStatus.UNVERIFIED;
        bool longEnough;
        // Safe "unchecked": 32-bit seconds plus 30 days.
        unchecked {
            longEnough = block.timestamp >= record.stakedAt() + ESTABLISHED_AFTER;
        }
        bool goodEnough = record.completions() >= ESTABLISHED_COMPLETIONS && record.completions() > record.rejections();
        return longEnough && goodEnough ? AgentStatus.ESTABLISHED : AgentStatus.PROVISIONAL;
    }

    /// Subtracts `amount` from the stake; below the minimum, stakedAt is cleared (STAKE-7).
    function _withLess(AgentRecord record, uint256 amount) private pure returns (AgentRecord) {
        uint256 left = record.staked() - amount;
        record = record.withStaked(left);
        return left < MIN_STAKE ? record.withStakedAt(0) : record;
    }
}
