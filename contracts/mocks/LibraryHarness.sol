// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {BN254} from "../libraries/BN254.sol";
import {KZG} from "../libraries/KZG.sol";
import {Pubdata} from "../libraries/Pubdata.sol";
import {Requests} from "../libraries/Requests.sol";
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
        return
            Pubdata.outboxHash(words, Pubdata.queueOps(words, queueOps), Pubdata.withdrawals(words, queueOps), chain);
    }

    function wordCount(uint256 queueOps, uint256 signedOps) external pure returns (uint256) {
        return Pubdata.wordCount(queueOps, signedOps);
    }

    function header(uint256 word) external pure returns (uint64 number, uint64 timestamp, uint64 suspended) {
        return Pubdata.header(word);
    }

    function queueOp(uint256[] calldata words, uint256 i) external pure returns (Pubdata.QueueOp memory) {
        return Pubdata.queueOp(words, i);
    }

    function countRequests(uint256[] calldata words, uint256 queueOps, uint256 chain) external pure returns (uint256) {
        return Pubdata.countRequests(words, queueOps, chain);
    }

    function requestHash(uint256 word0, uint256 word1, uint256 word2) external pure returns (bytes32) {
        return Pubdata.requestHash(word0, word1, word2);
    }

    function appendAll(bytes32 head, bytes32[] calldata requests) external pure returns (bytes32) {
        return Pubdata.appendAll(head, requests);
    }

    function withdrawn(
        uint256[] calldata words,
        uint256 at,
        uint256 firstSigned
    ) external pure returns (uint256 amount, uint256 minOut) {
        return Pubdata.withdrawn(words, at, firstSigned);
    }

    function requestWord0(
        uint256 op,
        uint256 chain,
        uint256 account,
        uint256 cell,
        uint256 token,
        uint256 amount
    ) external pure returns (uint256) {
        return Requests.word0(op, chain, account, cell, token, amount);
    }

    function requestWord1(address owner, uint256 payer) external pure returns (uint256) {
        return Requests.word1(owner, payer);
    }

    function checkIndices(uint256 account, uint256 cell, uint256 cellBits) external pure {
        Requests.checkIndices(account, cell, cellBits);
    }

    /// @return errors What `checkRequest` reverts with for each of many; empty where it does not.
    function tryRequests(
        uint256[3][] calldata requests,
        uint256 chain,
        uint256 cellBits
    ) external view returns (bytes[] memory errors) {
        errors = new bytes[](requests.length);
        for (uint256 i = 0; i < errors.length; ++i) {
            try this.checkRequest(requests[i], chain, cellBits) {} catch (bytes memory error) {
                errors[i] = error;
            }
        }
    }

    function checkRequest(uint256[3] calldata words, uint256 chain, uint256 cellBits) external pure {
        Requests.check(words[0], words[1], words[2], chain, cellBits);
    }
}
