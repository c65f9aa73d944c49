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
/// @notice What StakeRegistry and RunEscrow share: USDC comes in, is owed to somebody, and goes out. See {IUsdcVault}.
/// @dev What is owed is booked among the effects of a call, by `_owe` and `_settle`, before its event and before tokens
/// move. `_totalOwed` is declared last, so that the inheriting contract's small variables share its slot.
abstract contract UsdcVault is IUsdcVault, Ownable2Step, ReentrancyGuardTransient, ERC2771Context, Multicall {
    using SafeERC20 for IUsdc;

    /// @inheritdoc IUsdcVault
    IUsdc public immutable USDC;
    /// Registry that says who owns an agent.
    IIdentityRegistry internal immutable _IDENTITY;

    mapping(address account => uint256 amount) private _credits;
    /// 64 bits hold 18 million million USDC. Internal, so that what shares its slot can be written together with it.
    uint64 internal _totalOwed;

    /// @notice Sets what never changes, and the owner.
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
        // A permit is public once it is in the mempool, and using it up must not block its signer (threat: front-run).
        try USDC.permit(_msgSender(), address(this), amount, deadline, signature) {} catch {}
    }

    /// @inheritdoc IUsdcVault
    function withdrawCredit(address to) external nonReentrant {
        address account = _msgSender();
        uint256 amount = _credits[account];

        if (amount == 0) revert NoCredit(account);
        // It may always receive its own, so that no market can be added at its address to shut it out.
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

    /// @notice Always reverts: ownership is handed over in two steps, never given up.
    function renounceOwnership() public pure override {
        revert OwnershipNotRenounceable();
    }

    /* INTERNAL */

    /// Books that `amount` is owed from now on.
    /// Safe cast: no caller books more than USDC ever issued, 64 bits hold 300 times that, and the sum is checked.
    function _owe(uint256 amount) internal {
        // Of a refused payment this follows the calls; every function that pays is nonReentrant.
        // slither-disable-next-line reentrancy-no-eth
        _totalOwed += uint64(amount);
    }

    /// Books that `amount` is owed no longer. Safe cast: it was owed before, so it fits.
    function _settle(uint256 amount) internal {
        _totalOwed -= uint64(amount);
    }

    /// Pulls `amount`, owed already, by allowance. The caller has checked that it is not zero.
    function _pull(address from, uint256 amount) internal {
        USDC.safeTransferFrom(from, address(this), amount);
    }

    /// Pulls `amount`, owed already, by an authorization whose nonce says what for: `purpose`.
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

    /// Pays `amount`, settled already, or reverts. For calls whose sender chose `to` and can choose another.
    function _push(address to, uint256 amount) internal {
        USDC.safeTransfer(to, amount);
    }

    /// Pays `amount`, settled already, or credits it where USDC refuses, so that no payee blocks the others (RUN-16).
    /// A caller cannot starve the transfer of gas to force a credit: the 1/64 that stays behind would not pay for it.
    function _pay(address to, uint256 amount) internal {
        if (amount == 0) return;

        if (!USDC.trySafeTransfer(to, amount)) {
            _owe(amount);
            // Only a refusal tells that there is a credit to book; every function that pays is nonReentrant.
            // slither-disable-next-line reentrancy-benign
            _credits[to] += amount;

            emit Credited(to, amount);
        }
    }

    /// Refuses receivers from where the money could never return (RUN-26).
    function _requireRecipient(address to) internal view {
        if (to == address(0) || _isOneOfTheContracts(to)) revert InvalidRecipient(to);
    }

    /// The contracts of the system; an inheriting contract adds its counterparts.
    function _isOneOfTheContracts(address account) internal view virtual returns (bool) {
        return account == address(this) || account == address(USDC) || account == address(_IDENTITY)
            || account == trustedForwarder();
    }

    /* ERC-2771: the sender and the data of a call that came through the trusted forwarder (RUN-19) */

    function _msgSender() internal view virtual override(Context, ERC2771Context) returns (address) {
        return ERC2771Context._msgSender();
    }

    // Nothing calls it; two bases have one each, and the language asks which.
    // slither-disable-next-line dead-code
    function _msgData() internal view virtual override(Context, ERC2771Context) returns (bytes calldata) {
        return ERC2771Context._msgData();
    }

    function _contextSuffixLength() internal view virtual override(Context, ERC2771Context) returns (uint256) {
        return ERC2771Context._contextSuffixLength();
    }
}
