// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {IERC7786Recipient} from "@openzeppelin/contracts/interfaces/draft-IERC7786.sol";

/// @notice Mock: a recipient of messages that tells what it got, or reverts while it is set to; and a sender of them that takes no coin.
contract MockMessageRecipient is IERC7786Recipient {
    error Refused();

    event Received(address gateway, bytes32 receiveId, bytes sender, bytes payload);

    bool public refuses;

    function setRefuses(bool refuses_) external {
        refuses = refuses_;
    }

    function receiveMessage(
        bytes32 receiveId,
        bytes calldata sender,
        bytes calldata payload
    ) external payable returns (bytes4) {
        if (refuses) revert Refused();
        emit Received(msg.sender, receiveId, sender, payload);
        return IERC7786Recipient.receiveMessage.selector;
    }
}
