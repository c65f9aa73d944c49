// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {svm, vm} from "./Cheats.sol";
import {TwoMarkets} from "./TwoMarkets.sol";

/// @title Where slashed stake goes, whatever a market asks for
/// @notice The registry with its first market and another one: any stake, lock, slash, compensation and beneficiary.
contract SlashTest is TwoMarkets {
    /// @notice STAKE-8: of the first market's slash.
    function check_slash_isSplit(uint256 locked, uint256 amount, address to, uint256 compensation) external {
        _requireSplit(FIRST, locked, amount, to, compensation);
    }

    /// @notice STAKE-8: of a later market's slash.
    function check_slash_isSplit_ofAnother(uint256 locked, uint256 amount, address to, uint256 compensation) external {
        _requireSplit(OTHER, locked, amount, to, compensation);
    }

    /// @notice The agent, the market and anybody else get none of it.
    function check_slash_paysNobodyElse(uint256 locked, uint256 amount, address to, uint256 compensation) external {
        address outsider = svm.createAddress("outsider");
        vm.assume(outsider != to && outsider != TREASURY && outsider != address(registry));
        uint256 staked = _stakeAndLock(FIRST, locked);
        uint256 before = usdc.balanceOf(outsider);
        vm.assume(_slash(FIRST, amount, to, compensation));

        assert(usdc.balanceOf(outsider) == before);
        assert(registry.creditOf(outsider) == 0);
        assert(amount <= staked);
    }

    function _requireSplit(address market, uint256 locked, uint256 amount, address to, uint256 compensation) private {
        vm.assume(to != TREASURY && to != address(registry) && to != address(this));
        uint256 staked = _stakeAndLock(market, locked);
        vm.assume(_slash(market, amount, to, compensation));

        assert(compensation <= amount && amount <= locked);
        assert(usdc.balanceOf(to) == compensation);
        assert(usdc.balanceOf(TREASURY) == amount - compensation);
        assert(usdc.balanceOf(address(registry)) == staked - amount);
        assert(registry.totalOwed() == staked - amount);
        assert(registry.getAgent(AGENT).staked == staked - amount);
        assert(registry.getAgent(AGENT).locked == locked - amount);
    }

    function _stakeAndLock(address market, uint256 locked) private returns (uint256 staked) {
        staked = svm.createUint256("staked");
        _stake(staked);
        _lock(market, locked);
    }

    function _slash(address market, uint256 amount, address to, uint256 compensation) private returns (bool success) {
        vm.prank(market);
        (success,) = address(registry).call(abi.encodeCall(registry.slash, (AGENT, amount, to, compensation)));
    }
}
