// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {G1Point} from "../types/Types.sol";

/// @title Groups of the curve BN254, by the precompiles of EIP-196 and EIP-197
/// @notice The precompiles refuse coordinates at or above the base field's order and points off the curve; every function
///   here reverts then. The point at infinity is (0, 0).
library BN254 {
    /// @notice A point is not on the curve, or not canonical.
    error BN254_InvalidPoint();

    /// @dev Order of the base field.
    uint256 private constant _BASE_ORDER = 0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47;

    /// @dev The generator of G2, as EIP-197 orders it.
    uint256 private constant _G2_X_IM = 0x198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2;
    uint256 private constant _G2_X_RE = 0x1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed;
    uint256 private constant _G2_Y_IM = 0x090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b;
    uint256 private constant _G2_Y_RE = 0x12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa;

    function generator() internal pure returns (G1Point memory) {
        return G1Point(1, 2);
    }

    function add(G1Point memory a, G1Point memory b) internal view returns (G1Point memory sum) {
        bool success;
        assembly ("memory-safe") {
            let input := mload(0x40)
            mcopy(input, a, 0x40)
            mcopy(add(input, 0x40), b, 0x40)
            success := staticcall(gas(), 0x06, input, 0x80, sum, 0x40)
        }
        if (!success) revert BN254_InvalidPoint();
    }

    function mul(G1Point memory a, uint256 scalar) internal view returns (G1Point memory product) {
        bool success;
        assembly ("memory-safe") {
            let input := mload(0x40)
            mcopy(input, a, 0x40)
            mstore(add(input, 0x40), scalar)
            success := staticcall(gas(), 0x07, input, 0x60, product, 0x40)
        }
        if (!success) revert BN254_InvalidPoint();
    }

    /// @param a A point on the curve; its negative has the same x. Infinity is its own negative.
    function negate(G1Point memory a) internal pure returns (G1Point memory) {
        return G1Point(a.x, a.y == 0 ? 0 : _BASE_ORDER - a.y);
    }

    /// @return Whether e(a, [1]₂) · e(b, q) = 1.
    /// @param q A point of G2 as EIP-197 orders it: x's imaginary part, x's real part, y's imaginary part, y's real part.
    function pairing(G1Point memory a, G1Point memory b, uint256[4] memory q) internal view returns (bool) {
        uint256[12] memory input = [a.x, a.y, _G2_X_IM, _G2_X_RE, _G2_Y_IM, _G2_Y_RE, b.x, b.y, q[0], q[1], q[2], q[3]];
        bool success;
        uint256 result;
        assembly ("memory-safe") {
            success := staticcall(gas(), 0x08, input, 0x180, 0x00, 0x20)
            result := mload(0x00)
        }
        if (!success) revert BN254_InvalidPoint();
        return result == 1;
    }
}
