// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title PlainToken
/// @notice OpenZeppelin's ERC-20 with six decimals and a mint open to all: the cheapest token a run can be paid in, which
/// gas is measured with. For tests only.
contract PlainToken is ERC20 {
    /// @notice Starts with no supply.
    constructor() ERC20("Plain Token", "PLAIN") {}

    /// @notice Makes new tokens for anybody who asks.
    /// @param to Who gets them.
    /// @param amount How many base units.
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    /// @inheritdoc ERC20
    function decimals() public pure override returns (uint8) {
        return 6;
    }
}
