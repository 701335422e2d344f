// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {NATIVE} from "../types/Types.sol";

/// @title Transfers out that report failure instead of reverting, with bounded gas and a bounded copy of the answer
library Payout {
    /// @notice Sends native coin or an ERC-20 token.
    /// @param gasLimit Gas for the recipient (native) or the token.
    /// @return success The call succeeded, and a token answered true, or nothing but has code.
    function trySend(address token, address to, uint256 amount, uint256 gasLimit) internal returns (bool success) {
        return token == NATIVE ? _sendNative(to, amount, gasLimit) : _sendToken(token, to, amount, gasLimit);
    }

    function _sendNative(address to, uint256 amount, uint256 gasLimit) private returns (bool success) {
        // Assembly, for Solidity copies the whole answer, however long.
        assembly ("memory-safe") {
            success := call(gasLimit, to, amount, 0x00, 0x00, 0x00, 0x00)
        }
    }

    function _sendToken(address token, address to, uint256 amount, uint256 gasLimit) private returns (bool success) {
        bytes memory data = abi.encodeCall(IERC20.transfer, (to, amount));
        assembly ("memory-safe") {
            success := call(gasLimit, token, 0, add(data, 0x20), mload(data), 0x00, 0x20)
            switch returndatasize()
            case 0 {
                success := and(success, gt(extcodesize(token), 0))
            }
            default {
                success := and(success, and(gt(returndatasize(), 0x1f), eq(mload(0x00), 1)))
            }
        }
    }
}
