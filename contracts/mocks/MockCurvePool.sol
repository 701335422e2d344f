// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {ICurvePool} from "../interfaces/ICurvePool.sol";

/// @notice Mock: a pool of tokens of 18 decimals that counts them all as one, with the lock of old Curve pools: `get_virtual_price` is
///   not under it, and the lock answers nothing when it refuses. It calls who leaves before it has paid out.
contract MockCurvePool is ICurvePool, ERC20 {
    address[] private _coins;
    uint256 private _lock;

    constructor(address[] memory coins_) ERC20("Curve", "CRV") {
        _coins = coins_;
    }

    modifier lock() {
        // As Vyper's assert: without a reason.
        // solhint-disable-next-line reason-string,gas-custom-errors
        require(_lock == 0);
        _lock = 1;
        _;
        _lock = 0;
    }

    function add(uint256 amount) external lock {
        _mint(msg.sender, amount * _coins.length);
        for (uint256 i = 0; i < _coins.length; ++i) {
            IERC20(_coins[i]).transferFrom(msg.sender, address(this), amount);
        }
    }

    // solhint-disable-next-line func-name-mixedcase
    function remove_liquidity(uint256 amount, uint256[2] calldata) external lock {
        uint256 supply = totalSupply();
        _burn(msg.sender, amount);
        // Shares are gone and the tokens are not.
        if (msg.sender.code.length != 0) {
            (bool success, ) = msg.sender.call(abi.encodeWithSignature("onToken()"));
            success;
        }
        for (uint256 i = 0; i < _coins.length; ++i) {
            IERC20 coin = IERC20(_coins[i]);
            coin.transfer(msg.sender, (coin.balanceOf(address(this)) * amount) / supply);
        }
    }

    /// @notice The pool loses a part of its first token, in units of 10^-4.
    function lose(uint256 part) external {
        IERC20 coin = IERC20(_coins[0]);
        coin.transfer(address(0xdead), (coin.balanceOf(address(this)) * part) / 1e4);
    }

    // solhint-disable-next-line func-name-mixedcase
    function withdraw_admin_fees() external lock {}

    function lockedView() external view returns (uint256) {
        // solhint-disable-next-line reason-string,gas-custom-errors
        require(_lock == 0);
        return 1;
    }

    function alwaysReverts() external pure {
        revert();
    }

    function coins(uint256 i) external view returns (address) {
        return _coins[i];
    }

    // solhint-disable-next-line func-name-mixedcase
    function get_virtual_price() external view returns (uint256) {
        uint256 sum = 0;
        for (uint256 i = 0; i < _coins.length; ++i) sum += IERC20(_coins[i]).balanceOf(address(this));
        return (sum * 1e18) / totalSupply();
    }
}
