// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {StakeRegistry} from "../../contracts/StakeRegistry.sol";
import {PlainToken} from "../../contracts/mocks/PlainToken.sol";
import {AnyIdentity} from "./AnyIdentity.sol";
import {vm} from "./Cheats.sol";

/// @title What the proofs of locks and slashes stand on: the registry as it is, with its first market and another one
abstract contract TwoMarkets {
    address internal constant FIRST = address(0xA1);
    address internal constant OTHER = address(0xA2);
    address internal constant TREASURY = address(0x7EA);
    address internal constant AGENT_OWNER = address(0xA6);
    uint256 internal constant AGENT = 7;

    PlainToken internal usdc;
    StakeRegistry internal registry;

    /// @notice Called by Halmos before each check.
    function setUp() public {
        usdc = new PlainToken();
        address identity = address(new AnyIdentity(AGENT_OWNER, AGENT_OWNER, address(0)));
        address[] memory markets = new address[](2);
        (markets[0], markets[1]) = (FIRST, OTHER);
        registry = new StakeRegistry(address(usdc), identity, TREASURY, address(1), markets, address(0xF0));
    }

    function _stake(uint256 amount) internal {
        vm.assume(amount < 2 ** 48);
        usdc.mint(address(this), amount);
        usdc.approve(address(registry), amount);
        registry.stake(AGENT, amount);
    }

    function _lock(address market, uint256 amount) internal {
        vm.prank(market);
        registry.lock(AGENT, amount, 1);
    }
}
