// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IIdentityRegistry} from "./IIdentityRegistry.sol";
import {IUsdcVault} from "./IUsdcVault.sol";

/// @title Agents' stakes and the trust ladder
/// @notice An agent stakes USDC once. Markets lock a part of it for each piece of open work, release it when the work
/// is judged, and slash it when the agent vanishes. The stake belongs to the agent id and goes along with its NFT.
/// @dev All amounts are USDC base units (6 decimals), all times unix seconds. The ids (STAKE-…) are those of
/// docs/spec.md.
interface IStakeRegistry is IUsdcVault {
    /* TYPES */

    /// @notice The trust ladder (STAKE-5), derived from the record and the time, never stored.
    /// @custom:value0 UNVERIFIED Less than the minimum staked.
    /// @custom:value1 PROVISIONAL Staked; may work.
    /// @custom:value2 ESTABLISHED Staked for 30 days, five approved runs, more approved than rejected.
    /// @custom:value3 FROZEN Slashed and not staked again since.
    /// @custom:value4 BANNED Slashed three times.
    enum AgentStatus {
        UNVERIFIED,
        PROVISIONAL,
        ESTABLISHED,
        FROZEN,
        BANNED
    }

    /// @notice What is known of an agent.
    struct Agent {
        /// All USDC staked for the agent: available and locked.
        uint256 staked;
        /// The part that backs open work.
        uint256 locked;
        /// When the stake last reached the minimum; 0 while it is below (STAKE-7).
        uint256 stakedAt;
        /// Locks ever made for it; never decreases.
        uint256 claims;
        /// Locks released as completed.
        uint256 completions;
        /// Locks released as rejected.
        uint256 rejections;
        /// Locks slashed.
        uint256 strikes;
        /// Slashed since the last re-stake (STAKE-6).
        bool frozen;
    }

    /* EVENTS */

    /// @notice `from` staked `amount` for the agent.
    event Staked(uint256 indexed agentId, address indexed from, uint256 amount);

    /// @notice `amount` left the agent's stake to `to`.
    event Unstaked(uint256 indexed agentId, address indexed to, uint256 amount);

    /// @notice `market` bound `amount` of the agent's stake to a piece of work.
    event StakeLocked(uint256 indexed agentId, address indexed market, uint256 amount);

    /// @notice `market` freed `amount` again; outcome 0 none, 1 completed, 2 rejected.
    event StakeReleased(uint256 indexed agentId, address indexed market, uint256 amount, uint8 outcome);

    /// @notice `market` took `amount`: `compensation` for `beneficiary`, the rest for the treasury.
    event StakeSlashed(
        uint256 indexed agentId,
        address indexed market,
        address indexed beneficiary,
        uint256 amount,
        uint256 compensation,
        uint256 strikes
    );

    /// @notice `market` may lock stakes from `usableAt` on.
    event MarketScheduled(address indexed market, uint256 usableAt);

    /// @notice `market` will not become usable.
    event MarketCancelled(address indexed market);

    /* ERRORS */

    /// @notice The identity registry knows no such agent, or did not answer.
    error AgentUnknown(uint256 agentId);

    /// @notice A banned agent accepts no deposit (STAKE-6).
    error AgentIsBanned(uint256 agentId, uint256 strikes);

    /// @notice The deposit is more than the record has room for (281 million USDC in all).
    error StakeTooLarge(uint256 amount, uint256 limit);

    /// @notice The caller neither owns the agent's NFT nor is approved for it (STAKE-2).
    error NotAgentOwner(uint256 agentId, address caller);

    /// @notice An approved operator may send the stake to the NFT's owner only (STAKE-2).
    error UnstakeOnlyToOwner(uint256 agentId, address to, address owner);

    /// @notice Less of the stake is available than is required.
    error InsufficientStake(uint256 agentId, uint256 available, uint256 required);

    /// @notice The caller is no usable market (STAKE-3).
    error NotMarket(address caller);

    /// @notice The least status that work may ask for is PROVISIONAL or ESTABLISHED.
    error MinStatusOutOfRange(uint8 minStatus, uint8 lowest, uint8 highest);

    /// @notice The agent's status does not allow this work; FROZEN and BANNED never do.
    error StatusTooLow(uint256 agentId, AgentStatus status, AgentStatus required);

    /// @notice Outcomes are 0 none, 1 completed, 2 rejected.
    error OutcomeOutOfRange(uint8 outcome, uint8 highest);

    /// @notice A market releases and slashes no more than it locked itself (STAKE-3).
    error LockExceeded(uint256 agentId, address market, uint256 amount, uint256 locked);

    /// @notice The compensation is part of what is slashed, so it cannot be more.
    error CompensationTooLarge(uint256 compensation, uint256 amount);

