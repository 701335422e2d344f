// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {MockGateway} from "./MockGateway.sol";

/// @notice Mock: lets many gateways report in one transaction, in the order given.
contract MockCourier {
    struct Report {
        MockGateway gateway;
        bytes sender;
        bytes payload;
    }

    function deliver(address recipient, Report[] calldata reports) external {
        for (uint256 i = 0; i < reports.length; ++i) {
            reports[i].gateway.report(recipient, reports[i].sender, reports[i].payload);
        }
    }
}
