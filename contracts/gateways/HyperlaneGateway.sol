// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {
    IHyperlaneMailbox,
    IHyperlaneRecipient,
    IHyperlaneSecurityModule,
    IHyperlaneSecurityModuleChoice
} from "../interfaces/external/IHyperlane.sol";
import {IHyperlaneGateway} from "../interfaces/IHyperlaneGateway.sol";
import {Gateway} from "./Gateway.sol";

/// @title See {IHyperlaneGateway}
contract HyperlaneGateway is IHyperlaneGateway, Gateway {
    /// @dev The standard form of metadata for hooks.
    uint16 private constant _METADATA_VARIANT = 1;

    /// @inheritdoc IHyperlaneGateway
    IHyperlaneMailbox public immutable mailbox;
    /// @inheritdoc IHyperlaneSecurityModuleChoice
    IHyperlaneSecurityModule public interchainSecurityModule;

    constructor(address authority, IHyperlaneMailbox mailbox_, IHyperlaneSecurityModule module) Gateway(authority) {
        _requireCode(address(mailbox_));
        mailbox = mailbox_;
        _setSecurityModule(module);
    }

    /// @inheritdoc IHyperlaneGateway
    function setPeer(uint256 chainId, uint32 domain, address gateway) external restricted {
        _setPeer(chainId, domain, gateway);
    }

    /// @inheritdoc IHyperlaneGateway
    function setSecurityModule(IHyperlaneSecurityModule module) external restricted {
        _setSecurityModule(module);
    }

    /// @inheritdoc IHyperlaneRecipient
    function handle(uint32 origin, bytes32 sender, bytes calldata body) external payable {
        if (msg.sender != address(mailbox)) revert HyperlaneGateway_NotMailbox(msg.sender);
        _receive(origin, sender, body);
    }

    function _send(
        Peer memory peer,
        uint256 number,
        bytes memory body,
        uint256 fee
    ) internal override returns (bytes32 sendId) {
        bytes32 messageId = mailbox.dispatch{value: fee}(
            uint32(peer.domain),
            _toBytes32(peer.gateway),
            body,
            _hookMetadata()
        );
        emit MessageDispatched(number, messageId);
        return 0;
    }

    function _quote(Peer memory peer, bytes memory body) internal view override returns (uint256 fee) {
        return mailbox.quoteDispatch(uint32(peer.domain), _toBytes32(peer.gateway), body, _hookMetadata());
    }

    function _setSecurityModule(IHyperlaneSecurityModule module) private {
        // Zero would be the mailbox's default.
        _requireCode(address(module));
        interchainSecurityModule = module;
        emit SecurityModuleSet(address(module));
    }

    /// @dev No native coin for the recipient, the gas of its delivery, and whom hooks refund.
    function _hookMetadata() private view returns (bytes memory) {
        return abi.encodePacked(_METADATA_VARIANT, uint256(0), uint256(_DELIVERY_GAS), msg.sender);
    }
}
