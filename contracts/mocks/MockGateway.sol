// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {IERC7786GatewaySource, IERC7786Recipient} from "@openzeppelin/contracts/interfaces/draft-IERC7786.sol";

/// @notice Mock: a gateway that reports what anyone tells it to, and sends, overcharges or fails as it is set.
contract MockGateway is IERC7786GatewaySource {
    error Broken();

    bool public broken;
    uint256 public sent;

    function setBroken(bool broken_) external {
        broken = broken_;
    }

    /// @notice Reports to a recipient whatever it is told.
    function report(address recipient, bytes calldata sender, bytes calldata payload) external payable {
        IERC7786Recipient(recipient).receiveMessage{value: msg.value}(0, sender, payload);
    }

    function sendMessage(
        bytes calldata recipient,
        bytes calldata payload,
        bytes[] calldata attributes
    ) external payable returns (bytes32 sendId) {
        if (broken) revert Broken();
        sendId = bytes32(++sent);
        emit MessageSent(sendId, abi.encodePacked(msg.sender), recipient, payload, msg.value, attributes);
    }

    function supportsAttribute(bytes4) external pure returns (bool) {
        return false;
    }
}
