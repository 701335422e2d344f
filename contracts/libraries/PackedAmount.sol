// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {MANTISSA_BITS, MANTISSA_MASK} from "../generated/Spec.sol";

/// @title Packed amounts: mantissa · 10^exponent, 35 and 5 bits, mantissa low
library PackedAmount {
    /// @param packed Below 2^40.
    /// @return Below 2^35 · 10^31 < 2^138.
    function unpack(uint256 packed) internal pure returns (uint256) {
        return (packed & MANTISSA_MASK) * 10 ** (packed >> MANTISSA_BITS);
    }

    /// @param amount Below 2^128.
    /// @return packed The least packed amount that is not below `amount`.
    function packUp(uint256 amount) internal pure returns (uint256 packed) {
        uint256 exponent = 0;
        while (amount > MANTISSA_MASK) {
            amount = (amount + 9) / 10;
            ++exponent;
        }
        return amount | (exponent << MANTISSA_BITS);
    }
}
