// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import {ICommitteeGateway} from "../interfaces/ICommitteeGateway.sol";
import {Gateway} from "./Gateway.sol";

/// @title See {ICommitteeGateway}
contract CommitteeGateway is ICommitteeGateway, Gateway, EIP712 {
    /// @dev Bounds the loops over attesters and signatures.
    uint256 public constant MAX_ATTESTERS = 32;

    bytes32 private constant _ATTESTATION = keccak256(
        "Attestation(uint256 chainId,address gateway,uint256 nonce,address sender,address recipient,bytes payload)"
    );

    /// @inheritdoc ICommitteeGateway
    uint256 public quorum;
    /// @inheritdoc ICommitteeGateway
    mapping(address account => bool) public isAttester;
    address[] private _attesters;

    constructor(
        address authority,
        address[] memory attesters_,
        uint256 quorum_
    ) Gateway(authority) EIP712("Causeway committee gateway", "1") {
        _setCommittee(attesters_, quorum_);
    }

    /// @inheritdoc ICommitteeGateway
    function setPeer(uint256 chainId, address gateway) external restricted {
        _setPeer(chainId, chainId, gateway);
    }

    /// @inheritdoc ICommitteeGateway
    function setCommittee(address[] calldata attesters_, uint256 quorum_) external restricted {
        for (uint256 i = 0; i < _attesters.length; ++i) delete isAttester[_attesters[i]];
        _setCommittee(attesters_, quorum_);
    }

    /// @inheritdoc ICommitteeGateway
    function deliver(uint256 chainId, Message calldata message, bytes[] calldata signatures) external {
        _requireQuorum(digestOf(chainId, message), signatures);
        _deliver(chainId, message);
    }

    /// @inheritdoc ICommitteeGateway
    function attesters() external view returns (address[] memory) {
        return _attesters;
    }

    /// @inheritdoc ICommitteeGateway
    function digestOf(uint256 chainId, Message calldata message) public view returns (bytes32 digest) {
        address gateway = _requirePeer(chainId).gateway;
        bytes memory attestation = abi.encode(
            _ATTESTATION,
            chainId,
            gateway,
            message.nonce,
            message.sender,
            message.recipient,
            keccak256(message.payload)
        );
        return _hashTypedDataV4(keccak256(attestation));
    }

    /// @dev The attesters find the message by its event; nothing else is to be done.
    function _send(Peer memory, uint256 number, bytes memory, uint256) internal pure override returns (bytes32 sendId) {
        return bytes32(number);
    }

    function _quote(Peer memory, bytes memory) internal pure override returns (uint256 fee) {
        return 0;
    }

    function _setCommittee(address[] memory list, uint256 quorum_) private {
        uint256 count = list.length;
        if (count > MAX_ATTESTERS) revert CommitteeGateway_TooManyAttesters(count);
        if (quorum_ <= count / 2 || quorum_ > count) revert CommitteeGateway_InvalidQuorum(quorum_, count);
        address previous = address(0);
        for (uint256 i = 0; i < count; ++i) {
            _requireAscending(previous, list[i]);
            previous = list[i];
            isAttester[previous] = true;
        }
        _attesters = list;
        quorum = quorum_;
        emit CommitteeSet(list, quorum_);
    }

    /// @dev Ascending signers are different ones, so there are no more signatures than attesters.
    function _requireQuorum(bytes32 digest, bytes[] calldata signatures) private view {
        uint256 count = signatures.length;
        if (count < quorum) revert CommitteeGateway_TooFewSignatures(quorum, count);
        address previous = address(0);
        for (uint256 i = 0; i < count; ++i) {
            address signer = ECDSA.recover(digest, signatures[i]);
            _requireAscending(previous, signer);
            if (!isAttester[signer]) revert CommitteeGateway_NotAttester(signer);
            previous = signer;
        }
    }

    function _requireAscending(address previous, address attester) private pure {
        if (attester <= previous) revert CommitteeGateway_NotAscending(previous, attester);
    }
}
