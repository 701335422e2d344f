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
    /// @notice A batch needs at least 2 queue op slots, and an even, non-zero number of signed op slots.
    error CircuitRegistry_InvalidSize(uint16 queueOps, uint16 signedOps);

    /// @notice No circuit has this id.
    error CircuitRegistry_NotRegistered(bytes32 id);
    /// @notice The circuit would be retired before, or as, it becomes active.
    error CircuitRegistry_EmptyPeriod(uint32 activeFrom, uint32 retiredFrom);

    event CircuitRegistered(
        bytes32 indexed id,
        address indexed verifier,
        uint16 queueOps,
        uint16 signedOps,
        uint32 activeFrom
    );
    event CircuitRetired(bytes32 indexed id, uint32 from);

    /// @notice Registers a circuit, once per id. Restricted.
    /// @param id keccak256 of the circuit's verification key.
    /// @dev Warning: that the verifier was made from that key is the caller's duty; it cannot be checked here.
    function register(bytes32 id, Circuit calldata circuit) external;

    /// @notice Ends the use of a circuit, or moves its end. Restricted.
    /// @param from Number of the first batch that may not be proven with it; 0: it has no end.
    /// @dev Warning: it must be the same on every chain, set before any of them accepts batch `from`; else a batch that the
    ///   primary took is refused elsewhere. The same holds for `activeFrom`.
    function retire(bytes32 id, uint32 from) external;

    /// @return circuit The circuit of this id; its verifier is 0 when there is none.
    function circuitOf(bytes32 id) external view returns (Circuit memory circuit);
}
