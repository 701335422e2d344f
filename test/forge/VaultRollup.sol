// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {IVault} from "../../contracts/interfaces/IVault.sol";

/// @notice All that a vault knows of its rollup.
contract VaultRollup {
    IVault public immutable vault;

    constructor(IVault vault_) {
        vault = vault_;
    }

    function enqueueOutbox(uint64 batch, bytes32 outboxHash) external {
        vault.enqueueOutbox(batch, outboxHash);
    }

    function consume(uint256 count) external {
        vault.consume(count);
    }
}
