// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {BATCH_TAG, CHALLENGE_TAG, FIELD_ORDER} from "../generated/Spec.sol";
import {AcceptedBatch, Batch, G1Point} from "../types/Types.sol";

/// @title Hashes of a whole batch; every item is a 32-byte word
library BatchHashes {
    /// @return Challenge at which words and commitments are opened, below the field's order.
    /// @param commitment State commitment before the batch.
    /// @dev It is over everything that the prover commits to, so nothing can be fitted to it afterwards.
    function challenge(
        Batch calldata batch,
        uint256 domain,
        uint256 number,
        G1Point memory commitment
    ) internal pure returns (uint256) {
        bytes memory head = abi.encode(
            CHALLENGE_TAG,
            domain,
            batch.circuit,
            number,
            commitment,
            batch.newCommitment,
            batch.quotient,
            batch.digest
        );
        return uint256(keccak256(abi.encodePacked(head, batch.words))) % FIELD_ORDER;
    }

    /// @return Hash that names the batch and all before it. Digest, quotient and proof are not in it: they are not unique.
    /// @param header The batch's first word, which holds its number and timestamp; 0: genesis.
    /// @param hashOfWords keccak256 of the words, 32 bytes each.
    function batchHash(
        uint256 domain,
        bytes32 circuit,
        uint256 header,
        bytes32 previousHash,
        G1Point memory newCommitment,
        bytes32 hashOfWords
    ) internal pure returns (bytes32) {
        return keccak256(abi.encode(BATCH_TAG, domain, circuit, header, previousHash, newCommitment, hashOfWords));
    }

    /// @return Hash of a batch of which only the parts of its hash are known.
    function acceptedHash(uint256 domain, AcceptedBatch memory batch) internal pure returns (bytes32) {
        return batchHash(domain, batch.circuit, batch.header, batch.previousHash, batch.newCommitment, batch.wordsHash);
    }

    function wordsHash(uint256[] calldata words) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(words));
    }
}
