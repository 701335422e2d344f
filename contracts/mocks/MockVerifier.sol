// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {IPlonkVerifier} from "../interfaces/IPlonkVerifier.sol";

/// @notice Mock: accepts or refuses every proof as it is set. Optionally only for one proof and one set of public inputs.
contract MockVerifier is IPlonkVerifier {
    bool public accepts = true;
    /// @notice keccak256(proof, inputs) of the only proof that is accepted; 0: any.
    bytes32 public only;

    function setAccepts(bool accepts_) external {
        accepts = accepts_;
    }

    function setOnly(uint256[24] calldata proof, uint256[6] calldata inputs) external {
        only = keccak256(abi.encode(proof, inputs));
    }

    function verifyProof(uint256[24] calldata proof, uint256[6] calldata inputs) external view returns (bool) {
        return accepts && (only == 0 || only == keccak256(abi.encode(proof, inputs)));
    }
}
