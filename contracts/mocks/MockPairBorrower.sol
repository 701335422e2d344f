// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IPriceSource} from "../interfaces/IPriceSource.sol";

/// @notice Mock: borrows from a Uniswap v2 pair, and reads a price in the pair's callback.
contract MockPairBorrower {
    IPriceSource private immutable _source;

    bool public called;
    bool public succeeded;
    /// @notice What reading the price answered: an error.
    bytes public answer;

    constructor(IPriceSource source) {
        _source = source;
    }

    function uniswapV2Call(address, uint256, uint256, bytes calldata data) external {
        called = true;
        try _source.price() {
            succeeded = true;
        } catch (bytes memory error) {
            answer = error;
        }
        (address token, uint256 amount) = abi.decode(data, (address, uint256));
        IERC20(token).transfer(msg.sender, amount);
    }

    /// @notice Reads the price with little gas.
    function readWith(uint256 gasLimit) external view returns (bool success, bytes memory result) {
        return address(_source).staticcall{gas: gasLimit}(abi.encodeCall(IPriceSource.price, ()));
    }
}
