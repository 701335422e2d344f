// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {Gateway} from "../gateways/Gateway.sol";

/// @notice Mock: a gateway over a protocol that charges what it is told to, keeps the fee, and says what anyone tells it.
contract MockPeerGateway is Gateway {
    uint256 public fee;
    bytes public lastBody;

    constructor(address authority) Gateway(authority) {}

    function setFee(uint256 fee_) external {
        fee = fee_;
    }

    function setPeer(uint256 chainId, uint256 domain, address gateway) external restricted {
        _setPeer(chainId, domain, gateway);
    }

    /// @notice Says that `gateway` of `domain` sent a body.
    function arrive(uint256 domain, bytes32 gateway, bytes calldata body) external payable {
        _receive(domain, gateway, body);
    }

    function _send(Peer memory, uint256 number, bytes memory body, uint256) internal override returns (bytes32) {
        lastBody = body;
        return bytes32(number);
    }

    function _quote(Peer memory, bytes memory) internal view override returns (uint256) {
        return fee;
    }
}
