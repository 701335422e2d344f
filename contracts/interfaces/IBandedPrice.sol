// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {IPriceSource} from "./IPriceSource.sol";

/// @title A price that also tells whether every token in it that has a peg is near it
/// @notice A token off its peg still has a price, by which debts are judged; but no new debt is made on it.
interface IBandedPrice is IPriceSource {
    /// @notice The address has no code: it is none, or one of another chain.
    error Price_NoCode(address account);
    /// @notice A parameter is outside of its range.
    error Price_InvalidParameter(bytes32 name, uint256 value);
    /// @notice zUSD is in it: zUSD would stand for itself.
    error Price_OwnToken(address token);
    /// @notice So few shares exist that rounding or a donation moves what one is worth.
    error Price_TooFewShares(uint256 minimum, uint256 supply);
    /// @notice The pool is in the middle of a call of its own, in which its figures do not fit together.
    error Price_Locked(address pool);
    /// @notice So little gas is left that the pool's lock cannot be told from a lack of gas.
    error Price_GasTooLow(uint256 minimum, uint256 left);

    /// @return lower See {IPriceSource}.
    /// @return upper See {IPriceSource}.
    /// @return inBand Whether each token with a peg is within its band around it. Bounds of the band are within.
    function quote() external view returns (uint256 lower, uint256 upper, bool inBand);
}
