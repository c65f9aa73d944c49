// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IIdentityRegistry} from "./IIdentityRegistry.sol";
import {IUsdcVault} from "./IUsdcVault.sol";

/// @title Stakes of AI agents and their trust ladder
/// @notice An agent stakes USDC once. Markets lock a part of the stake for each open piece of work, release it when the
/// work is judged, and slash it when the agent is overdue. The stake belongs to the agent id and moves with its NFT.
/// A lock with a minimum status is a claim. A lock without one is a bond, which requires nothing but the stake.
/// @dev Amounts are USDC base units (6 decimals), times are unix seconds. Rule ids (STAKE-…) refer to docs/spec.md.
interface IStakeRegistry is IUsdcVault {
    /* TYPES */

    /// @notice Step of an agent on the trust ladder, derived from its record and the time, never stored (STAKE-5).
    /// @custom:value0 UNVERIFIED Stake below the minimum.
    /// @custom:value1 PROVISIONAL Staked; may work.
    /// @custom:value2 ESTABLISHED Staked for 30 days, at least five completions, more completions than rejections.
    /// @custom:value3 FROZEN Slashed with a strike and not staked again since.
    /// @custom:value4 BANNED Three strikes.
    enum AgentStatus {
        UNVERIFIED,
        PROVISIONAL,
        ESTABLISHED,
        FROZEN,
        BANNED
    }

    /// @notice Record of an agent.
    struct Agent {
        /// USDC staked for the agent, available and locked.
        uint256 staked;
        /// Part of the stake that backs open work.
        uint256 locked;
        /// Time at which the stake last reached the minimum; 0 while it is below (STAKE-7).
        uint256 stakedAt;
        /// Number of claims ever made; never decreases. Bonds are not counted.
        uint256 claims;
        /// Number of locks released as completed.
        uint256 completions;
        /// Number of locks released as rejected.
        uint256 rejections;
        /// Number of slashes with a strike.
        uint256 strikes;
        /// Whether the agent was slashed with a strike since its last re-stake (STAKE-6).
        bool frozen;
    }

    /* EVENTS */

    /// @notice `from` staked `amount` for the agent.
    /// @param amount Base units.
    event Staked(uint256 indexed agentId, address indexed from, uint256 amount);

    /// @notice `amount` of the agent's stake was withdrawn to `to`.
    /// @param amount Base units.
    event Unstaked(uint256 indexed agentId, address indexed to, uint256 amount);

    /// @notice `market` locked `amount` of the agent's stake.
    /// @param minStatus Minimum status of a claim, as a number of AgentStatus; 0 for a bond.
    event StakeLocked(uint256 indexed agentId, address indexed market, uint256 amount, uint8 minStatus);

    /// @notice `market` released `amount` of its lock.
    /// @param outcome 0 none, 1 completed, 2 rejected.
    event StakeReleased(uint256 indexed agentId, address indexed market, uint256 amount, uint8 outcome);

    /// @notice `market` slashed the agent.
    /// @param beneficiary Receiver of the penalty.
    /// @param amount Part of the lock that was ended, in base units.
    /// @param penalty Part of `amount` that was paid to the beneficiary; the rest is available again.
    /// @param strike Whether the slash counts as a strike and freezes the agent.
    /// @param strikes Strikes of the agent after this slash.
    event StakeSlashed(
        uint256 indexed agentId,
        address indexed market,
        address indexed beneficiary,
        uint256 amount,
        uint256 penalty,
        bool strike,
        uint256 strikes
    );

    /// @notice `market` became a market. If it was added after deployment, it can lock only what agents allow.
    event MarketAdded(address indexed market);

    /// @notice `market` takes no new claims; if it was added later, it locks nothing more (STAKE-9).
    event MarketRetired(address indexed market);

    /// @notice The owner of the agent's NFT allows `market` to hold up to `cap` of the stake locked.
    /// @param cap Base units.
    event MarketAllowed(uint256 indexed agentId, address indexed market, uint256 cap);

    /* ERRORS */

    /// @notice The identity registry does not know the agent, or did not answer.
    /// @custom:message There is no agent {agentId} in the identity registry.
    error AgentUnknown(uint256 agentId);

    /// @notice A banned agent accepts no deposit (STAKE-6).
    /// @custom:message Agent {agentId} is banned after {strikes} strikes and cannot receive deposits.
    error AgentIsBanned(uint256 agentId, uint256 strikes);

    /// @notice The stake would exceed the maximum of 281 million USDC.
    /// @custom:message A deposit of {amount:usdc} is too large; at most {limit:usdc} more can be staked.
    error StakeTooLarge(uint256 amount, uint256 limit);

    /// @notice The caller does not own the agent's NFT and, where that suffices (STAKE-2), is not approved for it.
    /// @custom:message Only the owner of agent {agentId}'s NFT can do this, or to unstake an approved operator; the
    /// caller is {caller}.
    error NotAgentOwner(uint256 agentId, address caller);

    /// @notice An approved operator may unstake only to the NFT's owner (STAKE-2).
    /// @custom:message An approved operator can unstake from agent {agentId} only to its owner {owner}, not to {to}.
    error UnstakeOnlyToOwner(uint256 agentId, address to, address owner);

