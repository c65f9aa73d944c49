// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IUsdc} from "./IUsdc.sol";

/// @title What StakeRegistry and RunEscrow share: a contract that holds other people's USDC
/// @notice Books what it owes, pushes payouts, and credits a payee whom USDC refuses to pay (RUN-16).
/// @dev All amounts are USDC base units (6 decimals), all times unix seconds.
interface IUsdcVault {
    /* TYPES */

    /// @notice An EIP-3009 authorization of the signer to be pulled by this contract.
    /// @dev The nonce is not chosen freely but derived from what the payment is for and `salt`, so that a stranger who
    /// sees the authorization cannot use it for anything else (STAKE-1).
    struct Authorization {
        /// Signer and payer.
        address from;
        /// Unix second after which the authorization is valid.
        uint256 validAfter;
        /// Unix second before which the authorization is valid.
        uint256 validBefore;
        /// Part of the nonce, free choice of the signer.
        bytes32 salt;
        /// ECDSA signature (65 bytes), or what the signer's ERC-1271 wallet accepts.
        bytes signature;
    }

    /* EVENTS */

    /// @notice USDC refused a payout to `account`, which may now withdraw it (RUN-16).
    event Credited(address indexed account, uint256 amount);

    /// @notice `account` withdrew its credit to `to`.
    event CreditWithdrawn(address indexed account, address indexed to, uint256 amount);

    /* ERRORS */

    /// @notice An amount of zero was given where money has to move (RUN-26).
    error ZeroAmount();

    /// @notice `to` is zero or one of the contracts, from where the money could never return (RUN-26).
    error InvalidRecipient(address to);

    /// @notice `account` has no credit to withdraw (RUN-26).
    error NoCredit(address account);

    /// @notice A contract without an owner could never be stopped or cared for again, so ownership is only handed over.
    error OwnershipNotRenounceable();

    /* ANYONE */

    /// @notice Tries to set this contract's allowance by the caller's EIP-2612 permit, and goes on if that fails.
    /// @dev A permit that somebody else has already used did its work; what follows relies on the allowance (STAKE-1).
    /// @param amount Allowance in base units.
    /// @param deadline Last unix second at which the permit is valid.
    /// @param signature ECDSA signature (65 bytes), or what the caller's ERC-1271 wallet accepts.
    function selfPermit(uint256 amount, uint256 deadline, bytes calldata signature) external;

    /// @notice Sends the caller's whole credit to `to`; reverts if USDC refuses that too.
    /// @param to Receiver, chosen by the caller: itself, or an address that is neither zero nor one of the contracts.
    function withdrawCredit(address to) external;

    /* VIEWS */

    /// @notice What USDC refused to pay `account` and it has not withdrawn yet.
    /// @param account Payee.
    /// @return amount Base units.
    function creditOf(address account) external view returns (uint256 amount);

    /// @notice All that the contract owes; its USDC balance is never less (RUN-20).
    /// @return amount Base units.
    function totalOwed() external view returns (uint256 amount);

    /// @notice The token that is held here.
    /// @return usdc The token.
    function USDC() external view returns (IUsdc usdc);
}
