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

    function setMood(Mood mood_) external {
        mood = mood_;
    }

    /// @notice Calls another contract as this one.
    function act(address target, bytes calldata data) external payable returns (bytes memory) {
        (bool success, bytes memory answer) = target.call{value: msg.value}(data);
        if (!success) revert Refused();
        return answer;
    }
}

/// @notice Mock: an account that, when it is called by a token's hook or receives native coin, makes one call of its own.
contract Reentrant {
    address public target;
    bytes public data;
    bool public called;
    bool public succeeded;
    bytes public answer;

    receive() external payable {
        _reenter();
    }

    function arm(address target_, bytes calldata data_) external {
        (target, data, called, succeeded) = (target_, data_, false, false);
    }

    function onToken() external {
        _reenter();
    }

    function act(address to, uint256 value, bytes calldata call_) external payable {
        (bool success, bytes memory result) = to.call{value: value}(call_);
        if (!success) {
            assembly {
                revert(add(result, 0x20), mload(result))
            }
        }
    }

    function _reenter() private {
        if (target == address(0) || called) return;
        called = true;
        (succeeded, answer) = target.call(data);
    }
}
