// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Bridgeable} from "@openzeppelin/contracts/token/ERC20/extensions/draft-ERC20Bridgeable.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {IERC7802} from "@openzeppelin/contracts/interfaces/draft-IERC7802.sol";

import {IZusd} from "../interfaces/IZusd.sol";

/// @title See {IZusd}
contract Zusd is IZusd, ERC20Permit, ERC20Bridgeable {
    /// @inheritdoc IZusd
    address public immutable books;
    /// @inheritdoc IZusd
    address public immutable vault;

    /// @inheritdoc IZusd
    uint256 public abroad;

    constructor(address books_, address vault_) ERC20("zUSD", "zUSD") ERC20Permit("zUSD") {
        books = books_;
        vault = vault_;
    }

    /// @inheritdoc IZusd
    function mint(address to, uint256 amount) external {
        if (msg.sender != books) revert Zusd_NotBooks(msg.sender);
        _mint(to, amount);
    }

    /// @inheritdoc IZusd
    function burn(address from, uint256 amount) external {
        if (msg.sender != books) revert Zusd_NotBooks(msg.sender);
        _burn(from, amount);
    }

    /// @inheritdoc IERC7802
    function crosschainMint(address to, uint256 amount) public override(ERC20Bridgeable, IERC7802) {
        _checkTokenBridge(msg.sender);
        uint256 before = abroad;
        if (amount > before) revert Zusd_NotAbroad(before, amount);
        abroad = before - amount;
        super.crosschainMint(to, amount);
    }

    /// @inheritdoc IERC7802
    function crosschainBurn(address from, uint256 amount) public override(ERC20Bridgeable, IERC7802) {
        _checkTokenBridge(msg.sender);
        abroad += amount;
        super.crosschainBurn(from, amount);
    }

    function _checkTokenBridge(address caller) internal view override {
        if (caller != vault) revert Zusd_NotVault(caller);
    }
}
