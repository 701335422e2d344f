// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {MockToken} from "./MockToken.sol";

/// @notice Mock: answers a transfer with two bytes, with 100 kB, or by burning all gas.
contract RudeToken is MockToken {
    enum Answer {
        Short,
        Long,
        BurnGas
    }

    Answer public answer;

    constructor() MockToken("RUDE", 18) {}

    function setAnswer(Answer answer_) external {
        answer = answer_;
    }

    function transfer(address, uint256) public view override returns (bool) {
        if (answer == Answer.BurnGas) while (true) {}
        uint256 size = answer == Answer.Long ? 100_000 : 2;
        assembly {
            return(0, size)
        }
    }
}
