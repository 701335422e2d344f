// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {MIN_QUEUE_OPS} from "../generated/Spec.sol";
import {ICircuitRegistry} from "../interfaces/ICircuitRegistry.sol";
import {Circuit} from "../types/Types.sol";

/// @title See {ICircuitRegistry}
contract CircuitRegistry is ICircuitRegistry, AccessManaged {
    mapping(bytes32 id => Circuit) private _circuits;

    constructor(address authority) AccessManaged(authority) {}

    /// @inheritdoc ICircuitRegistry
    function register(bytes32 id, Circuit calldata circuit) external restricted {
        if (id == 0) revert CircuitRegistry_ZeroId();
        if (_circuits[id].verifier != address(0)) revert CircuitRegistry_AlreadyRegistered(id);
        if (circuit.verifier.code.length == 0) revert CircuitRegistry_NoCode(circuit.verifier);
        if (circuit.queueOps < MIN_QUEUE_OPS || circuit.signedOps == 0 || circuit.signedOps % 2 != 0) {
            revert CircuitRegistry_InvalidSize(circuit.queueOps, circuit.signedOps);
        }
        _requirePeriod(circuit.activeFrom, circuit.retiredFrom);
        _circuits[id] = circuit;
        emit CircuitRegistered(id, circuit.verifier, circuit.queueOps, circuit.signedOps, circuit.activeFrom);
    }

    /// @inheritdoc ICircuitRegistry
    function retire(bytes32 id, uint32 from) external restricted {
        Circuit storage circuit = _circuits[id];
        if (circuit.verifier == address(0)) revert CircuitRegistry_NotRegistered(id);
        _requirePeriod(circuit.activeFrom, from);
        circuit.retiredFrom = from;
        emit CircuitRetired(id, from);
    }

    /// @inheritdoc ICircuitRegistry
    function circuitOf(bytes32 id) external view returns (Circuit memory circuit) {
        return _circuits[id];
    }

    function _requirePeriod(uint32 activeFrom, uint32 retiredFrom) private pure {
        if (retiredFrom != 0 && retiredFrom <= activeFrom) {
            revert CircuitRegistry_EmptyPeriod(activeFrom, retiredFrom);
        }
    }
}
