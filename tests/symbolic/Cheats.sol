// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title The cheatcodes of Foundry that the proofs use
interface IVm {
    /// @notice Leaves out every path on which `condition` does not hold.
    function assume(bool condition) external pure;
    /// @notice Makes `sender` the sender of the next call.
    function prank(address sender) external;
    /// @notice Makes `timestamp` the time.
    function warp(uint256 timestamp) external;
    /// @notice The word that `account` stores at `slot`.
    function load(address account, bytes32 slot) external view returns (bytes32 word);
}

/// @title The cheatcodes of Halmos that the proofs use
interface ISvm {
    /// @notice Any word.
    function createUint256(string calldata name) external pure returns (uint256 value);
    /// @notice Any account.
    function createAddress(string calldata name) external pure returns (address value);
    /// @notice Any `size` bytes.
    function createBytes(uint256 size, string calldata name) external pure returns (bytes memory value);
    /// @notice Makes every word of `account` that nothing was written to any word.
    function enableSymbolicStorage(address account) external;
}

/// @dev keccak256("hevm cheat code"), by convention.
IVm constant vm = IVm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);
/// @dev keccak256("svm cheat code"), by convention.
ISvm constant svm = ISvm(0xF3993A62377BCd56AE39D773740A5390411E8BC9);
