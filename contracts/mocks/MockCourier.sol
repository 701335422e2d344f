// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {IFacts} from "../interfaces/IFacts.sol";
import {MockGateway} from "./MockGateway.sol";

/// @notice Mock: lets many gateways report in one transaction, in the order given, and asks for many facts in one call.
contract MockCourier {
    struct Report {
        MockGateway gateway;
        bytes sender;
        bytes payload;
    }

    struct Question {
        uint8 kind;
        uint8 chain;
        uint64 number;
        bytes32 value;
    }

    function deliver(address recipient, Report[] calldata reports) external {
        for (uint256 i = 0; i < reports.length; ++i) {
            reports[i].gateway.report(recipient, reports[i].sender, reports[i].payload);
        }
    }

    function ask(IFacts facts, Question[] calldata questions) external view returns (bool[] memory answers) {
        answers = new bool[](questions.length);
        for (uint256 i = 0; i < answers.length; ++i) {
            Question calldata question = questions[i];
            answers[i] = facts.holds(question.kind, question.chain, question.number, question.value);
        }
    }
}
