// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {StakeRegistry} from "../../contracts/StakeRegistry.sol";
import {PlainToken} from "../../contracts/mocks/PlainToken.sol";
import {AnyIdentity} from "./AnyIdentity.sol";
import {svm, vm} from "./Cheats.sol";

/// @title Where slashed stake goes, whatever a market asks for
/// @notice The registry with its first market and another one: any stake, lock, slash, compensation and beneficiary.
contract SlashTest {
    address private constant _FIRST = address(0xA1);
    address private constant _OTHER = address(0xA2);
    address private constant _TREASURY = address(0x7EA);
    uint256 private constant _AGENT = 7;

    PlainToken private _usdc;
    StakeRegistry private _registry;

    /// @notice Called by Halmos before each check.
    function setUp() public {
        _usdc = new PlainToken();
        address identity = address(new AnyIdentity(address(0xA6), address(0xA6), address(0)));
        address[] memory markets = new address[](2);
        (markets[0], markets[1]) = (_FIRST, _OTHER);
        _registry = new StakeRegistry(address(_usdc), identity, _TREASURY, address(1), markets, address(0xF0));
    }

    /// @notice STAKE-8: of the first market's slash.
    function check_slash_isSplit(uint256 locked, uint256 amount, address to, uint256 compensation) external {
        _requireSplit(_FIRST, locked, amount, to, compensation);
    }

    /// @notice STAKE-8: of a later market's slash.
    function check_slash_isSplit_ofAnother(uint256 locked, uint256 amount, address to, uint256 compensation) external {
        _requireSplit(_OTHER, locked, amount, to, compensation);
    }

    /// @notice The agent, the market and anybody else get none of it.
    function check_slash_paysNobodyElse(uint256 locked, uint256 amount, address to, uint256 compensation) external {
        address outsider = svm.createAddress("outsider");
        vm.assume(outsider != to && outsider != _TREASURY && outsider != address(_registry));
        uint256 staked = _stakeAndLock(_FIRST, locked);
        uint256 before = _usdc.balanceOf(outsider);
        vm.assume(_slash(_FIRST, amount, to, compensation));

        assert(_usdc.balanceOf(outsider) == before);
        assert(_registry.creditOf(outsider) == 0);
        assert(amount <= staked);
    }

    function _requireSplit(address market, uint256 locked, uint256 amount, address to, uint256 compensation) private {
        vm.assume(to != _TREASURY && to != address(_registry) && to != address(this));
        uint256 staked = _stakeAndLock(market, locked);
        vm.assume(_slash(market, amount, to, compensation));

        assert(compensation <= amount && amount <= locked);
        assert(_usdc.balanceOf(to) == compensation);
        assert(_usdc.balanceOf(_TREASURY) == amount - compensation);
        assert(_usdc.balanceOf(address(_registry)) == staked - amount);
        assert(_registry.totalOwed() == staked - amount);
        assert(_registry.getAgent(_AGENT).staked == staked - amount);
        assert(_registry.getAgent(_AGENT).locked == locked - amount);
    }

    function _stakeAndLock(address market, uint256 locked) private returns (uint256 staked) {
        staked = svm.createUint256("staked");
        vm.assume(staked < 2 ** 48);
        _usdc.mint(address(this), staked);
        _usdc.approve(address(_registry), staked);
        _registry.stake(_AGENT, staked);
        vm.prank(market);
        _registry.lock(_AGENT, locked, 1);
    }

    function _slash(address market, uint256 amount, address to, uint256 compensation) private returns (bool success) {
        vm.prank(market);
        (success,) = address(_registry).call(abi.encodeCall(_registry.slash, (_AGENT, amount, to, compensation)));
    }
}
