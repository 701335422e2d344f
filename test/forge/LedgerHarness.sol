// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {Pubdata} from "../../contracts/libraries/Pubdata.sol";
import {ZusdLedger} from "../../contracts/rollup/ZusdLedger.sol";

/// @notice A ledger without the rollup around it: no proof, no restriction.
contract LedgerHarness is ZusdLedger {
    uint64 public number;

    /// @notice What the rollup does with an accepted batch.
    function accept(uint256[] calldata words, uint256 queueSlots) external {
        _applyToLedger(words, Pubdata.queueOps(words, queueSlots), Pubdata.withdrawals(words, queueSlots), ++number);
    }

    function setCap(uint8 chain, uint104 cap, uint48 from) external {
        _setCap(chain, cap, from, number);
    }
}