    /// @notice The available stake is less than required.
    /// @custom:message Agent {agentId} has {available:usdc} of stake available, but {required:usdc} is required.
    error InsufficientStake(uint256 agentId, uint256 available, uint256 required);

    /// @notice The caller is not a market (STAKE-3).
    /// @custom:message {caller} is not a market of the stake registry.
    error NotMarket(address caller);

    /// @notice The minimum status of a run is PROVISIONAL or ESTABLISHED; that of a lock may also be 0 (STAKE-11).
    /// @custom:message The minimum status {minStatus:status} is not allowed; it must be {lowest:status} to
    /// {highest:status}.
    error MinStatusOutOfRange(uint8 minStatus, uint8 lowest, uint8 highest);

    /// @notice The agent's status is too low; FROZEN and BANNED never suffice.
    /// @custom:message Agent {agentId} is {status:status}, but {required:status} is required.
    error StatusTooLow(uint256 agentId, AgentStatus status, AgentStatus required);

    /// @notice The outcome is not 0 (none), 1 (completed) or 2 (rejected).
    /// @custom:message Outcome {outcome} does not exist; the highest is {highest}.
    error OutcomeOutOfRange(uint8 outcome, uint8 highest);

    /// @notice A market can release and slash only what it has locked itself (STAKE-3).
    /// @custom:message Market {market} has {locked:usdc} of agent {agentId}'s stake locked, less than {amount:usdc}.
    error LockExceeded(uint256 agentId, address market, uint256 amount, uint256 locked);

    /// @notice The penalty exceeds the slashed part of the lock.
    /// @custom:message A penalty of {penalty:usdc} exceeds the lock of {amount:usdc}.
    error PenaltyTooLarge(uint256 penalty, uint256 amount);

    /// @notice Zero, this contract, its token, its identity registry and its forwarder cannot be markets.
    /// @custom:message {market} cannot be a market: it is the zero address, the registry, its token, its identity
    /// registry or its forwarder.
    error InvalidMarket(address market);

    /// @notice The address is already a market.
    /// @custom:message {market} is already a market.
    error MarketAlreadyAdded(address market);

    /// @notice The address is not a market and never was one.
    /// @custom:message {market} is not a market.
    error MarketUnknown(address market);

    /// @notice A retired market cannot be added, retired or allowed again, and takes no claims (STAKE-9).
    /// @custom:message Market {market} is retired, and this cannot be undone.
    error MarketIsRetired(address market);

    /// @notice A market set by the constructor needs no allowance and ignores one (STAKE-9).
    /// @custom:message Market {market} was set at deployment and needs no allowance.
    error MarketNeedsNoAllowance(address market);

    /// @notice With this lock the market would hold `required`, more than the `allowance` by the NFT's owner (STAKE-9).
    /// A sum above 2^256 - 1 is reported as 2^256 - 1.
    /// @custom:message The owner of agent {agentId} allows market {market} to lock {allowance:usdc}, but
    /// {required:usdc} is required.
    error MarketNotAllowed(uint256 agentId, address market, uint256 required, uint256 allowance);

    /// @notice The market has stopped its own claims.
    /// @custom:message Market {market} has stopped new claims.
    error ClaimsStopped(address market);

    /// @notice The cap exceeds 48 bits, the size of a stake.
    /// @custom:message A cap of {cap:usdc} is too large; at most {highest:usdc} is allowed.
    error CapTooLarge(uint256 cap, uint256 highest);

    /// @notice The market has already locked more than this cap.
    /// @custom:message A cap of {cap:usdc} is too low; market {market} already has {locked:usdc} of agent {agentId}
    /// locked.
    error CapBelowLocked(uint256 agentId, address market, uint256 cap, uint256 locked);

    /* AGENTS */

    /// @notice Stakes the caller's USDC for an existing agent, by allowance (STAKE-1).
    /// @dev While the agent is frozen, a deposit of at least MIN_STAKE unfreezes it and restarts stakedAt (STAKE-6).
    /// @param agentId Agent; it need not be the caller's.
    /// @param amount Base units.
    function stake(uint256 agentId, uint256 amount) external;

    /// @notice Stakes the signer's USDC for an existing agent, by EIP-3009 authorization (STAKE-1).
    /// @dev Any account may send the call. The nonce is keccak256(abi.encode(agentId, salt)).
    /// @param agentId Agent; it need not be the signer's.
    /// @param amount Base units.
    /// @param authorization Authorization by the payer.
    function stakeWithAuthorization(uint256 agentId, uint256 amount, Authorization calldata authorization) external;

    /// @notice Withdraws available stake immediately (STAKE-2); reverts without loss if USDC refuses `to`.
    /// @param agentId Agent; the caller must own its NFT or be approved for it.
    /// @param amount Base units.
    /// @param to Receiver: any address for the owner, only the owner for an approved operator.
    function unstake(uint256 agentId, uint256 amount, address to) external;

