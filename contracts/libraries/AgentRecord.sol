// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Record of an agent in the StakeRegistry, in one storage word
/// @notice Amounts are base units. A counter stops at its maximum, so that it never blocks a release or a slash:
///
///     255 .. 248 247 .. 240 239 .. 224 223 .. 200  199 .. 176 175 .. 144 143 .. 96      95 .. 48      47 .. 0
///     frozen     strikes    rejections completions claims     stakedAt   lockedByOthers lockedByFirst staked
///
/// @dev lockedByFirst is the lock of the first market, which most agents use exclusively. Callers keep amounts within
/// 48 bits and locks within the stake.
type AgentRecord is uint256;

using AgentRecordLibrary for AgentRecord global;

/// @title Reads and changes an AgentRecord
/// @notice A field is shifted to its lowest bit, and masked if other fields lie above it. Changes keep all other
/// fields.
library AgentRecordLibrary {
    uint256 private constant _STAKED = 0;
    uint256 private constant _LOCKED_BY_FIRST = 48;
    uint256 private constant _LOCKED_BY_OTHERS = 96;
    uint256 private constant _STAKED_AT = 144;
    uint256 private constant _CLAIMS = 176;
    uint256 private constant _COMPLETIONS = 200;
    uint256 private constant _REJECTIONS = 224;
    uint256 private constant _STRIKES = 240;
    uint256 private constant _FROZEN = 248;

    /// @notice Returns the whole stake, available and locked.
    /// @param record The record.
    /// @return value Base units.
    function staked(AgentRecord record) internal pure returns (uint256 value) {
        value = uint48(AgentRecord.unwrap(record));
    }

    /// @notice Returns the lock of the first market.
    /// @param record The record.
    /// @return value Base units.
    function lockedByFirst(AgentRecord record) internal pure returns (uint256 value) {
        value = uint48(AgentRecord.unwrap(record) >> _LOCKED_BY_FIRST);
    }

    /// @notice Returns the locks of all other markets together.
    /// @param record The record.
    /// @return value Base units.
    function lockedByOthers(AgentRecord record) internal pure returns (uint256 value) {
        value = uint48(AgentRecord.unwrap(record) >> _LOCKED_BY_OTHERS);
    }

    /// @notice Returns the locks of all markets together.
    /// @param record The record.
    /// @return value Base units.
    function locked(AgentRecord record) internal pure returns (uint256 value) {
        // Safe "unchecked": the sum of two 48-bit amounts.
        unchecked {
            value = lockedByFirst(record) + lockedByOthers(record);
        }
    }

    /// @notice Returns the stake that is not locked. Locks are taken from it, so they never exceed the stake.
    /// @param record The record.
    /// @return value Base units.
    function available(AgentRecord record) internal pure returns (uint256 value) {
        value = staked(record) - locked(record);
    }

    /// @notice Returns the time at which the stake last reached the minimum (STAKE-7).
    /// @param record The record.
    /// @return value Unix second, or 0 while the stake is below the minimum.
    function stakedAt(AgentRecord record) internal pure returns (uint256 value) {
        value = uint32(AgentRecord.unwrap(record) >> _STAKED_AT);
    }

    /// @notice Returns the number of claims ever made.
    /// @param record The record.
    /// @return value Count.
    function claims(AgentRecord record) internal pure returns (uint256 value) {
        value = uint24(AgentRecord.unwrap(record) >> _CLAIMS);
    }

    /// @notice Returns the number of locks released as completed.
    /// @param record The record.
    /// @return value Count.
    function completions(AgentRecord record) internal pure returns (uint256 value) {
        value = uint24(AgentRecord.unwrap(record) >> _COMPLETIONS);
    }

    /// @notice Returns the number of locks released as rejected.
    /// @param record The record.
    /// @return value Count.
    function rejections(AgentRecord record) internal pure returns (uint256 value) {
        value = uint16(AgentRecord.unwrap(record) >> _REJECTIONS);
    }

    /// @notice Returns the number of slashes with a strike.
    /// @param record The record.
    /// @return value Count.
    function strikes(AgentRecord record) internal pure returns (uint256 value) {
        value = uint8(AgentRecord.unwrap(record) >> _STRIKES);
    }

    /// @notice Returns whether the agent was slashed with a strike since its last re-stake (STAKE-6).
    /// @param record The record.
    /// @return value True if so.
    function frozen(AgentRecord record) internal pure returns (bool value) {
        value = AgentRecord.unwrap(record) >> _FROZEN != 0;
    }

    /// @notice Sets the stake.
    /// @param record The record.
    /// @param value Base units, at most 48 bits.
    /// @return changed The new record.
    function withStaked(AgentRecord record, uint256 value) internal pure returns (AgentRecord changed) {
        changed = _with(record, _STAKED, type(uint48).max, value);
    }

    /// @notice Adds to the lock of the first market.
    /// @param record The record.
    /// @param amount Base units, at most the available stake.
    /// @return changed The new record.
    function plusLockedByFirst(AgentRecord record, uint256 amount) internal pure returns (AgentRecord changed) {
        changed = _plus(record, _LOCKED_BY_FIRST, amount);
    }

    /// @notice Subtracts from the lock of the first market.
    /// @param record The record.
    /// @param amount Base units, at most its lock.
    /// @return changed The new record.
    function minusLockedByFirst(AgentRecord record, uint256 amount) internal pure returns (AgentRecord changed) {
        changed = _minus(record, _LOCKED_BY_FIRST, amount);
    }

    /// @notice Adds to the locks of the other markets.
    /// @param record The record.
    /// @param amount Base units, at most the available stake.
    /// @return changed The new record.
    function plusLockedByOthers(AgentRecord record, uint256 amount) internal pure returns (AgentRecord changed) {
        changed = _plus(record, _LOCKED_BY_OTHERS, amount);
    }

    /// @notice Subtracts from the locks of the other markets.
    /// @param record The record.
    /// @param amount Base units, at most their locks.
    /// @return changed The new record.
    function minusLockedByOthers(AgentRecord record, uint256 amount) internal pure returns (AgentRecord changed) {
        changed = _minus(record, _LOCKED_BY_OTHERS, amount);
    }

    /// @notice Sets the time at which the stake reached the minimum.
    /// @param record The record.
    /// @param value Unix second before 2106, or 0.
    /// @return changed The new record.
    function withStakedAt(AgentRecord record, uint256 value) internal pure returns (AgentRecord changed) {
        changed = _with(record, _STAKED_AT, type(uint32).max, value);
    }

    /// @notice Counts one more claim.
    /// @param record The record.
    /// @return changed The new record.
    function plusClaim(AgentRecord record) internal pure returns (AgentRecord changed) {
        changed = claims(record) == type(uint24).max ? record : _plus(record, _CLAIMS, 1);
    }

    /// @notice Counts one more completion.
    /// @param record The record.
    /// @return changed The new record.
    function plusCompletion(AgentRecord record) internal pure returns (AgentRecord changed) {
        changed = completions(record) == type(uint24).max ? record : _plus(record, _COMPLETIONS, 1);
    }

    /// @notice Counts one more rejection.
    /// @param record The record.
    /// @return changed The new record.
    function plusRejection(AgentRecord record) internal pure returns (AgentRecord changed) {
        changed = rejections(record) == type(uint16).max ? record : _plus(record, _REJECTIONS, 1);
    }

    /// @notice Counts one more strike.
    /// @param record The record.
    /// @return changed The new record.
    function plusStrike(AgentRecord record) internal pure returns (AgentRecord changed) {
        changed = strikes(record) == type(uint8).max ? record : _plus(record, _STRIKES, 1);
    }

    /// @notice Sets whether the agent is frozen.
    /// @param record The record.
    /// @param value Whether the agent is frozen.
    /// @return changed The new record.
    function withFrozen(AgentRecord record, bool value) internal pure returns (AgentRecord changed) {
        changed = _with(record, _FROZEN, type(uint8).max, value ? 1 : 0);
    }

    function _with(AgentRecord record, uint256 offset, uint256 mask, uint256 value) private pure returns (AgentRecord) {
        return AgentRecord.wrap((AgentRecord.unwrap(record) & ~(mask << offset)) | (value << offset));
    }

    /// Adds to a field; the caller ensures that it does not overflow.
    function _plus(AgentRecord record, uint256 offset, uint256 amount) private pure returns (AgentRecord) {
        // Safe "unchecked": nothing is carried into the next field.
        unchecked {
            return AgentRecord.wrap(AgentRecord.unwrap(record) + (amount << offset));
        }
    }

    /// Subtracts from a field; the caller ensures that it does not underflow.
    function _minus(AgentRecord record, uint256 offset, uint256 amount) private pure returns (AgentRecord) {
        // Safe "unchecked": nothing is borrowed from the next field.
        unchecked {
            return AgentRecord.wrap(AgentRecord.unwrap(record) - (amount << offset));
        }
    }
}
