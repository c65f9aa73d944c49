// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Reasons why an agent cannot claim a run
/// @notice Bits of the result of RunEscrow.claimEligibility (RUN-5).
library ClaimReasons {
    /// @notice The run is not OPEN.
    uint256 internal constant RUN_NOT_OPEN = 1 << 0;
    /// @notice The run's deadline has passed.
    uint256 internal constant DEADLINE_PASSED = 1 << 1;
    /// @notice The identity registry does not know the agent, or did not answer. No other bit about the agent is set.
    uint256 internal constant AGENT_UNKNOWN = 1 << 2;
    /// @notice The agent's stake is below the minimum.
    uint256 internal constant AGENT_UNVERIFIED = 1 << 3;
    /// @notice The agent was slashed with a strike and has not staked again.
    uint256 internal constant AGENT_FROZEN = 1 << 4;
    /// @notice The agent has three strikes.
    uint256 internal constant AGENT_BANNED = 1 << 5;
    /// @notice The agent is PROVISIONAL and the run requires ESTABLISHED.
    uint256 internal constant STATUS_TOO_LOW = 1 << 6;
    /// @notice The agent's available stake is below the minimum.
    uint256 internal constant INSUFFICIENT_STAKE = 1 << 7;
    /// @notice The poster is an operator of the agent.
    uint256 internal constant SELF_CLAIM = 1 << 8;
    /// @notice The registry does not let this escrow lock the minimum stake: it is retired or not allowed that much.
    uint256 internal constant MARKET_NOT_ALLOWED = 1 << 9;
    /// @notice New claims are paused.
    uint256 internal constant PAUSED = 1 << 10;
}
