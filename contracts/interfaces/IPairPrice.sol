// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {IBandedPrice} from "./IBandedPrice.sol";

/// @title What is used of a Uniswap v2 pair
interface IPair {
    function token0() external view returns (address);

    function token1() external view returns (address);

    function getReserves() external view returns (uint112 reserve0, uint112 reserve1, uint32 timestamp);

    /// @return The product of the reserves when the protocol's fee was last minted; 0: there is no such fee.
    function kLast() external view returns (uint256);

    function totalSupply() external view returns (uint256);

    function sync() external;
}

/// @title The price of a share of a Uniswap v2 pair
/// @notice The fair price 2·√(r0·r1)·√(p0·p1)/supply (Alpha Finance 2020, https://cmichel.io/pricing-lp-tokens/): what a share holds
///   once arbitrage has moved the reserves to the prices p of feeds. A swap moves it by its fee and rounding only, however large.
/// @notice A donation that is synced raises r0·r1, and the price, for real: the donor has lost it to all shares alike.
/// @dev The pair must be the original one, whose calls take its lock first of all.
interface IPairPrice is IBandedPrice {
    /// @return The pair; its shares have 18 decimals.
    function token() external view returns (address);

    /// @return The price of token 0.
    function source0() external view returns (IBandedPrice);

    /// @return The price of token 1.
    function source1() external view returns (IBandedPrice);

    /// @return Shares, in units of 10^-18, below which there is no price.
    function minSupply() external view returns (uint256);
}
