// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {FIELD_ORDER} from "../generated/Spec.sol";
import {IPlonkVerifier} from "../interfaces/IPlonkVerifier.sol";

/// @title Calls snarkjs' verifiers safely
/// @notice Checks what they do not: that every public input is canonical. A verifier is only ever called from outside, by a
///   static call whose answer is used.
library ProofVerifier {
    /// @notice A public input is not below the field's order.
    error ProofVerifier_InputTooLarge(uint256 index, uint256 input);

    /// @param inputs Public inputs: digest, challenge, wordsEval, oldEval, quotientEval, newEval.
    function verify(
        address verifier,
        uint256[24] calldata proof,
        uint256[6] memory inputs
    ) internal view returns (bool) {
        for (uint256 i = 0; i < inputs.length; ++i) {
            if (inputs[i] >= FIELD_ORDER) revert ProofVerifier_InputTooLarge(i, inputs[i]);
        }
        return IPlonkVerifier(verifier).verifyProof(proof, inputs);
    }
}
