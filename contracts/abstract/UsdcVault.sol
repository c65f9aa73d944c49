// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {ERC2771Context} from "@openzeppelin/contracts/metatx/ERC2771Context.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Context} from "@openzeppelin/contracts/utils/Context.sol";
import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IIdentityRegistry} from "../interfaces/IIdentityRegistry.sol";
import {IUsdc} from "../interfaces/IUsdc.sol";
import {IUsdcVault} from "../interfaces/IUsdcVault.sol";

/// @title UsdcVault
/// @notice Base of StakeRegistry and RunEscrow: USDC comes in, is owed to an account, and goes out. See {IUsdcVault}.
/// @dev `_owe` and `_settle` record what is owed among the effects of a call, before its event and before tokens move.
/// `_totalOwed` is declared last, so that small variables of the inheriting contract share its slot.
abstract contract UsdcVault is IUsdcVault, Ownable2Step, ReentrancyGuardTransient, ERC2771Context, Multicall {
    using SafeERC20 for IUsdc;

    /// @inheritdoc IUsdcVault
    IUsdc public immutable USDC;
    /// Registry of the agents and their owners.
    IIdentityRegistry internal immutable _IDENTITY;

    mapping(address account => uint256 amount) private _credits;
    /// 64 bits hold 18 trillion USDC. Internal, so that it can be written together with variables that share its slot.
    uint64 internal _totalOwed;

    /// @notice Sets the immutables and the owner.
    constructor(IUsdc usdc, IIdentityRegistry identity, address owner, address trustedForwarder)
        Ownable(owner)
        ERC2771Context(trustedForwarder)
    {
        USDC = usdc;
        _IDENTITY = identity;
    }

    /* ANYONE */

    /// @inheritdoc IUsdcVault
    function selfPermit(uint256 amount, uint256 deadline, bytes calldata signature) external {
        // A permit is visible in the mempool; using it first must not block its signer's call (front-running).
        try USDC.permit(_msgSender(), address(this), amount, deadline, signature) {} catch {}
    }

    /// @inheritdoc IUsdcVault
    function withdrawCredit(address to) external nonReentrant {
        address account = _msgSender();
        uint256 amount = _credits[account];

        if (amount == 0) revert NoCredit(account);
        // The account can always receive its own credit, so that adding a market at its address cannot lock it out.
        if (to != account) _requireRecipient(to);

        delete _credits[account];
        _settle(amount);

        emit CreditWithdrawn(account, to, amount);

        _push(to, amount);
    }

    /* VIEWS */

    /// @inheritdoc IUsdcVault
    function creditOf(address account) external view returns (uint256) {
        return _credits[account];
    }

    /// @inheritdoc IUsdcVault
    function totalOwed() external view returns (uint256) {
        return _totalOwed;
    }

    /* OWNER */

    /// @notice Always reverts: ownership can be transferred in two steps but not renounced.
    function renounceOwnership() public pure override {
        revert OwnershipNotRenounceable();
    }

    /* INTERNAL */

    /// Records that `amount` is owed. Safe cast: no caller records more than all USDC ever issued; 64 bits hold 300
    /// times that, and the sum is checked.
    function _owe(uint256 amount) internal {
        // After a refused payment this runs after external calls; every function that pays is nonReentrant.
        // slither-disable-next-line reentrancy-no-eth
        _totalOwed += uint64(amount);
    }

    /// Records that `amount` is no longer owed. Safe cast: it was owed before, so it fits.
    function _settle(uint256 amount) internal {
        _totalOwed -= uint64(amount);
    }

    /// Pulls `amount`, already recorded as owed, by allowance. Callers ensure that it is not zero.
    function _pull(address from, uint256 amount) internal {
        USDC.safeTransferFrom(from, address(this), amount);
    }

    /// Pulls `amount`, already recorded as owed, by an authorization whose nonce is `purpose`.
    function _pullWithAuthorization(Authorization calldata authorization, uint256 amount, bytes32 purpose) internal {
        USDC.receiveWithAuthorization(
            authorization.from,
            address(this),
            amount,
            authorization.validAfter,
            authorization.validBefore,
            purpose,
            authorization.signature
        );
    }

    /// Pays `amount`, already settled, or reverts. For calls whose sender chose `to` and can choose another receiver.
    function _push(address to, uint256 amount) internal {
        USDC.safeTransfer(to, amount);
    }

    /// Pays `amount`, already settled, or credits it if USDC refuses, so that one payee cannot block others (RUN-16).
    /// The caller cannot force a credit by starving the transfer of gas: the remaining 1/64 could not pay for the
    /// credit.
    function _pay(address to, uint256 amount) internal {
        if (amount == 0) return;

        if (!USDC.trySafeTransfer(to, amount)) {
            _owe(amount);
            // The credit depends on the result of the transfer; every function that pays is nonReentrant.
            // slither-disable-next-line reentrancy-benign
            _credits[to] += amount;

            emit Credited(to, amount);
        }
    }

    /// Rejects receivers from which the money could never return (RUN-26).
    function _requireRecipient(address to) internal view {
        if (to == address(0) || _isOneOfTheContracts(to)) revert InvalidRecipient(to);
    }

    /// Returns whether `account` is a contract of the system; an inheriting contract adds its counterparts.
    function _isOneOfTheContracts(address account) internal view virtual returns (bool) {
        return account == address(this) || account == address(USDC) || account == address(_IDENTITY)
            || account == trustedForwarder();
    }

    /* ERC-2771: SENDER AND DATA OF A CALL THROUGH THE TRUSTED FORWARDER (RUN-19) */

    function _msgSender() internal view virtual override(Context, ERC2771Context) returns (address) {
        return ERC2771Context._msgSender();
    }

    // Unused, but Solidity requires an override, since two bases define it.
    // slither-disable-next-line dead-code
    function _msgData() internal view virtual override(Context, ERC2771Context) returns (bytes calldata) {
        return ERC2771Context._msgData();
    }

    function _contextSuffixLength() internal view virtual override(Context, ERC2771Context) returns (uint256) {
        return ERC2771Context._contextSuffixLength();
    }
}
