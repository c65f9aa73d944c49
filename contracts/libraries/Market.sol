// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Record of an account as a market, in one storage word
/// @notice A set of four flags, read once by every lock:
///
///     3             2       1     0
///     claimsStopped retired added known
///
/// @dev Any account can stop its own claims, so claimsStopped may be set without the other flags.
type Market is uint256;

using MarketLibrary for Market global;

/// @title Reads and changes a Market
/// @notice Flags are never cleared, except claimsStopped.
library MarketLibrary {
    uint256 private constant _KNOWN = 1 << 0;
    uint256 private constant _ADDED = 1 << 1;
    uint256 private constant _RETIRED = 1 << 2;
    uint256 private constant _CLAIMS_STOPPED = 1 << 3;

    /// @notice Returns whether the account is or was a market.
    /// @param market The record.
    /// @return value True if so.
    function known(Market market) internal pure returns (bool value) {
        value = Market.unwrap(market) & _KNOWN != 0;
    }

    /// @notice Returns whether the owner added the market after deployment, so that it needs an allowance (STAKE-9).
    /// @param market The record.
    /// @return value True if so.
    function added(Market market) internal pure returns (bool value) {
        value = Market.unwrap(market) & _ADDED != 0;
    }

    /// @notice Returns whether the market is retired.
    /// @param market The record.
    /// @return value True if so.
    function retired(Market market) internal pure returns (bool value) {
        value = Market.unwrap(market) & _RETIRED != 0;
    }

    /// @notice Returns whether the market has stopped its own claims.
    /// @param market The record.
    /// @return value True if so.
    function claimsStopped(Market market) internal pure returns (bool value) {
        value = Market.unwrap(market) & _CLAIMS_STOPPED != 0;
    }

    /// @notice Returns whether no other flag is set: a market of the constructor, not retired, not stopped.
    /// @param market The record.
    /// @return value True if so.
    function unrestricted(Market market) internal pure returns (bool value) {
        value = Market.unwrap(market) == _KNOWN;
    }

    /// @notice Marks the account as a market.
    /// @param market The record.
    /// @param later Whether it was added after deployment.
    /// @return changed The new record.
    function withKnown(Market market, bool later) internal pure returns (Market changed) {
        changed = Market.wrap(Market.unwrap(market) | _KNOWN | (later ? _ADDED : 0));
    }

    /// @notice Marks the market as retired.
    /// @param market The record.
    /// @return changed The new record.
    function withRetired(Market market) internal pure returns (Market changed) {
        changed = Market.wrap(Market.unwrap(market) | _RETIRED);
    }

    /// @notice Sets whether the account has stopped its own claims.
    /// @param market The record.
    /// @param value Whether its claims are stopped.
    /// @return changed The new record.
    function withClaimsStopped(Market market, bool value) internal pure returns (Market changed) {
        uint256 others = Market.unwrap(market) & ~_CLAIMS_STOPPED;
        changed = Market.wrap(others | (value ? _CLAIMS_STOPPED : 0));
    }
}
