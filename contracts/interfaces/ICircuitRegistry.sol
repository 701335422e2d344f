// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {Circuit} from "../types/Types.sol";

/// @title The circuits that batches may be proven with
interface ICircuitRegistry {
    /// @notice The circuit id is zero.
    error CircuitRegistry_ZeroId();
    /// @notice This id is registered already; an id names one verification key for ever.
    error CircuitRegistry_AlreadyRegistered(bytes32 id);
    /// @notice The verifier's address has no code.
    error CircuitRegistry_NoCode(address verifier);
    /// @notice A batch needs at least one queue op slot, and an even, non-zero number of signed op slots.
    error CircuitRegistry_InvalidSize(uint16 queueOps, uint16 signedOps);

    event CircuitRegistered(bytes32 indexed id, address indexed verifier, uint16 queueOps, uint16 signedOps);

    /// @notice Registers a circuit, once per id. Restricted.
    /// @param id keccak256 of the circuit's verification key.
    /// @dev Warning: that the verifier was made from that key is the caller's duty; it cannot be checked here.
    function register(bytes32 id, Circuit calldata circuit) external;

    /// @return circuit The circuit of this id; its verifier is 0 when there is none.
    function circuitOf(bytes32 id) external view returns (Circuit memory circuit);
}
