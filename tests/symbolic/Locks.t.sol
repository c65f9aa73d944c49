// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {StakeRegistry} from "../../contracts/StakeRegistry.sol";
import {PlainToken} from "../../contracts/mocks/PlainToken.sol";
import {AnyIdentity} from "./AnyIdentity.sol";
import {svm, vm} from "./Cheats.sol";

/// @title A lock ends once, by the market that made it
/// @notice The registry with its first market and another one, any stake, any lock of each. Each market knows only how
/// much it locked: what is left of a lock is what the market can still release.
contract LocksTest {
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

    /// @notice Whatever two calls a market makes, together they end no more than it has locked.
    function check_lock_endsOnce_byTheFirstMarket(uint256 amount, uint256 one, uint256 two) external {
        _requireEndsOnce(_FIRST, amount, one, two);
    }

    /// @notice The same of a market that came later.
    function check_lock_endsOnce_byAnotherMarket(uint256 amount, uint256 one, uint256 two) external {
        _requireEndsOnce(_OTHER, amount, one, two);
    }

    /// @notice Whatever one market does, the other one's whole lock is there still, and no more than that.
    function check_lock_isOutOfReachOfOthers(uint256 ofFirst, uint256 ofOther, uint256 amount, uint256 rest) external {
        _stake(svm.createUint256("staked"));
        _lock(_FIRST, ofFirst);
        _lock(_OTHER, ofOther);
        vm.assume(_end(_FIRST, amount));

        assert(amount <= ofFirst);
        bool ended = _release(_OTHER, rest);
        assert(ended == (rest != 0 && rest <= ofOther));
    }

    /// @notice The same the other way round.
    function check_lock_ofTheFirstIsOutOfReach(uint256 ofFirst, uint256 ofOther, uint256 amount, uint256 rest) external {
        _stake(svm.createUint256("staked"));
        _lock(_FIRST, ofFirst);
        _lock(_OTHER, ofOther);
        vm.assume(_end(_OTHER, amount));

        assert(amount <= ofOther);
        bool ended = _release(_FIRST, rest);
        assert(ended == (rest != 0 && rest <= ofFirst));
    }

    /// @notice Nobody but a market ends a lock, and none of another agent.
    function check_lock_endsByItsMarketAlone(address caller, uint256 agentId, uint256 locked, uint256 amount) external {
        _stake(svm.createUint256("staked"));
        _lock(_FIRST, locked);
        vm.assume(caller != _FIRST || agentId != _AGENT);
        assert(!_endOf(caller, agentId, amount));
    }

    /// @notice STAKE-2: the agent's owner cannot take out what is locked.
    function check_lock_isOutOfReachOfTheOwner(uint256 staked, uint256 locked, uint256 amount, address to) external {
        _stake(staked);
        _lock(_FIRST, locked);
        vm.prank(address(0xA6));
        (bool success,) = address(_registry).call(abi.encodeCall(_registry.unstake, (_AGENT, amount, to)));
        if (success) assert(amount <= staked - locked);
    }

    function _requireEndsOnce(address market, uint256 amount, uint256 one, uint256 two) private {
        _stake(svm.createUint256("staked"));
        _lock(market, amount);
        vm.assume(_end(market, one));
        assert(one <= amount);
        assert(_registry.getAgent(_AGENT).locked == amount - one);

        bool again = _end(market, two);
        if (again) assert(two <= amount - one);
        if (again) assert(_registry.getAgent(_AGENT).locked == amount - one - two);
    }

    function _stake(uint256 amount) private {
        vm.assume(amount < 2 ** 48);
        _usdc.mint(address(this), amount);
        _usdc.approve(address(_registry), amount);
        _registry.stake(_AGENT, amount);
    }

    function _lock(address market, uint256 amount) private {
        vm.prank(market);
        _registry.lock(_AGENT, amount, 1);
    }

    function _release(address market, uint256 amount) private returns (bool success) {
        vm.prank(market);
        (success,) = address(_registry).call(abi.encodeCall(_registry.release, (_AGENT, amount, 0)));
    }

    function _end(address market, uint256 amount) private returns (bool) {
        return _endOf(market, _AGENT, amount);
    }

    /// By a release or a slash, with any outcome or any compensation.
    function _endOf(address market, uint256 agentId, uint256 amount) private returns (bool success) {
        bytes memory release = abi.encodeCall(_registry.release, (agentId, amount, uint8(svm.createUint256("outcome"))));
        bytes memory slash =
            abi.encodeCall(_registry.slash, (agentId, amount, address(0xB0B), svm.createUint256("compensation")));
        bool slashes = svm.createUint256("slashes") == 1;
        vm.prank(market);
        (success,) = slashes ? address(_registry).call(slash) : address(_registry).call(release);
    }
}
