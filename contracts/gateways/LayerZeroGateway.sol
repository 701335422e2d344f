// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {ILayerZeroEndpoint, ILayerZeroReceiver} from "../interfaces/external/ILayerZero.sol";
import {ILayerZeroGateway} from "../interfaces/ILayerZeroGateway.sol";
import {Gateway} from "./Gateway.sol";

/// @title See {ILayerZeroGateway}
contract LayerZeroGateway is ILayerZeroGateway, Gateway {
    struct Libraries {
        address send;
        address receive_;
    }

    uint32 private constant _EXECUTOR_CONFIG = 1;
    uint32 private constant _ULN_CONFIG = 2;
    uint32 private constant _MAX_MESSAGE_SIZE = 10_000;
    /// @dev What LayerZero takes for none; it takes 0 for its default.
    uint8 private constant _NO_DVNS = type(uint8).max;
    uint64 private constant _NO_CONFIRMATIONS = type(uint64).max;

    /// @dev Options of type 3: for worker 1, the executor, 17 bytes of option 1, the gas of `lzReceive`.
    bytes private constant _OPTIONS = abi.encodePacked(uint16(3), uint8(1), uint16(17), uint8(1), _DELIVERY_GAS);

    /// @inheritdoc ILayerZeroGateway
    ILayerZeroEndpoint public immutable endpoint;
    /// @dev As the endpoint has them: it refuses to set the same again.
    mapping(uint32 eid => Libraries) private _libraries;

    constructor(address authority, ILayerZeroEndpoint endpoint_) Gateway(authority) {
        _requireCode(address(endpoint_));
        endpoint = endpoint_;
    }

    /// @inheritdoc ILayerZeroGateway
    function setPeer(uint256 chainId, uint32 eid, address gateway, Pathway calldata pathway) external restricted {
        if (pathway.requiredDvns.length < 2 && pathway.optionalThreshold < 2) {
            revert LayerZeroGateway_TooFewDvns(pathway.requiredDvns.length, pathway.optionalThreshold);
        }
        // Zero would be LayerZero's default.
        _requireCode(pathway.sendLibrary);
        _requireCode(pathway.receiveLibrary);
        _requireCode(pathway.executor);
        _setPeer(chainId, eid, gateway);
        emit PathwaySet(chainId, pathway);
        _setLibraries(eid, pathway);
        _configure(eid, pathway);
    }

    /// @inheritdoc ILayerZeroGateway
    function skip(uint256 chainId, uint64 messageNonce) external restricted {
        Peer memory peer = _requirePeer(chainId);
        endpoint.skip(address(this), uint32(peer.domain), _toBytes32(peer.gateway), messageNonce);
    }

    /// @inheritdoc ILayerZeroReceiver
    function lzReceive(
        Origin calldata origin,
        bytes32,
        bytes calldata message,
        address,
        bytes calldata
    ) external payable {
        if (msg.sender != address(endpoint)) revert LayerZeroGateway_NotEndpoint(msg.sender);
        _receive(origin.srcEid, origin.sender, message);
    }

    /// @inheritdoc ILayerZeroReceiver
    function allowInitializePath(Origin calldata origin) external view returns (bool) {
        return _isPeer(origin.srcEid, origin.sender);
    }

    /// @inheritdoc ILayerZeroReceiver
    function nextNonce(uint32, bytes32) external pure returns (uint64) {
        return 0;
    }

    function _send(
        Peer memory peer,
        uint256 number,
        bytes memory body,
        uint256 fee
    ) internal override returns (bytes32 sendId) {
        // Not an address's `send`: this one reverts when it fails.
        // solhint-disable-next-line check-send-result
        bytes32 guid = endpoint.send{value: fee}(_params(peer, body), msg.sender).guid;
        emit MessageDispatched(number, guid);
        return 0;
    }

    function _quote(Peer memory peer, bytes memory body) internal view override returns (uint256 fee) {
        return endpoint.quote(_params(peer, body), address(this)).nativeFee;
    }

    function _setLibraries(uint32 eid, Pathway calldata pathway) private {
        Libraries memory current = _libraries[eid];
        _libraries[eid] = Libraries(pathway.sendLibrary, pathway.receiveLibrary);
        if (current.send != pathway.sendLibrary) endpoint.setSendLibrary(address(this), eid, pathway.sendLibrary);
        if (current.receive_ != pathway.receiveLibrary) {
            endpoint.setReceiveLibrary(address(this), eid, pathway.receiveLibrary, 0);
        }
    }

    function _configure(uint32 eid, Pathway calldata pathway) private {
        bytes memory executor = abi.encode(ILayerZeroEndpoint.ExecutorConfig(_MAX_MESSAGE_SIZE, pathway.executor));
        ILayerZeroEndpoint.SetConfigParam[] memory params = new ILayerZeroEndpoint.SetConfigParam[](2);
        params[0] = ILayerZeroEndpoint.SetConfigParam(eid, _EXECUTOR_CONFIG, executor);
        params[1] = _ulnConfig(eid, pathway, pathway.sendConfirmations);
        endpoint.setConfig(address(this), pathway.sendLibrary, params);

        params = new ILayerZeroEndpoint.SetConfigParam[](1);
        params[0] = _ulnConfig(eid, pathway, pathway.receiveConfirmations);
        endpoint.setConfig(address(this), pathway.receiveLibrary, params);
    }

    function _ulnConfig(
        uint32 eid,
        Pathway calldata pathway,
        uint64 confirmations
    ) private pure returns (ILayerZeroEndpoint.SetConfigParam memory) {
        if (confirmations == 0 || confirmations == _NO_CONFIRMATIONS) {
            revert LayerZeroGateway_InvalidConfirmations(confirmations);
        }
        ILayerZeroEndpoint.UlnConfig memory config = ILayerZeroEndpoint.UlnConfig({
            confirmations: confirmations,
            requiredDVNCount: _count(pathway.requiredDvns),
            optionalDVNCount: _count(pathway.optionalDvns),
            optionalDVNThreshold: pathway.optionalThreshold,
            requiredDVNs: pathway.requiredDvns,
            optionalDVNs: pathway.optionalDvns
        });
        return ILayerZeroEndpoint.SetConfigParam(eid, _ULN_CONFIG, abi.encode(config));
    }

    function _params(
        Peer memory peer,
        bytes memory body
    ) private pure returns (ILayerZeroEndpoint.MessagingParams memory) {
        return
            ILayerZeroEndpoint.MessagingParams({
                dstEid: uint32(peer.domain),
                receiver: _toBytes32(peer.gateway),
                message: body,
                options: _OPTIONS,
                payInLzToken: false
            });
    }

    function _count(address[] calldata dvns) private pure returns (uint8) {
        return dvns.length == 0 ? _NO_DVNS : SafeCast.toUint8(dvns.length);
    }
}
