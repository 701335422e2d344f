// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {IBandedPrice} from "./IBandedPrice.sol";

/// @title The price of a share of a pool that grows: a rate, which the pool tells, times the price of what it holds
/// @notice The lower bound counts growth up to a yearly limit from a stored anchor only, so a donation, or a rate that is made up,
///   gives nobody credit. It falls at once. The upper bound is by the rate as it is.
/// @notice The anchor is the highest rate that counted. A rate that falls below it by more than a tolerance is a loss, or a fault:
///   there is no price until the administrator accepts a rate.
interface IClampedPrice is IBandedPrice {
    /// @notice The rate is less than the anchor by more than the tolerance.
    error ClampedPrice_Fell(uint256 anchor, uint256 rate);
    /// @notice The rate is 0, or above what the pool tells.
    error ClampedPrice_WrongRate(uint256 limit, uint256 rate);

    event AnchorSet(uint256 rate);

    /// @notice Moves the anchor to the rate that counts now. Anyone may: without it growth adds up, and then counts at once.
    /// @dev Warning: called all the time, a limit of g a year lets a rate grow by e^g − 1.
    function poke() external;

    /// @notice Sets the anchor. Restricted. At most the rate that the pool tells.
    function accept(uint256 rate) external;

    /// @return The token that is priced.
    function token() external view returns (address);

    /// @return counted The rate by which the lower bound goes.
    /// @return actual The rate that the pool tells.
    function rates() external view returns (uint256 counted, uint256 actual);

    /// @return rate The anchor, rounded down.
    /// @return time When it was set.
    function anchor() external view returns (uint256 rate, uint256 time);

    /// @return The limit of growth a year, in units of 10^-4.
    function maxGrowth() external view returns (uint256);

    /// @return The fall that is tolerated, in units of 10^-4.
    function tolerance() external view returns (uint256);

    /// @return Shares, in the token's units, below which there is no price.
    function minSupply() external view returns (uint256);
}
