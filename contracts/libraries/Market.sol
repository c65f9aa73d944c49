// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title What the StakeRegistry knows of an account as a market, in one storage word
/// @notice A set of four facts, read at once by every lock:
///
///     3             2       1     0
///     claimsStopped retired added known
///
/// @dev Any account may have stopped its own claims, so that a word may say that and nothing more.
type Market is uint256;

using MarketLibrary for Market global;

/// @title Reading and changing a Market
/// @notice Facts are added and never taken away, but for the market's own switch.
library MarketLibrary {
    uint256 private constant _KNOWN = 1 << 0;
    uint256 private constant _ADDED = 1 << 1;
    uint256 private constant _RETIRED = 1 << 2;
    uint256 private constant _CLAIMS_STOPPED = 1 << 3;

    /// @notice Whether the account is a market, or was one.
    /// @param market The word.
    /// @return value The answer.
    function known(Market market) internal pure returns (bool value) {
        value = Market.unwrap(market) & _KNOWN != 0;
    }

    /// @notice Whether the owner added it later, so that it needs consent (STAKE-9).
    /// @param market The word.
    /// @return value The answer.
    function added(Market market) internal pure returns (bool value) {
        value = Market.unwrap(market) & _ADDED != 0;
    }

    /// @notice Whether it was retired.
    /// @param market The word.
    /// @return value The answer.
    function retired(Market market) internal pure returns (bool value) {
        value = Market.unwrap(market) & _RETIRED != 0;
    }

    /// @notice Whether it has stopped its claims itself.
    /// @param market The word.
    /// @return value The answer.
    function claimsStopped(Market market) internal pure returns (bool value) {
        value = Market.unwrap(market) & _CLAIMS_STOPPED != 0;
    }

    /// @notice Whether it is a market and nothing else: one of the constructor, neither retired nor stopped, may lock.
    /// @param market The word.
    /// @return value The answer.
    function unrestricted(Market market) internal pure returns (bool value) {
        value = Market.unwrap(market) == _KNOWN;
    }

    /// @notice The same account as a market.
    /// @param market The word.
    /// @param later Whether it was added later than by the constructor.
    /// @return changed The word.
    function withKnown(Market market, bool later) internal pure returns (Market changed) {
        changed = Market.wrap(Market.unwrap(market) | _KNOWN | (later ? _ADDED : 0));
    }

    /// @notice The same market, retired.
    /// @param market The word.
    /// @return changed The word.
    function withRetired(Market market) internal pure returns (Market changed) {
        changed = Market.wrap(Market.unwrap(market) | _RETIRED);
    }

    /// @notice The same account, with its own switch set.
    /// @param market The word.
    /// @param value Whether its claims are stopped.
    /// @return changed The word.
    function withClaimsStopped(Market market, bool value) internal pure returns (Market changed) {
        uint256 others = Market.unwrap(market) & ~_CLAIMS_STOPPED;
        changed = Market.wrap(others | (value ? _CLAIMS_STOPPED : 0));
    }
}
