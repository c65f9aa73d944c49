// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {StakeRegistry} from "../../contracts/StakeRegistry.sol";
import {PlainToken} from "../../contracts/mocks/PlainToken.sol";
import {AnyIdentity} from "./AnyIdentity.sol";
import {vm} from "./Cheats.sol";

/// @title Base of the proofs of locks and slashes: the registry unchanged, with two markets of the constructor
abstract contract TwoMarkets {
    address internal constant FIRST = address(0xA1);
    address internal constant OTHER = address(0xA2);
    address internal constant REGISTRY_OWNER = address(1);
    address internal constant AGENT_OWNER = address(0xA6);
    uint256 internal constant AGENT = 7;

    PlainToken internal usdc;
    StakeRegistry internal registry;

    /// @notice Called by Halmos before each check.
    function setUp() public virtual {
        usdc = new PlainToken();
        address identity = _identity();
        address[] memory markets = new address[](2);
        (markets[0], markets[1]) = (FIRST, OTHER);
        registry = new StakeRegistry(address(usdc), identity, REGISTRY_OWNER, markets, address(0xF0));
    }

    function _identity() internal virtual returns (address) {
        return address(new AnyIdentity(AGENT_OWNER, AGENT_OWNER, address(0)));
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
