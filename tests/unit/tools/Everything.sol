// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

library Halves {
    function half(uint256 value) internal pure returns (uint256) {
        if (value % 2 == 1) revert("odd");
        return value / 2;
    }
}

contract Everything {
    uint256 public immutable LIMIT;
    uint256 public total;

    modifier onlySmall(uint256 value) {
        require(value < LIMIT, "large");
        _;
    }

    constructor(uint256 limit) {
        if (limit == 0) {
            limit = 1;
        }
        LIMIT = limit;
    }

    function add(uint256 value) external onlySmall(value) {
        total += value > 10 ? Halves.half(value) : value;
    }

    function both(bool a, bool b) external pure returns (bool) {
        return a && b;
    }

    function any(bool a, bool b, bool c) external pure returns (bool) {
        return a || b || c;
    }

    function sum(uint256 count) external pure returns (uint256 result) {
        for (uint256 i = 0; i < count; ++i) {
            result += i;
        }
    }

    function tried(uint256 value) external returns (bool) {
        try this.add(value) {
            return true;
        } catch {
            return false;
        }
    }

    function ignored(uint256 value) external {
        try this.add(value) {} catch {}
    }

    function forwarded(bytes calldata data) external returns (bool success) {
        (success,) = address(this).delegatecall(data);
    }

    function never() external pure returns (uint256) {
        return 2;
    }

    function _uncalled() internal pure {}
}