    /// @notice Allows a market that was added later to hold up to `cap` of the agent's stake locked (STAKE-9). The
    /// allowance applies while the caller owns the NFT: a sale suspends it, and buying the NFT back restores it.
    /// @dev The cap limits the money at risk. A market with any cap can count claims and outcomes, strike, freeze and
    /// ban.
    /// @param agentId Agent; the caller must own its NFT.
    /// @param market Market that the owner of this contract added and has not retired.
    /// @param cap Base units, from what the market has locked to 2^48 - 1; 0 withdraws the allowance.
    function allowMarket(uint256 agentId, address market, uint256 cap) external;

    /* MARKETS */

    /// @notice Locks a part of the agent's available stake for the calling market (STAKE-3, STAKE-4).
    /// @param agentId Agent.
    /// @param amount Base units.
    /// @param minStatus Minimum status of a claim, PROVISIONAL (1) or ESTABLISHED (2); 0 for a bond, which requires no
    /// status and is not counted (STAKE-11).
    function lock(uint256 agentId, uint256 amount, uint8 minStatus) external;

    /// @notice Releases stake that the calling market has locked.
    /// @param agentId Agent.
    /// @param amount Base units.
    /// @param outcome 0 none, 1 completed, 2 rejected.
    function release(uint256 agentId, uint256 amount, uint8 outcome) external;

    /// @notice Ends a lock of the calling market and pays a part of it to the injured party (STAKE-6, STAKE-8).
    /// @param agentId Agent.
    /// @param amount Part of the market's lock to end, in base units, above 0.
    /// @param penalty Part of `amount` to pay to `beneficiary`, above 0; the rest becomes available again.
    /// @param beneficiary Injured party; neither zero nor this contract.
    /// @param strike Whether the agent receives a strike and is frozen.
    function slash(uint256 agentId, uint256 amount, uint256 penalty, address beneficiary, bool strike) external;

    /// @notice Stops or resumes claims of the calling market; its bonds are not affected (RUN-18).
    /// @dev A market that can be paused leaves the check to `lock`, which reads the market's slot anyway.
    /// @param stopped Whether `lock` refuses claims of the caller.
    function stopClaims(bool stopped) external;

    /* OWNER */

    /// @notice Adds a market, which can lock only as much as owners of agents allow it (STAKE-9).
    /// @param market Contract that will call lock, release and slash.
    function addMarket(address market) external;

    /// @notice Retires a market permanently: it takes no new claims and, if it was added later, locks nothing more. It
    /// can still release and slash what it has locked (STAKE-9).
    /// @param market Market.
    function retireMarket(address market) external;

    /* VIEWS */

    /// @notice Returns the record of an agent; all fields are zero if nothing was ever staked for it.
    /// @param agentId Agent.
    /// @return agent The record.
    function getAgent(uint256 agentId) external view returns (Agent memory agent);

    /// @notice Returns the agent's current step on the trust ladder (STAKE-5).
    /// @param agentId Agent.
    /// @return status The status.
    function statusOf(uint256 agentId) external view returns (AgentStatus status);

    /// @notice Returns the stake that backs no open work.
    /// @param agentId Agent.
    /// @return amount Base units.
    function availableStake(uint256 agentId) external view returns (uint256 amount);

    /// @notice Returns whether `account` may act for the agent as its owner, approved account, operator or wallet.
    /// @param agentId Agent; false for an unknown one.
    /// @param account Account to check.
    /// @return operator True if it may.
    function isOperator(uint256 agentId, address account) external view returns (bool operator);

    /// @notice Returns the account that receives the agent's payments: its wallet, or the NFT's owner if none is set.
    /// @param agentId Agent; reverts with AgentUnknown for an unknown one.
    /// @return wallet The payout wallet.
    function payoutWalletOf(uint256 agentId) external view returns (address wallet);

    /// @notice Returns whether `market` is a market that has not been retired.
    /// @param market Address to check.
    /// @return active True if it is.
    function isMarket(address market) external view returns (bool active);

    /// @notice Returns how much of the agent's stake `market` may hold locked in total (STAKE-9).
    /// @param agentId Agent.
    /// @param market Address to check.
    /// @return cap Base units: 2^48 - 1 for a market of the constructor, the allowance of the NFT's present owner for
    /// an added one, 0 for a retired added one and for any other address.
    function marketAllowance(uint256 agentId, address market) external view returns (uint256 cap);

    /// @notice Returns whether `market` may lock `amount` for a claim, as far as the rules for markets go. The agent's
    /// status, its stake and the market's own switch are not checked.
    /// @param agentId Agent.
    /// @param market Address to check.
    /// @param amount Base units.
    /// @return allowed True if it may.
    function allowsClaim(uint256 agentId, address market, uint256 amount) external view returns (bool allowed);

    /// @notice Returns whether `account` is this contract, its token, its identity registry, its forwarder or a market,
    /// including retired ones. Such accounts cannot receive money (RUN-26).
    /// @param account Address to check.
    /// @return belongs True if it is one of them.
    function belongsToSystem(address account) external view returns (bool belongs);

    /// @notice Returns the registry of the agents and their owners.
    /// @return registry The identity registry.
    function identities() external view returns (IIdentityRegistry registry);
}
