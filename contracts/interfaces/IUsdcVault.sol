// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IUsdc} from "./IUsdc.sol";

/// @title Vault that holds USDC for other accounts; shared by StakeRegistry and RunEscrow
/// @notice Records what the contract owes, pushes payouts, and credits a payee that USDC refuses to pay (RUN-16).
/// @dev Amounts are USDC base units (6 decimals), times are unix seconds. The tag @custom:message of an error is the
/// sentence that clients show; `{name:kind}` stands for a parameter, formatted as an amount, time, state or status.
interface IUsdcVault {
    /* TYPES */

    /// @notice EIP-3009 authorization that lets this contract pull USDC from the signer.
    /// @dev The nonce is derived from the purpose of the payment and `salt`, so that a third party that sees the
    /// authorization cannot use it for any other purpose (STAKE-1).
    struct Authorization {
        /// Signer and payer.
        address from;
        /// Unix second after which the authorization is valid.
        uint256 validAfter;
        /// Unix second before which the authorization is valid.
        uint256 validBefore;
        /// Part of the nonce, chosen by the signer.
        bytes32 salt;
        /// ECDSA signature (65 bytes), or a signature that the signer's ERC-1271 wallet accepts.
        bytes signature;
    }

    /* EVENTS */

    /// @notice USDC refused a payout to `account`, which can withdraw it later (RUN-16).
    /// @param amount Credited amount, in base units.
    event Credited(address indexed account, uint256 amount);

    /// @notice `account` withdrew its credit to `to`.
    /// @param amount Base units.
    event CreditWithdrawn(address indexed account, address indexed to, uint256 amount);

    /* ERRORS */

    /// @notice The call moves money, so the amount must not be zero (RUN-26).
    /// @custom:message The amount is zero.
    error ZeroAmount();

    /// @notice `to` is zero or a contract of the system, from which the money could never return (RUN-26).
    /// @custom:message {to} cannot receive money: it is the zero address or one of the contracts.
    error InvalidRecipient(address to);

    /// @notice `account` has no credit (RUN-26).
    /// @custom:message {account} has no credit to withdraw.
    error NoCredit(address account);

    /// @notice Ownership cannot be renounced: a contract without an owner could never be paused or maintained.
    /// @custom:message Ownership can be transferred but not renounced.
    error OwnershipNotRenounceable();

    /* ANYONE */

    /// @notice Sets this contract's allowance with the caller's EIP-2612 permit; does nothing if the permit fails.
    /// @dev A permit that was already used by somebody else has had its effect, and the next call relies on the
    /// allowance alone (STAKE-1).
    /// @param amount Allowance in base units.
    /// @param deadline Last unix second at which the permit is valid.
    /// @param signature ECDSA signature (65 bytes), or a signature that the caller's ERC-1271 wallet accepts.
    function selfPermit(uint256 amount, uint256 deadline, bytes calldata signature) external;

    /// @notice Sends the caller's whole credit to `to`; reverts if USDC refuses this transfer too.
    /// @param to Receiver: the caller itself, or any address except zero and the contracts of the system.
    function withdrawCredit(address to) external;

    /* VIEWS */

    /// @notice Returns the amount that USDC refused to pay to `account` and that is not withdrawn yet.
    /// @param account Payee.
    /// @return amount Base units.
    function creditOf(address account) external view returns (uint256 amount);

    /// @notice Returns everything that the contract owes; its USDC balance is never less (RUN-20).
    /// @return amount Base units.
    function totalOwed() external view returns (uint256 amount);

    /// @notice Returns the token that the contract holds.
    /// @return usdc The token.
    function USDC() external view returns (IUsdc usdc);
}
