// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {MockToken} from "./MockToken.sol";

/// @notice Mock: a stablecoin whose issuer blocks addresses, pauses it, takes balances away, and upgrades it to one that costs more gas.
contract IssuerToken is MockToken {
    error Blocked(address account);
    error Paused();

    mapping(address account => bool) public blocked;
    bool public paused;
    uint256 private _transferGas;
    uint256 private _balanceGas;

    constructor(string memory symbol, uint8 decimals_) MockToken(symbol, decimals_) {}

    function setBlocked(address account, bool blocked_) external {
        blocked[account] = blocked_;
    }

    function setPaused(bool paused_) external {
        paused = paused_;
    }

    /// @notice Takes a balance away, as a seizure or a negative rebase does.
    function take(address from, uint256 amount) external {
        bool wasPaused = paused;
        bool wasBlocked = blocked[from];
        (paused, blocked[from]) = (false, false);
        _burn(from, amount);
        (paused, blocked[from]) = (wasPaused, wasBlocked);
    }

    function setGas(uint256 transferGas, uint256 balanceGas) external {
        (_transferGas, _balanceGas) = (transferGas, balanceGas);
    }

    function balanceOf(address account) public view override returns (uint256) {
        _spend(_balanceGas);
        return super.balanceOf(account);
    }

    function _update(address from, address to, uint256 amount) internal override {
        if (paused) revert Paused();
        if (blocked[from]) revert Blocked(from);
        if (blocked[to]) revert Blocked(to);
        _spend(_transferGas);
        super._update(from, to, amount);
    }

    function _spend(uint256 amount) private view {
        if (amount == 0) return;
        uint256 end = gasleft() - amount;
        while (gasleft() > end) {}
    }
}
