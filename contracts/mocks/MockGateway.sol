// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {IERC7786Recipient} from "@openzeppelin/contracts/interfaces/draft-IERC7786.sol";

import {IGateway} from "../interfaces/IGateway.sol";

/// @notice Mock: a gateway that reports what anyone tells it to, and sends, overcharges or fails as it is set.
contract MockGateway is IGateway {
    error Broken();

    bool public broken;
    bool public mute;
    bool public greedy;
    uint256 public fee;
    uint256 public sent;

    function setBroken(bool broken_) external {
        broken = broken_;
    }

    /// @notice Names this fee from now on.
    function setFee(uint256 fee_) external {
        fee = fee_;
    }

    /// @notice Whether it answers nothing when it is asked for its fee.
    function setMute(bool mute_) external {
        mute = mute_;
    }

    /// @notice Whether it burns all its gas when it is to send.
    function setGreedy(bool greedy_) external {
        greedy = greedy_;
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
        if (greedy) {
            assembly {
                invalid()
            }
        }
        sendId = bytes32(++sent);
        emit MessageSent(sendId, abi.encodePacked(msg.sender), recipient, payload, msg.value, attributes);
    }

    function quote(bytes calldata, bytes calldata) external view returns (uint256) {
        if (mute) {
            assembly {
                return(0, 0)
            }
        }
        return fee;
    }

    function supportsAttribute(bytes4) external pure returns (bool) {
        return false;
    }
}
