// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {svm, vm} from "./Cheats.sol";
import {SoldIdentity} from "./SoldIdentity.sol";
import {TwoMarkets} from "./TwoMarkets.sol";

/// @title Locks of markets that were added later or retired (STAKE-9)
/// @notice Covers the registry with two markets of the constructor and one that its owner added; any stake, cap, lock
/// and status.
contract MarketsTest is TwoMarkets {
    address private constant _ADDED = address(0xA3);

    SoldIdentity private _nft;

    function setUp() public override {
        super.setUp();
        vm.prank(REGISTRY_OWNER);
        registry.addMarket(_ADDED);
    }

    /// @notice Two locks of an added market together do not exceed the cap that the owner of the NFT set.
    function check_added_locksAtMostItsCap(uint256 cap, uint256 one, uint256 two, uint8 status) external {
        _stake(svm.createUint256("staked"));
        _allow(cap);
        bool first = _locks(_ADDED, one, status);
        bool second = _locks(_ADDED, two, status);

        uint256 locked = registry.getAgent(AGENT).locked;
        assert(locked <= cap && cap <= type(uint48).max);
        // The sum cannot overflow: each lock fitted in the stake.
        if (first && second) assert(locked == one + two);
        else assert(locked == (first ? one : second ? two : 0));
    }

    /// @notice Without an allowance an added market locks nothing, neither for a claim nor as a bond.
    function check_added_locksNothingUnasked(uint256 amount, uint8 status) external {
        _stake(svm.createUint256("staked"));
        assert(!_locks(_ADDED, amount, status));
    }

    /// @notice Only the owner of the NFT can give an allowance.
    function check_added_isAllowedByTheOwnerAlone(address caller, uint256 cap) external {
        vm.assume(caller != address(0xF0)); // the forwarder replaces the sender
        vm.prank(caller);
        (bool success,) = address(registry).call(abi.encodeCall(registry.allowMarket, (AGENT, _ADDED, cap)));
        if (success) assert(caller == AGENT_OWNER);
    }

    /// @notice An allowance applies only to the owner who gave it: after a sale the market locks nothing.
    function check_added_locksNothingOfABuyer(address buyer, uint256 cap, uint256 amount, uint8 status) external {
        vm.assume(buyer != AGENT_OWNER);
        _stake(svm.createUint256("staked"));
        _allow(cap);
        _nft.sell(buyer);
        assert(!_locks(_ADDED, amount, status));
    }

    /// @notice A cap is never below what the market has locked.
    function check_cap_coversWhatIsLocked(uint256 cap, uint256 locked, uint256 changed) external {
        _stake(svm.createUint256("staked"));
        _allow(cap);
        vm.assume(_locks(_ADDED, locked, 1));
        _allow(changed);
        assert(registry.getAgent(AGENT).locked <= registry.marketAllowance(AGENT, _ADDED));
    }

    /// @notice A retired market takes no claim; if it was added later, it locks no bond either.
    function check_retired_locksNoClaim(uint256 which, uint256 amount, uint8 status) external {
        address market = which == 0 ? FIRST : which == 1 ? OTHER : _ADDED;
        _stake(svm.createUint256("staked"));
        _allow(type(uint48).max);
        vm.prank(REGISTRY_OWNER);
        registry.retireMarket(market);

        if (_locks(market, amount, status)) assert(status == 0 && market != _ADDED);
    }

    /// @notice A retired market can still release and slash what it has locked.
    function check_retired_letsGo(uint256 which, uint256 locked, uint256 penalty) external {
        address market = which == 0 ? FIRST : which == 1 ? OTHER : _ADDED;
        _stake(svm.createUint256("staked"));
        _allow(type(uint48).max);
        vm.assume(penalty != 0 && penalty <= locked && _locks(market, locked, 1));
        vm.prank(REGISTRY_OWNER);
        registry.retireMarket(market);

        bytes memory call_ = svm.createUint256("slashes") == 1
            ? abi.encodeCall(registry.slash, (AGENT, locked, penalty, address(0xB0B), true))
            : abi.encodeCall(registry.release, (AGENT, locked, 0));
        vm.prank(market);
        (bool success,) = address(registry).call(call_);
        assert(success && registry.getAgent(AGENT).locked == 0);
    }

    /// @notice Only the registry's owner can add or retire a market.
    function check_markets_areTheOwners(address caller, address market, bool retires) external {
        vm.assume(caller != address(0xF0)); // the forwarder replaces the sender
        bytes memory call_ =
            retires ? abi.encodeCall(registry.retireMarket, (market)) : abi.encodeCall(registry.addMarket, (market));
        vm.prank(caller);
        (bool success,) = address(registry).call(call_);
        if (success) assert(caller == REGISTRY_OWNER);
    }

    function _identity() internal override returns (address) {
        _nft = new SoldIdentity(AGENT_OWNER);
        return address(_nft);
    }

    function _allow(uint256 cap) private {
        vm.prank(AGENT_OWNER);
        registry.allowMarket(AGENT, _ADDED, cap);
    }

    function _locks(address market, uint256 amount, uint8 status) private returns (bool success) {
        vm.prank(market);
        (success,) = address(registry).call(abi.encodeCall(registry.lock, (AGENT, amount, status)));
    }
}
