// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {FIELD_ORDER, OPENING_TAG} from "../generated/Spec.sol";
import {G1Point} from "../types/Types.sol";
import {BN254} from "./BN254.sol";

/// @title KZG openings of three commitments at one point by one pairing
/// @notice Kate, Zaverucha, Goldberg: "Constant-Size Commitments to Polynomials and Their Applications", ASIACRYPT 2010;
///   openings merged by a random scalar as in PLONK (ePrint 2019/953, section 3).
library KZG {
    using BN254 for G1Point;

    /// @notice A point or value is not below the field's order.
    error KZG_NotInField(uint256 value);

    /// @dev The three polynomials and their claimed values at one point.
    struct Claim {
        G1Point oldCommitment;
        G1Point quotient;
        G1Point newCommitment;
        uint256 oldEval;
        uint256 quotientEval;
        uint256 newEval;
    }

    /// @notice Whether the three polynomials have the claimed values at `x`.
    /// @param x Where they are opened, below the field's order.
    /// @param opening W = [(F(τ) − F(x)) / (τ − x)]₁ of the merged polynomial F = C + v·C_Q + v²·C'.
    /// @param tauG2 [τ]₂ as EIP-197 orders it.
    /// @dev e(F − F(x)·[1]₁ + x·W, [1]₂) = e(W, [τ]₂). Reverts on points that are not on the curve.
    function verify(
        Claim memory claim,
        uint256 x,
        G1Point memory opening,
        uint256[4] memory tauG2
    ) internal view returns (bool) {
        _requireInField(x);
        _requireInField(claim.oldEval);
        _requireInField(claim.quotientEval);
        _requireInField(claim.newEval);

        uint256 v = uint256(keccak256(abi.encode(OPENING_TAG, x, _values(claim), _points(claim)))) % FIELD_ORDER;

        uint256 value = addmod(mulmod(v, claim.newEval, FIELD_ORDER), claim.quotientEval, FIELD_ORDER);
        value = addmod(mulmod(v, value, FIELD_ORDER), claim.oldEval, FIELD_ORDER);

        G1Point memory sum = claim.newCommitment.mul(v).add(claim.quotient).mul(v).add(claim.oldCommitment);
        sum = sum.add(opening.mul(x)).add(BN254.generator().mul(FIELD_ORDER - value));
        return BN254.pairing(sum, opening.negate(), tauG2);
    }

    function _values(Claim memory claim) private pure returns (uint256[3] memory) {
        return [claim.oldEval, claim.quotientEval, claim.newEval];
    }

    function _points(Claim memory claim) private pure returns (G1Point[3] memory) {
        return [claim.oldCommitment, claim.quotient, claim.newCommitment];
    }

    function _requireInField(uint256 value) private pure {
        if (value >= FIELD_ORDER) revert KZG_NotInField(value);
    }
}
