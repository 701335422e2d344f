// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {IERC7786GatewaySource} from "@openzeppelin/contracts/interfaces/draft-IERC7786.sol";

/// @title An ERC-7786 gateway that says what it charges
interface IGateway is IERC7786GatewaySource {
    /// @return fee Native coin in wei that `sendMessage` needs for this message now.
    /// @dev Warning: it may have changed in the next block; `sendMessage` gives back what it does not need.
    function quote(bytes calldata recipient, bytes calldata payload) external view returns (uint256 fee);
}
