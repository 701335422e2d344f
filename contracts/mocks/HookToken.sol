// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {MockToken} from "./MockToken.sol";

/// @notice Mock: calls its sender and receiver on each transfer, as ERC-777 does.
contract HookToken is MockToken {
    event Hooked(address account, bool success, bytes answer);

    constructor() MockToken("HOOK", 18) {}

    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, amount);
        if (from != address(0)) _hook(from);
        if (to != address(0)) _hook(to);
    }

    function _hook(address account) private {
        if (account.code.length == 0) return;
        // The vault itself has no hook; whatever the others answer does not matter here.
        (bool success, bytes memory answer) = account.call(abi.encodeWithSignature("onToken()"));
        emit Hooked(account, success, answer);
    }
}
