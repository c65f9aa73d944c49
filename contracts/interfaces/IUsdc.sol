// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title The functions of Circle's USDC (FiatTokenV2_2) that this project calls
/// @notice An ERC-20 with 6 decimals, EIP-2612 permits and EIP-3009 authorizations. Permits and authorizations use
/// their `bytes signature` variants, so that smart-contract wallets (ERC-1271) can sign too.
/// @dev Assumptions: USDC takes no fee on transfers, does not rebase, and does not call senders or receivers. It may
/// refuse a transfer (blacklist, pause); a refused payout is credited instead (RUN-16).
/// Source: github.com/circlefin/stablecoin-evm, contracts/v2/FiatTokenV2_2.sol.
interface IUsdc is IERC20 {
    /// @notice Sets the allowance of `spender` with a signature of `owner` (EIP-2612).
    /// @param owner Account whose allowance is set.
    /// @param spender Account that may spend.
    /// @param value Allowance in base units (6 decimals).
    /// @param deadline Last unix second at which the permit is valid.
    /// @param signature ECDSA signature (r, s, v; 65 bytes), or a signature that the owner's ERC-1271 wallet accepts.
    function permit(address owner, address spender, uint256 value, uint256 deadline, bytes calldata signature) external;

    /// @notice Transfers `value` from the signer to the caller, who must be `to` (EIP-3009).
    /// @param from Signer and payer.
    /// @param to Payee, who must be the caller.
    /// @param value Base units (6 decimals).
    /// @param validAfter Unix second after which the authorization is valid.
    /// @param validBefore Unix second before which the authorization is valid.
    /// @param nonce Unique number chosen by the signer.
    /// @param signature ECDSA signature (r, s, v; 65 bytes), or a signature that the signer's ERC-1271 wallet accepts.
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes calldata signature
    ) external;
}
