// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {Random} from "./Random.sol";

/// @title A random user of a contract, with a model of what the contract should be
/// @notice Forge calls its functions in random order. None may revert: a revert is a difference from the model.
abstract contract Handler {
    /// @notice The contract differs from the model.
    error Broken(string what);

    uint256 private _calls;

    /// @dev The same seed makes other choices each time, as forge repeats some.
    function _random(uint256 seed) internal returns (Random.Source memory) {
        return Random.Source(uint256(keccak256(abi.encode(seed, ++_calls))));
    }

    function _check(bool holds, string memory what) internal pure {
        if (!holds) revert Broken(what);
    }
}
