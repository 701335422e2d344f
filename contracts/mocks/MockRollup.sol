// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {IVault} from "../interfaces/IVault.sol";

/// @notice Mock: all that a vault knows of its rollup. It accepts any batch, in any order.
contract MockRollup {
    IVault public immutable vault;
    /// @notice As of {IRollup}: the greatest that had an outbox.
    uint64 public number;

    constructor(IVault vault_) {
        vault = vault_;
    }

    function enqueueOutbox(uint64 batch, bytes32 outboxHash) external {
        if (batch > number) number = batch;
        vault.enqueueOutbox(batch, outboxHash);
    }

    function consume(uint256 count) external {
        vault.consume(count);
    }
}
