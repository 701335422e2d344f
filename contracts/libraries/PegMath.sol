// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title The price of draining a pegged facility, and the reward for refilling it
/// @notice A potential Φ(R) = κ·(T − R)²/(2T) of the reserve R below its target T, else 0: who takes the reserve down pays the difference
///   into a pot, who brings it up is paid from it. A difference of a potential does not depend on the path, so splitting gains
///   nothing. All in the token's own units; shares in units of 10^-4.
library PegMath {
    uint256 private constant _UNIT = 1e4;

    /// @param target T, at most 2^112 − 1.
    /// @param kappa κ, the fee of the last unit, in units of 10^-4; at most 10^3.
    /// @return Φ(reserve), rounded down. One fixed function of the integers, so sums of its differences telescope.
    function potential(uint256 reserve, uint256 target, uint256 kappa) internal pure returns (uint256) {
        if (reserve >= target) return 0;
        uint256 gap = target - reserve;
        return Math.mulDiv(gap, gap * kappa, 2 * target * _UNIT);
    }

    /// @return What taking `amount` out of the reserve costs.
    function charge(uint256 reserve, uint256 amount, uint256 target, uint256 kappa) internal pure returns (uint256) {
        return potential(reserve - amount, target, kappa) - potential(reserve, target, kappa);
    }

    /// @return What bringing `amount` into the reserve is worth at most; the pot may hold less.
    /// @dev One unit is kept: Φ is convex, its rounded values only up to a unit, and with it no way of splitting gains a unit.
    function rebate(uint256 reserve, uint256 amount, uint256 target, uint256 kappa) internal pure returns (uint256) {
        uint256 drop = potential(reserve, target, kappa) - potential(reserve + amount, target, kappa);
        return drop == 0 ? 0 : drop - 1;
    }

    /// @return A share of an amount, rounded up.
    function shareUp(uint256 amount, uint256 share) internal pure returns (uint256) {
        return Math.ceilDiv(amount * share, _UNIT);
    }
}
