// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC7786GatewaySource, IERC7786Recipient} from "@openzeppelin/contracts/interfaces/draft-IERC7786.sol";
import {InteroperableAddress} from "@openzeppelin/contracts/utils/draft-InteroperableAddress.sol";

import {IGateway} from "../interfaces/IGateway.sol";
import {IPeerGateway} from "../interfaces/IPeerGateway.sol";

/// @title What gateways have in common: peers, recipients, fees, and delivery once. See {IPeerGateway}
abstract contract Gateway is IPeerGateway, AccessManaged {
    /// @dev What is paid for on the other chain, for protocols that deliver. A delivery to `Facts` needs less than 150,000.
    uint128 internal constant _DELIVERY_GAS = 250_000;

    /// @inheritdoc IPeerGateway
    uint256 public nonce;
    /// @inheritdoc IPeerGateway
    mapping(uint256 domain => uint256 chainId) public chainOf;
    /// @inheritdoc IPeerGateway
    mapping(bytes32 receiveId => bool) public delivered;
    mapping(uint256 chainId => Peer) private _peers;

    constructor(address authority) AccessManaged(authority) {}

    /// @inheritdoc IPeerGateway
    function removePeer(uint256 chainId) external restricted {
        Peer memory peer = _requirePeer(chainId);
        delete chainOf[peer.domain];
        delete _peers[chainId];
        emit PeerRemoved(chainId);
    }

    /// @inheritdoc IERC7786GatewaySource
    /// @dev Needs the fee and gives back the rest. The id is zero when the protocol sees to the delivery.
    function sendMessage(
        bytes calldata recipient,
        bytes calldata payload,
        bytes[] calldata attributes
    ) external payable returns (bytes32 sendId) {
        if (attributes.length != 0) revert UnsupportedAttribute(bytes4(attributes[0]));
        uint256 fee;
        (sendId, fee) = _dispatch(recipient, payload);
        bytes memory sender = InteroperableAddress.formatEvmV1(block.chainid, msg.sender);
        emit MessageSent(sendId, sender, recipient, payload, 0, attributes);
        if (msg.value > fee) _refund(msg.value - fee);
    }

    /// @inheritdoc IGateway
    function quote(bytes calldata recipient, bytes calldata payload) external view returns (uint256 fee) {
        (Peer memory peer, address to) = _resolve(recipient);
        return _quote(peer, abi.encode(Message(nonce + 1, msg.sender, to, payload)));
    }

    /// @inheritdoc IPeerGateway
    function peerOf(uint256 chainId) external view returns (Peer memory) {
        return _peers[chainId];
    }

    /// @inheritdoc IERC7786GatewaySource
    function supportsAttribute(bytes4) external pure returns (bool) {
        return false;
    }

    function _setPeer(uint256 chainId, uint256 domain, address gateway) internal {
        if (chainId == 0 || domain == 0 || gateway == address(0)) revert Gateway_ZeroPeer();
        uint256 holder = chainOf[domain];
        if (holder != 0 && holder != chainId) revert Gateway_DomainTaken(domain, holder);
        delete chainOf[_peers[chainId].domain];
        chainOf[domain] = chainId;
        _peers[chainId] = Peer(gateway, domain);
        emit PeerSet(chainId, domain, gateway);
    }

    /// @dev Delivers what a protocol says that `gateway` of `domain` sent.
    function _receive(uint256 domain, bytes32 gateway, bytes calldata body) internal {
        if (msg.value != 0) revert Gateway_ValueRefused(msg.value);
        if (!_isPeer(domain, gateway)) revert Gateway_NotPeer(domain, gateway);
        _deliver(chainOf[domain], abi.decode(body, (Message)));
    }

    /// @param chainId Whose peer, proven, sent the message.
    function _deliver(uint256 chainId, Message memory message) internal {
        bytes32 receiveId = keccak256(abi.encode(chainId, _peers[chainId].gateway, message.nonce));
        if (delivered[receiveId]) revert Gateway_AlreadyDelivered(receiveId);
        delivered[receiveId] = true;
        emit MessageDelivered(receiveId, message.recipient);
        bytes memory sender = InteroperableAddress.formatEvmV1(chainId, message.sender);
        bytes4 answer = IERC7786Recipient(message.recipient).receiveMessage(receiveId, sender, message.payload);
        if (answer != IERC7786Recipient.receiveMessage.selector) revert Gateway_NotAcknowledged(message.recipient);
    }

    /// @dev Hands a message to the protocol, with exactly the fee.
    /// @return sendId Zero, or by what the message is known to those who must deliver it.
    function _send(
        Peer memory peer,
        uint256 number,
        bytes memory body,
        uint256 fee
    ) internal virtual returns (bytes32 sendId);

    /// @return fee What the protocol charges for a message, in wei.
    function _quote(Peer memory peer, bytes memory body) internal view virtual returns (uint256 fee);

    /// @dev A domain without a peer is nobody's, not the zero address's.
    function _isPeer(uint256 domain, bytes32 gateway) internal view returns (bool) {
        uint256 chainId = chainOf[domain];
        return chainId != 0 && gateway == _toBytes32(_peers[chainId].gateway);
    }

    function _requirePeer(uint256 chainId) internal view returns (Peer memory peer) {
        peer = _peers[chainId];
        if (peer.gateway == address(0)) revert Gateway_UnknownChain(chainId);
    }

    function _requireCode(address account) internal view {
        if (account.code.length == 0) revert Gateway_NoCode(account);
    }

    /// @dev How both protocols write addresses.
    function _toBytes32(address account) internal pure returns (bytes32) {
        return bytes32(uint256(uint160(account)));
    }

    function _dispatch(bytes calldata recipient, bytes calldata payload) private returns (bytes32 sendId, uint256 fee) {
        (Peer memory peer, address to) = _resolve(recipient);
        uint256 number = ++nonce;
        bytes memory body = abi.encode(Message(number, msg.sender, to, payload));
        fee = _quote(peer, body);
        if (msg.value < fee) revert Gateway_InsufficientFee(fee, msg.value);
        sendId = _send(peer, number, body, fee);
    }

    function _refund(uint256 amount) private {
        // solhint-disable-next-line avoid-low-level-calls
        (bool success, ) = msg.sender.call{value: amount}("");
        if (!success) revert Gateway_RefundFailed(msg.sender);
    }

    /// @dev The parser takes leading zeros and trailing bytes; only what it would be written as again is canonical.
    function _resolve(bytes calldata recipient) private view returns (Peer memory peer, address to) {
        uint256 chainId;
        (, chainId, to) = InteroperableAddress.tryParseEvmV1Calldata(recipient);
        bytes memory canonical = InteroperableAddress.formatEvmV1(chainId, to);
        if (to == address(0) || keccak256(recipient) != keccak256(canonical)) {
            revert Gateway_InvalidRecipient(recipient);
        }
        peer = _requirePeer(chainId);
    }
}
