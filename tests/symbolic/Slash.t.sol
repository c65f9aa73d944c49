// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStakeRegistry} from "../../contracts/interfaces/IStakeRegistry.sol";
import {svm, vm} from "./Cheats.sol";
import {TwoMarkets} from "./TwoMarkets.sol";

/// @title Division of slashed stake
/// @notice Covers the registry with its first and another market; any stake, lock, slash, penalty and beneficiary.
contract SlashTest is TwoMarkets {
    /// @notice STAKE-8: a slash by the first market is split.
    function check_slash_isSplit(uint256 locked, uint256 amount, uint256 penalty, address to) external {
        _requireSplit(FIRST, locked, amount, penalty, to);
    }

    /// @notice STAKE-8: a slash by another market is split.
    function check_slash_isSplit_ofAnother(uint256 locked, uint256 amount, uint256 penalty, address to) external {
        _requireSplit(OTHER, locked, amount, penalty, to);
    }

    /// @notice STAKE-8: neither the market, the platform nor anyone else receives a part of it.
    function check_slash_paysNobodyElse(uint256 locked, uint256 amount, uint256 penalty, address to) external {
        address outsider = svm.createAddress("outsider");
        vm.assume(outsider != to && outsider != address(registry));
        _stakeAndLock(FIRST, locked);
        uint256 before = usdc.balanceOf(outsider);
        vm.assume(_slash(FIRST, amount, penalty, to, true));

        assert(usdc.balanceOf(outsider) == before);
        assert(registry.creditOf(outsider) == 0);
    }

    /// @notice STAKE-11: a slash is a strike if and only if the market says so.
    function check_slash_strikesWhereItSays(uint256 locked, uint256 amount, uint256 penalty, bool strike) external {
        _stakeAndLock(FIRST, locked);
        vm.assume(_slash(FIRST, amount, penalty, address(0xB0B), strike));

        IStakeRegistry.Agent memory agent = registry.getAgent(AGENT);
        assert(agent.strikes == (strike ? 1 : 0) && agent.frozen == strike);
    }

    function _requireSplit(address market, uint256 locked, uint256 amount, uint256 penalty, address to) private {
        vm.assume(to != address(this));
        uint256 staked = _stakeAndLock(market, locked);
        vm.assume(_slash(market, amount, penalty, to, true));

        assert(0 < penalty && penalty <= amount && amount <= locked);
        assert(to != address(0) && to != address(registry));
        assert(usdc.balanceOf(to) == penalty);
        assert(usdc.balanceOf(address(registry)) == staked - penalty);
        assert(registry.totalOwed() == staked - penalty);
        assert(registry.getAgent(AGENT).staked == staked - penalty);
        assert(registry.getAgent(AGENT).locked == locked - amount);
        assert(registry.availableStake(AGENT) == staked - locked + (amount - penalty));
    }

    function _stakeAndLock(address market, uint256 locked) private returns (uint256 staked) {
        staked = svm.createUint256("staked");
        _stake(staked);
        _lock(market, locked);
    }

    function _slash(address market, uint256 amount, uint256 penalty, address to, bool strike)
        private
        returns (bool success)
    {
        vm.prank(market);
        (success,) = address(registry).call(abi.encodeCall(registry.slash, (AGENT, amount, penalty, to, strike)));
    }
}
