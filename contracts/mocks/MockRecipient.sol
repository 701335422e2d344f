// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

/// @notice Mock: a recipient of native coin that accepts, reverts, burns its gas, or answers with 100 kB.
contract MockRecipient {
    enum Mood {
        Accept,
        Revert,
        BurnGas,
        LongAnswer,
        LongRevert
    }

    error Refused();

    Mood public mood;

    constructor(Mood mood_) {
        mood = mood_;
    }

    receive() external payable {
        _react();
    }

    function setMood(Mood mood_) external {
        mood = mood_;
    }

    function _react() private view {
        if (mood == Mood.Accept) return;
        if (mood == Mood.Revert) revert Refused();
        if (mood == Mood.BurnGas) while (true) {}
        bool fails = mood == Mood.LongRevert;
        assembly {
            if fails {
                revert(0, 100000)
            }
            return(0, 100000)
        }
    }
}
