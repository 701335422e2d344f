// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

/// @title What is used of a Curve-style pool of tokens with one peg
interface ICurvePool {
    /// @return What a share holds if all its tokens are worth one, in units of 10^-18.
    // solhint-disable-next-line func-name-mixedcase
    function get_virtual_price() external view returns (uint256);

    function coins(uint256 i) external view returns (address);
}
