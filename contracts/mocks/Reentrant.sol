// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

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
