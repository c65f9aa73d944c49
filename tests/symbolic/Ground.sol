// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {RunEscrow} from "../../contracts/RunEscrow.sol";
import {StakeRegistry} from "../../contracts/StakeRegistry.sol";
import {IRunEscrow} from "../../contracts/interfaces/IRunEscrow.sol";
import {AgentRecord} from "../../contracts/libraries/AgentRecord.sol";
import {Claim} from "../../contracts/libraries/Claim.sol";
import {Offer, OfferLibrary} from "../../contracts/libraries/Offer.sol";
import {AnyIdentity} from "./AnyIdentity.sol";
import {AnyToken} from "./AnyToken.sol";
import {svm, vm} from "./Cheats.sol";

/// @title What the proofs stand on: both contracts, as they are, in any state
/// @notice Whatever the constructors have not written is any word: runs, agents, locks, balances, credits, the pause.
abstract contract Ground {
    address internal constant FORWARDER = address(0xF0);

    AnyToken internal usdc;
    AnyIdentity internal identity;
    StakeRegistry internal registry;
    RunEscrow internal escrow;
    address internal owner;
    address internal treasury;

    uint256 private _runsSlot;

    /// @notice Called by Halmos before each check.
    function setUp() public virtual {
        usdc = new AnyToken();
        identity = new AnyIdentity();
        owner = svm.createAddress("owner");
        treasury = svm.createAddress("treasury");
        _deploy(owner, treasury);
        _locate();
        _deploy(owner, treasury);

        svm.enableSymbolicStorage(address(usdc));
        svm.enableSymbolicStorage(address(identity));
        svm.enableSymbolicStorage(address(registry));
        svm.enableSymbolicStorage(address(escrow));
    }

    function _deploy(address owner_, address treasury_) private {
        // Halmos numbers the contracts that it makes.
        address next = address(uint160(address(new AnyIdentity())) + 2);
        address[] memory markets = new address[](1);
        markets[0] = next;
        registry = new StakeRegistry(address(usdc), address(identity), treasury_, owner_, markets, FORWARDER);
        escrow = new RunEscrow(address(usdc), address(registry), treasury_, owner_, FORWARDER);
        assert(address(escrow) == next);
    }

    /// Looks where the contracts keep what, so that no proof depends on their layout.
    function _locate() private {
        vm.warp(1);
        IRunEscrow.RunTerms memory terms =
            IRunEscrow.RunTerms({reward: 1, deadline: 2, reviewDays: 1, maxRevisions: 0, minStatus: 1});
        escrow.createRun(terms, "x");
        Offer offer = OfferLibrary.encode(address(this), IRunEscrow.RunState.DRAFT, terms);
        while (Offer.unwrap(_offer(1)) != Offer.unwrap(offer)) ++_runsSlot;
    }

    function _offer(uint256 runId) internal view returns (Offer) {
        return Offer.wrap(uint256(vm.load(address(escrow), _at(runId, 0))));
    }

    function _claim(uint256 runId) internal view returns (Claim) {
        return Claim.wrap(uint256(vm.load(address(escrow), _at(runId, 1))));
    }

    function _at(uint256 runId, uint256 word) private view returns (bytes32) {
        return bytes32(uint256(keccak256(abi.encode(runId, _runsSlot))) + word);
    }
}