    /// @notice Neither zero, nor this contract, its token, its identity registry or its forwarder can be a market.
    error InvalidMarket(address market);

    /// @notice The market is scheduled or usable already.
    error MarketAlreadyScheduled(address market, uint256 usableAt);

    /// @notice The market was never scheduled, or was cancelled.
    error MarketNotScheduled(address market);

    /// @notice A usable market stays: open claims of its agents would be stuck without it (STAKE-9).
    error MarketAlreadyUsable(address market, uint256 usableAt);

    /* AGENTS */

    /// @notice Stakes the caller's USDC for an existing agent, by allowance (STAKE-1).
    /// @dev While the agent is frozen, a deposit of at least MIN_STAKE unfreezes it and restarts its clock (STAKE-6).
    /// @param agentId Agent; need not be the caller's.
    /// @param amount Base units.
    function stake(uint256 agentId, uint256 amount) external;

    /// @notice Stakes the signer's USDC for an existing agent, by EIP-3009 authorization (STAKE-1).
    /// @dev Anybody may send it; the nonce is keccak256(abi.encode(agentId, salt)).
    /// @param agentId Agent; need not be the signer's.
    /// @param amount Base units.
    /// @param authorization Signed by the payer.
    function stakeWithAuthorization(uint256 agentId, uint256 amount, Authorization calldata authorization) external;

    /// @notice Takes available stake out, at once (STAKE-2). Reverts if USDC refuses `to`; nothing is lost by that.
    /// @param agentId Agent whose NFT the caller owns or is approved for.
    /// @param amount Base units.
    /// @param to Receiver: any address for the owner, the owner for an approved operator.
    function unstake(uint256 agentId, uint256 amount, address to) external;

    /* MARKETS */

    /// @notice Binds a part of the agent's available stake to a piece of work of the calling market (STAKE-3, STAKE-4).
    /// @param agentId Agent.
    /// @param amount Base units.
    /// @param minStatus Least status asked for: PROVISIONAL (1) or ESTABLISHED (2).
    function lock(uint256 agentId, uint256 amount, uint8 minStatus) external;

    /// @notice Frees stake that the calling market locked.
    /// @param agentId Agent.
    /// @param amount Base units.
    /// @param outcome 0 none, 1 completed, 2 rejected.
    function release(uint256 agentId, uint256 amount, uint8 outcome) external;

    /// @notice Takes stake that the calling market locked, adds a strike and freezes the agent (STAKE-6, STAKE-8).
    /// @param agentId Agent.
    /// @param amount Base units.
    /// @param beneficiary Injured party.
    /// @param compensation Part of `amount` that goes to `beneficiary`; the rest goes to the treasury.
    function slash(uint256 agentId, uint256 amount, address beneficiary, uint256 compensation) external;

    /* OWNER */

    /// @notice Announces a market that may lock stakes MARKET_DELAY later (STAKE-9). Agents can leave before.
    /// @param market Contract that will call lock, release and slash.
    function scheduleMarket(address market) external;

    /// @notice Takes back an announced market before it is usable, never after (STAKE-9).
    /// @param market Scheduled market.
    function cancelMarket(address market) external;

    /* VIEWS */

    /// @notice The record of an agent; all zero where nothing was ever staked.
    /// @param agentId Agent.
    /// @return agent The record.
    function getAgent(uint256 agentId) external view returns (Agent memory agent);

    /// @notice Place of the agent on the trust ladder now (STAKE-5).
    /// @param agentId Agent.
    /// @return status The place.
    function statusOf(uint256 agentId) external view returns (AgentStatus status);

    /// @notice Stake that backs no open work.
    /// @param agentId Agent.
    /// @return amount Base units.
    function availableStake(uint256 agentId) external view returns (uint256 amount);

    /// @notice Whether `account` may act for the agent: owner, approved, operator or wallet.
    /// @param agentId Agent; for an unknown one nobody may.
    /// @param account Account asked about.
    /// @return operator The answer.
    function isOperator(uint256 agentId, address account) external view returns (bool operator);

    /// @notice Where the agent is paid: its wallet, or the NFT's owner where none is set.
    /// @param agentId Agent; reverts with AgentUnknown for an unknown one.
    /// @return wallet The payee.
    function payoutWalletOf(uint256 agentId) external view returns (address wallet);

    /// @notice Whether `market` may lock stakes now.
    /// @param market Address asked about.
    /// @return usable The answer.
    function isMarket(address market) external view returns (bool usable);

    /// @notice The registry that says who owns an agent.
    /// @return registry The registry.
    function identities() external view returns (IIdentityRegistry registry);

    /// @notice From when on `market` may lock stakes; 0 where it is not scheduled.
    /// @param market Address asked about.
    /// @return usableAt Unix second.
    function marketUsableAt(address market) external view returns (uint256 usableAt);
}
