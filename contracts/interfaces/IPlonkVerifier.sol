// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

/// @title The verifier contract that snarkjs makes from a circuit's verification key
/// @notice Warning: it accepts public inputs at or above the field's order. Callers check the range.
/// @notice Warning: its failure path returns from the whole call, so it must be called, never inherited.
interface IPlonkVerifier {
    /// @param proof The proof's 24 words, in snarkjs' order.
    /// @param inputs Public inputs: digest, challenge, wordsEval, oldEval, quotientEval, newEval.
    /// @return valid Whether the proof holds. An invalid one returns false and does not revert.
    function verifyProof(uint256[24] calldata proof, uint256[6] calldata inputs) external view returns (bool valid);
}
