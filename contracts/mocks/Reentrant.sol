// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

/// @notice Mock: an account that, when it is called by a token's hook or receives native coin, makes one call of its own.
contract Reentrant {
    // One slot, so that it all fits into the gas of a payment.
    address private _target;
    bool public called;
    bool public succeeded;
    /// @notice First bytes of what the call answered: an error's selector.
    bytes4 public answer;

    bytes public data;

    receive() external payable {
        _reenter();
    }

    function arm(address target_, bytes calldata data_) external {
        (_target, data, called, succeeded, answer) = (target_, data_, false, false, 0);
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
        if (_target == address(0) || called) return;
        called = true;
        (bool success, bytes memory result) = _target.call(data);
        (succeeded, answer) = (success, bytes4(result));
    }
}
