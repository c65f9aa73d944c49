// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IIdentityRegistry} from "./IIdentityRegistry.sol";
import {IUsdcVault} from "./IUsdcVault.sol";

/// @title Agents' stakes and the trust ladder
/// @notice An agent stakes USDC once. Markets lock a part of it for each piece of open work, release it when the work
/// is judged, and slash it when the agent vanishes. The stake belongs to the agent id and goes along with its NFT.
/// A lock with a least status is a claim; a lock without one is a bond, which asks nothing of the agent but the stake.
/// @dev All amounts are USDC base units (6 decimals), all times unix seconds. The ids (STAKE-…) are those of
/// docs/spec.md.
interface IStakeRegistry is IUsdcVault {
    /* TYPES */

    /// @notice The trust ladder (STAKE-5), derived from the record and the time, never stored.
    /// @custom:value0 UNVERIFIED Less than the minimum staked.
    /// @custom:value1 PROVISIONAL Staked; may work.
    /// @custom:value2 ESTABLISHED Staked for 30 days, five approved runs, more approved than rejected.
    /// @custom:value3 FROZEN Slashed with a strike and not staked again since.
    /// @custom:value4 BANNED Three strikes.
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
        /// Claims ever made; never decreases. Bonds are not counted.
        uint256 claims;
        /// Locks released as completed.
        uint256 completions;
        /// Locks released as rejected.
        uint256 rejections;
        /// Slashes with a strike.
        uint256 strikes;
        /// Slashed with a strike since the last re-stake (STAKE-6).
        bool frozen;
    }

    /* EVENTS */

    /// @notice `from` staked `amount` for the agent.
    event Staked(uint256 indexed agentId, address indexed from, uint256 amount);

    /// @notice `amount` left the agent's stake to `to`.
    event Unstaked(uint256 indexed agentId, address indexed to, uint256 amount);

    /// @notice `market` bound `amount` of the agent's stake: for a claim, or with `minStatus` 0 as a bond.
    event StakeLocked(uint256 indexed agentId, address indexed market, uint256 amount, uint8 minStatus);

    /// @notice `market` freed `amount` again; outcome 0 none, 1 completed, 2 rejected.
    event StakeReleased(uint256 indexed agentId, address indexed market, uint256 amount, uint8 outcome);

    /// @notice `market` took `penalty` for `beneficiary` out of a lock of `amount`, whose rest is available again. With
    /// `strike` the agent is frozen; `strikes` is how many it has now.
    event StakeSlashed(
        uint256 indexed agentId,
        address indexed market,
        address indexed beneficiary,
        uint256 amount,
        uint256 penalty,
        bool strike,
        uint256 strikes
    );

    /// @notice `market` is a market from now on. One of the constructor may lock at once, a later one what it is allowed.
    event MarketAdded(address indexed market);

    /// @notice `market` takes no claim more; one that was added later locks nothing more (STAKE-9).
    event MarketRetired(address indexed market);

    /// @notice The owner of the agent's NFT lets `market` hold up to `cap` of the stake locked.
    event MarketAllowed(uint256 indexed agentId, address indexed market, uint256 cap);

    /* ERRORS */

    /// @notice The identity registry knows no such agent, or did not answer.
    error AgentUnknown(uint256 agentId);

    /// @notice A banned agent accepts no deposit (STAKE-6).
    error AgentIsBanned(uint256 agentId, uint256 strikes);

    /// @notice The deposit is more than the record has room for (281 million USDC in all).
    error StakeTooLarge(uint256 amount, uint256 limit);

    /// @notice The caller does not own the agent's NFT, nor, where that is enough (STAKE-2), is approved for it.
    error NotAgentOwner(uint256 agentId, address caller);

    /// @notice An approved operator may send the stake to the NFT's owner only (STAKE-2).
    error UnstakeOnlyToOwner(uint256 agentId, address to, address owner);

    /// @notice Less of the stake is available than is required.
    error InsufficientStake(uint256 agentId, uint256 available, uint256 required);

    /// @notice The caller is not a market (STAKE-3).
    error NotMarket(address caller);

    /// @notice The least status of a run is PROVISIONAL or ESTABLISHED, that of a lock may be 0 as well (STAKE-11).
    error MinStatusOutOfRange(uint8 minStatus, uint8 lowest, uint8 highest);

    /// @notice The agent's status does not allow this work; FROZEN and BANNED never do.
    error StatusTooLow(uint256 agentId, AgentStatus status, AgentStatus required);

    /// @notice Outcomes are 0 none, 1 completed, 2 rejected.
    error OutcomeOutOfRange(uint8 outcome, uint8 highest);

    /// @notice A market releases and slashes no more than it locked itself (STAKE-3).
    error LockExceeded(uint256 agentId, address market, uint256 amount, uint256 locked);

    /// @notice The penalty is part of the lock that is slashed, so it cannot be more.
    error PenaltyTooLarge(uint256 penalty, uint256 amount);

    /// @notice Neither zero, nor this contract, its token, its identity registry or its forwarder can be a market.
    error InvalidMarket(address market);

    /// @notice The address is a market already.
    error MarketAlreadyAdded(address market);

    /// @notice The address is not a market and never was.
    error MarketUnknown(address market);

    /// @notice The market is retired, for good: it is not added, retired or allowed again, and takes no claim (STAKE-9).
    error MarketIsRetired(address market);

    /// @notice A market of the constructor needs no allowance and heeds none (STAKE-9).
    error MarketNeedsNoAllowance(address market);

    /// @notice With this lock the market would hold `required` (2^256 - 1 stands for all beyond it), and the NFT's owner
    /// allows it `allowance` (STAKE-9).
    error MarketNotAllowed(uint256 agentId, address market, uint256 required, uint256 allowance);

    /// @notice The market itself takes no claims at the moment.
    error ClaimsStopped(address market);

    /// @notice A cap has 48 bits, as a stake has.
    error CapTooLarge(uint256 cap, uint256 highest);

    /// @notice The market holds more than this cap locked already.
    error CapBelowLocked(uint256 agentId, address market, uint256 cap, uint256 locked);

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

    /// @notice Lets a market that was added later hold up to `cap` of the agent's stake locked (STAKE-9). It binds while
    /// the caller owns the NFT: a buyer has allowed nothing, and the seller who buys the NFT back has allowed it again.
    /// @dev The cap bounds the money. Whatever it is, the market can count claims and outcomes, strike, freeze and ban.
    /// @param agentId Agent whose NFT the caller owns.
    /// @param market Market that the owner of this contract added and has not retired.
    /// @param cap Base units, at least what the market has locked and at most 2^48 - 1; 0 takes the consent back.
    function allowMarket(uint256 agentId, address market, uint256 cap) external;

    /* MARKETS */

    /// @notice Binds a part of the agent's available stake to a piece of work of the calling market (STAKE-3, STAKE-4).
    /// @param agentId Agent.
    /// @param amount Base units.
    /// @param minStatus Least status asked for, PROVISIONAL (1) or ESTABLISHED (2), and counted as a claim; 0 for a bond,
    /// which asks for none and is not counted (STAKE-11).
    function lock(uint256 agentId, uint256 amount, uint8 minStatus) external;

    /// @notice Frees stake that the calling market locked.
    /// @param agentId Agent.
    /// @param amount Base units.
    /// @param outcome 0 none, 1 completed, 2 rejected.
    function release(uint256 agentId, uint256 amount, uint8 outcome) external;

    /// @notice Ends a lock of the calling market by paying a part of it to the injured party (STAKE-6, STAKE-8).
    /// @param agentId Agent.
    /// @param amount Base units of the market's lock that are taken out of it, above 0.
    /// @param penalty Part of `amount` that goes to `beneficiary`, above 0; the rest is available to the agent again.
    /// @param beneficiary Injured party; neither zero nor this contract.
    /// @param strike Whether the agent gets a strike and is frozen.
    function slash(uint256 agentId, uint256 amount, uint256 penalty, address beneficiary, bool strike) external;

    /// @notice Stops claims of the caller, or allows them again; a market's switch for itself. Bonds go on (RUN-18).
    /// @dev Lets a market that can be paused leave the question to `lock`, which reads the market's slot anyway.
    /// @param stopped Whether `lock` refuses claims of the caller.
    function stopClaims(bool stopped) external;

    /* OWNER */

    /// @notice Adds a market, which can lock only what owners of agents allow it (STAKE-9).
    /// @param market Contract that will call lock, release and slash.
    function addMarket(address market) external;

    /// @notice Retires a market for good: it takes no claim more, and locks nothing more if it was added later. Releases
    /// and slashes of what it has locked go on (STAKE-9).
    /// @param market Market.
    function retireMarket(address market) external;

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

    /// @notice Whether `market` is a market that has not been retired.
    /// @param market Address asked about.
    /// @return active The answer.
    function isMarket(address market) external view returns (bool active);

    /// @notice How much of the agent's stake `market` may hold locked in all (STAKE-9).
    /// @param agentId Agent.
    /// @param market Address asked about.
    /// @return cap Base units: 2^48 - 1 for a market of the constructor; for one that was added what the present owner of
    /// the NFT allows it, and 0 once it is retired; 0 for any other address.
    function marketAllowance(uint256 agentId, address market) external view returns (uint256 cap);

    /// @notice Whether `market` may lock `amount` for a claim, as far as markets go: status, stake and the market's own
    /// switch are other questions.
    /// @param agentId Agent.
    /// @param market Address asked about.
    /// @param amount Base units.
    /// @return allowed The answer.
    function allowsClaim(uint256 agentId, address market, uint256 amount) external view returns (bool allowed);

    /// @notice Whether `account` is this contract, its token, its identity registry, its forwarder or a market, retired
    /// ones included: nobody's money is sent there (RUN-26).
    /// @param account Address asked about.
    /// @return belongs The answer.
    function belongsToSystem(address account) external view returns (bool belongs);

    /// @notice The registry that says who owns an agent.
    /// @return registry The registry.
    function identities() external view returns (IIdentityRegistry registry);
}
