// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {RunEscrow} from "../../contracts/RunEscrow.sol";
import {StakeRegistry} from "../../contracts/StakeRegistry.sol";
import {PlainToken} from "../../contracts/mocks/PlainToken.sol";
import {AnyIdentity} from "./AnyIdentity.sol";
import {svm, vm} from "./Cheats.sol";

/// @title Base of the proofs: both contracts unchanged, a plain token, and an agent with symbolic accounts
/// @notice States are reached by real calls with symbolic arguments, so that every assumed state can occur.
abstract contract Ground {
    address internal constant FORWARDER = address(0xF0);
    address internal constant TREASURY = address(0x7EA);
    address internal constant OWNER = address(0x0123);

    PlainToken internal usdc;
    StakeRegistry internal registry;
    RunEscrow internal escrow;
    address internal agentOwner;
    address internal agentWallet;
    address internal agentApproved;

    /// @notice Called by Halmos before each check.
    function setUp() public virtual {
        agentOwner = svm.createAddress("agentOwner");
        agentWallet = svm.createAddress("agentWallet");
        agentApproved = svm.createAddress("agentApproved");
        vm.assume(agentOwner != address(0));
        usdc = new PlainToken();
        AnyIdentity identity = new AnyIdentity(agentOwner, agentWallet, agentApproved);

        // Halmos numbers the contracts it creates: the registry is next, then the escrow.
        address[] memory markets = new address[](1);
        markets[0] = address(uint160(address(identity)) + 2);
        registry = new StakeRegistry(address(usdc), address(identity), OWNER, markets, FORWARDER);
        escrow = new RunEscrow(address(usdc), address(registry), TREASURY, OWNER, FORWARDER);
        assert(address(escrow) == markets[0]);
    }
}
