// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {svm, vm} from "./Cheats.sol";
import {TwoMarkets} from "./TwoMarkets.sol";

/// @title A lock ends once, by the market that made it
/// @notice Covers the registry with its first and another market, any stake and any lock of each. A market only knows
/// how much it locked; what remains of a lock is what the market can still release.
contract LocksTest is TwoMarkets {
    /// @notice Two releases, by the first market.
    function check_lock_endsOnce_releaseRelease(uint256 locked, uint256 one, uint256 two) external {
        _requireEndsOnce(FIRST, locked, one, two, _release, _release);
    }

    /// @notice A release and a slash, by the first market.
    function check_lock_endsOnce_releaseSlash(uint256 locked, uint256 one, uint256 two) external {
        _requireEndsOnce(FIRST, locked, one, two, _release, _slash);
    }

    /// @notice A slash and a release, by the first market.
    function check_lock_endsOnce_slashRelease(uint256 locked, uint256 one, uint256 two) external {
        _requireEndsOnce(FIRST, locked, one, two, _slash, _release);
    }

    /// @notice Two slashes, by the first market.
    function check_lock_endsOnce_slashSlash(uint256 locked, uint256 one, uint256 two) external {
        _requireEndsOnce(FIRST, locked, one, two, _slash, _slash);
    }

    /// @notice Two releases, by a market that came later.
    function check_lock_endsOnce_releaseRelease_ofAnother(uint256 locked, uint256 one, uint256 two) external {
        _requireEndsOnce(OTHER, locked, one, two, _release, _release);
    }

    /// @notice A release and a slash, by a market that came later.
    function check_lock_endsOnce_releaseSlash_ofAnother(uint256 locked, uint256 one, uint256 two) external {
        _requireEndsOnce(OTHER, locked, one, two, _release, _slash);
    }

    /// @notice A slash and a release, by a market that came later.
    function check_lock_endsOnce_slashRelease_ofAnother(uint256 locked, uint256 one, uint256 two) external {
        _requireEndsOnce(OTHER, locked, one, two, _slash, _release);
    }

    /// @notice Two slashes, by a market that came later.
    function check_lock_endsOnce_slashSlash_ofAnother(uint256 locked, uint256 one, uint256 two) external {
        _requireEndsOnce(OTHER, locked, one, two, _slash, _slash);
    }

    /// @notice The first market releases only its own lock; the other lock stays whole.
    function check_lock_isOutOfReachOfTheFirst(uint256 ofFirst, uint256 ofOther, uint256 amount) external {
        _requireApart(FIRST, ofFirst, OTHER, ofOther, amount, _release);
    }

    /// @notice The same holds with the two markets swapped.
    function check_lock_isOutOfReachOfAnother(uint256 ofOther, uint256 ofFirst, uint256 amount) external {
        _requireApart(OTHER, ofOther, FIRST, ofFirst, amount, _release);
    }

    /// @notice The first market slashes only its own lock; the other lock stays whole.
    function check_lock_isOutOfReachOfTheFirst_slashing(uint256 ofFirst, uint256 ofOther, uint256 amount) external {
        _requireApart(FIRST, ofFirst, OTHER, ofOther, amount, _slash);
    }

    /// @notice The same holds with the two markets swapped.
    function check_lock_isOutOfReachOfAnother_slashing(uint256 ofOther, uint256 ofFirst, uint256 amount) external {
        _requireApart(OTHER, ofOther, FIRST, ofFirst, amount, _slash);
    }

    /// @notice A market without a lock cannot end one.
    function check_lock_isOutOfReachOfOneWithout(uint256 locked, uint256 amount, bool slashes, bool first) external {
        (address market, address neighbour) = first ? (FIRST, OTHER) : (OTHER, FIRST);
        _stake(svm.createUint256("staked"));
        _lock(market, locked);
        assert(slashes ? !_slash(neighbour, AGENT, amount) : !_release(neighbour, AGENT, amount));
    }

    /// @notice Only the market that made a lock can end it, and only for the same agent.
    function check_lock_endsByItsMarketAlone(address caller, uint256 agentId, uint256 locked, uint256 amount) external {
        _stake(svm.createUint256("staked"));
        _lock(FIRST, locked);
        vm.assume(caller != FIRST || agentId != AGENT);
        bool slashes = svm.createUint256("slashes") == 1;
        assert(slashes ? !_slash(caller, agentId, amount) : !_release(caller, agentId, amount));
    }

    /// @notice STAKE-2: the agent's owner cannot withdraw locked stake.
    function check_lock_isOutOfReachOfTheOwner(uint256 staked, uint256 locked, uint256 amount, address to) external {
        _stake(staked);
        _lock(FIRST, locked);
        vm.prank(AGENT_OWNER);
        (bool success,) = address(registry).call(abi.encodeCall(registry.unstake, (AGENT, amount, to)));
        if (success) assert(amount <= staked - locked);
    }

    function _requireEndsOnce(
        address market,
        uint256 locked,
        uint256 one,
        uint256 two,
        function(address, uint256, uint256) internal returns (bool) first,
        function(address, uint256, uint256) internal returns (bool) second
    ) private {
        _stake(svm.createUint256("staked"));
        _lock(market, locked);
        vm.assume(first(market, AGENT, one));
        assert(one <= locked);
        assert(registry.getAgent(AGENT).locked == locked - one);

        if (second(market, AGENT, two)) assert(two <= locked - one);
    }

    function _requireApart(
        address market,
        uint256 own,
        address neighbour,
        uint256 foreign,
        uint256 amount,
        function(address, uint256, uint256) internal returns (bool) end
    ) private {
        _stake(svm.createUint256("staked"));
        _lock(market, own);
        _lock(neighbour, foreign);
        vm.assume(end(market, AGENT, amount));

        assert(amount <= own);
        assert(_release(neighbour, AGENT, foreign));
    }

    function _release(address market, uint256 agentId, uint256 amount) private returns (bool success) {
        vm.prank(market);
        (success,) = address(registry).call(abi.encodeCall(registry.release, (agentId, amount, 0)));
    }

    function _slash(address market, uint256 agentId, uint256 amount) private returns (bool success) {
        vm.prank(market);
        (success,) = address(registry).call(abi.encodeCall(registry.slash, (agentId, amount, 1, address(0xB0B), true)));
    }
}
