// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {BN254} from "../libraries/BN254.sol";
import {KZG} from "../libraries/KZG.sol";
import {Pubdata} from "../libraries/Pubdata.sol";
import {G1Point} from "../types/Types.sol";
import {ProofVerifier} from "../verifiers/ProofVerifier.sol";

/// @notice Mock: gives tests access to the libraries.
contract LibraryHarness {
    function add(G1Point memory a, G1Point memory b) external view returns (G1Point memory) {
        return BN254.add(a, b);
    }

    function mul(G1Point memory a, uint256 scalar) external view returns (G1Point memory) {
        return BN254.mul(a, scalar);
    }

    function negate(G1Point memory a) external pure returns (G1Point memory) {
        return BN254.negate(a);
    }

    function pairing(G1Point memory a, G1Point memory b, uint256[4] memory q) external view returns (bool) {
        return BN254.pairing(a, b, q);
    }

    function verifyOpening(
        KZG.Claim memory claim,
        uint256 x,
        G1Point memory opening,
        uint256[4] memory tauG2
    ) external view returns (bool) {
        return KZG.verify(claim, x, opening, tauG2);
    }

    function verifyProof(
        address verifier,
        uint256[24] calldata proof,
        uint256[6] memory inputs
    ) external view returns (bool) {
        return ProofVerifier.verify(verifier, proof, inputs);
    }

    function evaluate(uint256[] calldata words, uint256 x) external pure returns (uint256) {
        return Pubdata.evaluate(words, x);
    }

    function consume(
        uint256[] calldata words,
        uint256 queueOps,
        uint256 chain,
        bytes32 head
    ) external pure returns (bytes32 newHead, uint256 taken) {
        return Pubdata.consume(words, queueOps, chain, head);
    }

    function outboxHash(uint256[] calldata words, uint256 queueOps, uint256 chain) external pure returns (bytes32) {
        return Pubdata.outboxHash(words, queueOps, chain);
    }
}
