// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title What the StakeRegistry keeps of an agent, in one storage word
/// @notice Amounts are base units, counters stop at their highest value instead of blocking a release or a slash:
///
///     255 .. 248 247 .. 240 239 .. 224 223 .. 200  199 .. 176 175 .. 144 143 .. 96      95 .. 48      47 .. 0
///     frozen     strikes    rejections completions claims     stakedAt   lockedByOthers lockedByFirst staked
///
/// @dev lockedByFirst is what the first market has locked, which most agents work on only. Callers keep amounts within
/// 48 bits and locks within the stake.
type AgentRecord is uint256;

using AgentRecordLibrary for AgentRecord global;

/// @title Reading and changing an AgentRecord
/// @notice Every field is shifted to its lowest bit, and masked where others are above it; changes leave the rest.
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

    /// @notice All that is staked: available and locked.
    /// @param record The record.
    /// @return value Base units.
    function staked(AgentRecord record) internal pure returns (uint256 value) {
        value = uint48(AgentRecord.unwrap(record));
    }

    /// @notice What the first market has locked.
    /// @param record The record.
    /// @return value Base units.
    function lockedByFirst(AgentRecord record) internal pure returns (uint256 value) {
        value = uint48(AgentRecord.unwrap(record) >> _LOCKED_BY_FIRST);
    }

    /// @notice What all the other markets have locked.
    /// @param record The record.
    /// @return value Base units.
    function lockedByOthers(AgentRecord record) internal pure returns (uint256 value) {
        value = uint48(AgentRecord.unwrap(record) >> _LOCKED_BY_OTHERS);
    }

    /// @notice What all markets have locked.
    /// @param record The record.
    /// @return value Base units.
    function locked(AgentRecord record) internal pure returns (uint256 value) {
        // Safe "unchecked": two amounts of 48 bits.
        unchecked {
            value = lockedByFirst(record) + lockedByOthers(record);
        }
    }

    /// @notice What is not locked. Locks are made from it only, so they never exceed the stake.
    /// @param record The record.
    /// @return value Base units.
    function available(AgentRecord record) internal pure returns (uint256 value) {
        value = staked(record) - locked(record);
    }

    /// @notice When the stake last reached the minimum (STAKE-7).
    /// @param record The record.
    /// @return value Unix second, or 0 while it is below.
    function stakedAt(AgentRecord record) internal pure returns (uint256 value) {
        value = uint32(AgentRecord.unwrap(record) >> _STAKED_AT);
    }

    /// @notice Claims ever made.
    /// @param record The record.
    /// @return value Count.
    function claims(AgentRecord record) internal pure returns (uint256 value) {
        value = uint24(AgentRecord.unwrap(record) >> _CLAIMS);
    }

    /// @notice Locks released as completed.
    /// @param record The record.
    /// @return value Count.
    function completions(AgentRecord record) internal pure returns (uint256 value) {
        value = uint24(AgentRecord.unwrap(record) >> _COMPLETIONS);
    }

    /// @notice Locks released as rejected.
    /// @param record The record.
    /// @return value Count.
    function rejections(AgentRecord record) internal pure returns (uint256 value) {
        value = uint16(AgentRecord.unwrap(record) >> _REJECTIONS);
    }

    /// @notice Slashes with a strike.
    /// @param record The record.
    /// @return value Count.
    function strikes(AgentRecord record) internal pure returns (uint256 value) {
        value = uint8(AgentRecord.unwrap(record) >> _STRIKES);
    }

    /// @notice Whether the agent was slashed with a strike since the last re-stake (STAKE-6).
    /// @param record The record.
    /// @return value The answer.
    function frozen(AgentRecord record) internal pure returns (bool value) {
        value = AgentRecord.unwrap(record) >> _FROZEN != 0;
    }

    /// @notice The same record with another stake.
    /// @param record The record.
    /// @param value Base units, at most 48 bits.
    /// @return changed The record.
    function withStaked(AgentRecord record, uint256 value) internal pure returns (AgentRecord changed) {
        changed = _with(record, _STAKED, type(uint48).max, value);
    }

    /// @notice The same record with more locked by the first market.
    /// @param record The record.
    /// @param amount Base units, at most what is available.
    /// @return changed The record.
    function plusLockedByFirst(AgentRecord record, uint256 amount) internal pure returns (AgentRecord changed) {
        changed = _plus(record, _LOCKED_BY_FIRST, amount);
    }

    /// @notice The same record with less locked by the first market.
    /// @param record The record.
    /// @param amount Base units, at most what it has locked.
    /// @return changed The record.
    function minusLockedByFirst(AgentRecord record, uint256 amount) internal pure returns (AgentRecord changed) {
        changed = _minus(record, _LOCKED_BY_FIRST, amount);
    }

    /// @notice The same record with more locked by the other markets.
    /// @param record The record.
    /// @param amount Base units, at most what is available.
    /// @return changed The record.
    function plusLockedByOthers(AgentRecord record, uint256 amount) internal pure returns (AgentRecord changed) {
        changed = _plus(record, _LOCKED_BY_OTHERS, amount);
    }

    /// @notice The same record with less locked by the other markets.
    /// @param record The record.
    /// @param amount Base units, at most what they have locked.
    /// @return changed The record.
    function minusLockedByOthers(AgentRecord record, uint256 amount) internal pure returns (AgentRecord changed) {
        changed = _minus(record, _LOCKED_BY_OTHERS, amount);
    }

    /// @notice The same record with another time at which the stake reached the minimum.
    /// @param record The record.
    /// @param value Unix second until 2106, or 0.
    /// @return changed The record.
    function withStakedAt(AgentRecord record, uint256 value) internal pure returns (AgentRecord changed) {
        changed = _with(record, _STAKED_AT, type(uint32).max, value);
    }

    /// @notice The same record with one claim more.
    /// @param record The record.
    /// @return changed The record.
    function plusClaim(AgentRecord record) internal pure returns (AgentRecord changed) {
        changed = claims(record) == type(uint24).max ? record : _plus(record, _CLAIMS, 1);
    }

    /// @notice The same record with one completion more.
    /// @param record The record.
    /// @return changed The record.
    function plusCompletion(AgentRecord record) internal pure returns (AgentRecord changed) {
        changed = completions(record) == type(uint24).max ? record : _plus(record, _COMPLETIONS, 1);
    }

    /// @notice The same record with one rejection more.
    /// @param record The record.
    /// @return changed The record.
    function plusRejection(AgentRecord record) internal pure returns (AgentRecord changed) {
        changed = rejections(record) == type(uint16).max ? record : _plus(record, _REJECTIONS, 1);
    }

    /// @notice The same record with one strike more.
    /// @param record The record.
    /// @return changed The record.
    function plusStrike(AgentRecord record) internal pure returns (AgentRecord changed) {
        changed = strikes(record) == type(uint8).max ? record : _plus(record, _STRIKES, 1);
    }

    /// @notice The same record, frozen or not.
    /// @param record The record.
    /// @param value Whether it is frozen.
    /// @return changed The record.
    function withFrozen(AgentRecord record, bool value) internal pure returns (AgentRecord changed) {
        changed = _with(record, _FROZEN, type(uint8).max, value ? 1 : 0);
    }

    function _with(AgentRecord record, uint256 offset, uint256 mask, uint256 value) private pure returns (AgentRecord) {
        return AgentRecord.wrap((AgentRecord.unwrap(record) & ~(mask << offset)) | (value << offset));
    }

    /// The caller has checked that the field has room.
    function _plus(AgentRecord record, uint256 offset, uint256 amount) private pure returns (AgentRecord) {
        // Safe "unchecked": nothing is carried into the next field.
        unchecked {
            return AgentRecord.wrap(AgentRecord.unwrap(record) + (amount << offset));
        }
    }

    /// The caller has checked that the field holds as much.
    function _minus(AgentRecord record, uint256 offset, uint256 amount) private pure returns (AgentRecord) {
        // Safe "unchecked": nothing is borrowed from the next field.
        unchecked {
            return AgentRecord.wrap(AgentRecord.unwrap(record) - (amount << offset));
        }
    }
}
