// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {LedgerHandler} from "./LedgerHandler.sol";
import {LedgerHarness} from "./LedgerHarness.sol";

contract LedgerInvariants {
    error LedgerInvariants_Issued(uint256 chain, uint256 expected, uint256 actual);
    error LedgerInvariants_AboveCap(uint256 chain, uint256 cap, uint256 actual);
    error LedgerInvariants_Cap(uint256 chain, uint256 batch, uint256 expected, uint256 actual);

    LedgerHandler private _handler;
    LedgerHarness private _ledger;

    function setUp() external {
        _handler = new LedgerHandler();
        _ledger = _handler.ledger();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    /// @notice What is issued is what the model says, and never more than a cap allowed. Caps are the model's.
    function invariantLedger() external view {
        uint256 chains = _handler.CHAINS();
        uint256 number = _handler.number();
        for (uint256 chain = 0; chain <= chains + 1; ++chain) {
            uint256 actual = _ledger.issued(uint8(chain));
            uint256 expected = _handler.issued(chain);
            if (actual != expected) revert LedgerInvariants_Issued(chain, expected, actual);
            uint256 highest = _handler.highestCap(chain);
            if (actual > highest) revert LedgerInvariants_AboveCap(chain, highest, actual);
            // Another batch to come for each chain, and others after each batch.
            uint256 batch = number + ((number + chain) % 6);
            uint256 cap = _ledger.capOf(uint8(chain), uint64(batch));
            uint256 expectedCap = _handler.capOf(chain, batch);
            if (cap != expectedCap) revert LedgerInvariants_Cap(chain, batch, expectedCap, cap);
        }
    }
}
