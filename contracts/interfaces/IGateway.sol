// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {IERC7786GatewaySource} from "@openzeppelin/contracts/interfaces/draft-IERC7786.sol";

/// @title A gateway of ERC-7786 that names its fee
interface IGateway is IERC7786GatewaySource {
    /// @param recipient ERC-7930 address.
    /// @return fee Native coin, in wei, that `sendMessage` needs for this message without attributes.
    function quote(bytes calldata recipient, bytes calldata payload) external view returns (uint256 fee);
}
