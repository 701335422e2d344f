// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

/// @title What one unit of a collateral token is worth
/// @notice Never a spot price of a pool. Two bounds, for a price is never one number: who owes is judged by the lower, who takes
///   collateral away pays by the upper.
interface IPriceSource {
    /// @return lower Lower bound, in units of 10^-18 dollar per whole token (10^decimals of its units).
    /// @return upper Upper bound, likewise, not below the lower.
    /// @dev Reverts rather than answer with a price that is stale, out of bounds or not positive.
    function price() external view returns (uint256 lower, uint256 upper);
}
