// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

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
        if (circuit.queueOps == 0 || circuit.signedOps == 0 || circuit.signedOps % 2 != 0) {
            revert CircuitRegistry_InvalidSize(circuit.queueOps, circuit.signedOps);
        }
        _circuits[id] = circuit;
        emit CircuitRegistered(id, circuit.verifier, circuit.queueOps, circuit.signedOps);
    }

    /// @inheritdoc ICircuitRegistry
    function circuitOf(bytes32 id) external view returns (Circuit memory circuit) {
        return _circuits[id];
    }
}
