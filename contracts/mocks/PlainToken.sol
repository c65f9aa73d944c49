// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title PlainToken
/// @notice For tests only. OpenZeppelin's ERC-20 with six decimals and an open mint: the cheapest token for a run, used
/// to measure gas.
contract PlainToken is ERC20 {
    /// @notice Creates the token without supply.
    constructor() ERC20("Plain Token", "PLAIN") {}

    /// @notice Mints tokens for any caller.
    /// @param to Receiver.
    /// @param amount Base units.
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    /// @inheritdoc ERC20
    function decimals() public pure override returns (uint8) {
        return 6;
    }
}
