// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {Taken} from "../types/Types.sol";

/// @notice Mock: an ordering that admits every batch from anyone, whatever it suspends and consumes.
contract MockOrdering {
    event Admitted(address submitter, uint64 timestamp, uint64 suspended, uint256 queueOps, Taken[] taken);

    function admit(
        address submitter,
        uint64 timestamp,
        uint64 suspended,
        uint256 queueOps,
        Taken[] calldata taken
    ) external {
        emit Admitted(submitter, timestamp, suspended, queueOps, taken);
    }
}
