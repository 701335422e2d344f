// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {IERC7786GatewaySource, IERC7786Recipient} from "@openzeppelin/contracts/interfaces/draft-IERC7786.sol";
import {InteroperableAddress} from "@openzeppelin/contracts/utils/draft-InteroperableAddress.sol";

import {IGateway} from "../interfaces/IGateway.sol";

/// @title Test gateway: an ERC-7786 gateway for development
/// @notice Warning: it proves nothing. Its relayer delivers what it likes; deploy scripts refuse it on live networks.
contract TestGateway is IGateway {
    /// @notice The caller is not the relayer.
    error TestGateway_NotRelayer(address caller);
    /// @notice This message was delivered before.
    error TestGateway_AlreadyDelivered(bytes32 receiveId);
    /// @notice The recipient did not acknowledge the message.
    error TestGateway_NotAcknowledged(address recipient);
    /// @notice Messages carry no native coin.
    error TestGateway_ValueRefused(uint256 value);

    event MessageDelivered(bytes32 indexed receiveId, address indexed recipient);

    address public immutable relayer;
    /// @notice Messages sent.
    uint256 public nonce;
    mapping(bytes32 receiveId => bool) public delivered;

    constructor(address relayer_) {
        relayer = relayer_;
    }

    /// @inheritdoc IERC7786GatewaySource
    /// @dev The id is unique over all chains: deliver by it.
    function sendMessage(
        bytes calldata recipient,
        bytes calldata payload,
        bytes[] calldata attributes
    ) external payable returns (bytes32 sendId) {
        if (msg.value != 0) revert TestGateway_ValueRefused(msg.value);
        if (attributes.length != 0) revert UnsupportedAttribute(bytes4(attributes[0]));
        sendId = keccak256(abi.encode(block.chainid, this, nonce++));
        bytes memory sender = InteroperableAddress.formatEvmV1(block.chainid, msg.sender);
        emit MessageSent(sendId, sender, recipient, payload, 0, attributes);
    }

    /// @notice Hands a message to its recipient, once per id; a delivery that reverts may be tried again. Only the relayer.
    /// @param receiveId Id of the message, as its `MessageSent` names it.
    /// @param sender ERC-7930 address of who sent it.
    function deliver(bytes32 receiveId, bytes calldata sender, address recipient, bytes calldata payload) external {
        if (msg.sender != relayer) revert TestGateway_NotRelayer(msg.sender);
        if (delivered[receiveId]) revert TestGateway_AlreadyDelivered(receiveId);
        delivered[receiveId] = true;
        bytes4 answer = IERC7786Recipient(recipient).receiveMessage(receiveId, sender, payload);
        if (answer != IERC7786Recipient.receiveMessage.selector) revert TestGateway_NotAcknowledged(recipient);
        emit MessageDelivered(receiveId, recipient);
    }

    /// @inheritdoc IGateway
    function quote(bytes calldata, bytes calldata) external pure returns (uint256 fee) {
        return 0;
    }

    /// @inheritdoc IERC7786GatewaySource
    function supportsAttribute(bytes4) external pure returns (bool) {
        return false;
    }
}
