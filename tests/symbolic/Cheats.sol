// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Foundry cheatcodes that the proofs use
interface IVm {
    /// @notice Discards every path on which `condition` does not hold.
    function assume(bool condition) external pure;
    /// @notice Sets the sender of the next call.
    function prank(address sender) external;
    /// @notice Sets the time.
    function warp(uint256 timestamp) external;
    /// @notice Returns the word that `account` stores at `slot`.
    function load(address account, bytes32 slot) external view returns (bytes32 word);
}

/// @title Halmos cheatcodes that the proofs use
interface ISvm {
    /// @notice Returns a symbolic word.
    function createUint256(string calldata name) external pure returns (uint256 value);
    /// @notice Returns a symbolic address.
    function createAddress(string calldata name) external pure returns (address value);
    /// @notice Returns `size` symbolic bytes.
    function createBytes(uint256 size, string calldata name) external pure returns (bytes memory value);
    /// @notice Makes every unwritten storage word of `account` symbolic.
    function enableSymbolicStorage(address account) external;
}

/// @dev keccak256("hevm cheat code"), by convention.
IVm constant vm = IVm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);
/// @dev keccak256("svm cheat code"), by convention.
ISvm constant svm = ISvm(0xF3993A62377BCd56AE39D773740A5390411E8BC9);
