// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {MockToken} from "./MockToken.sol";

/// @notice Mock: takes a fee of 1 % of each transfer; 100 % when set so.
contract FeeToken is MockToken {
    uint256 public feePercent = 1;

    constructor() MockToken("FEE", 18) {}

    function setFeePercent(uint256 feePercent_) external {
        feePercent = feePercent_;
    }

    function _update(address from, address to, uint256 amount) internal override {
        uint256 fee = from == address(0) || to == address(0) ? 0 : (amount * feePercent) / 100;
        super._update(from, to, amount - fee);
        if (fee != 0) super._update(from, address(this), fee);
    }
}

/// @notice Mock: an issuer's token that blocks addresses and pauses.
contract BlocklistToken is MockToken {
    error Blocked(address account);
    error Paused();

    mapping(address account => bool) public blocked;
    bool public paused;

    constructor() MockToken("BLOCK", 6) {}

    function setBlocked(address account, bool blocked_) external {
        blocked[account] = blocked_;
    }

    function setPaused(bool paused_) external {
        paused = paused_;
    }

    function _update(address from, address to, uint256 amount) internal override {
        if (paused) revert Paused();
        if (blocked[from]) revert Blocked(from);
        if (blocked[to]) revert Blocked(to);
        super._update(from, to, amount);
    }
}

/// @notice Mock: returns false instead of moving anything, while set so; refuses zero amounts.
contract FalseToken is MockToken {
    error ZeroAmount();

    bool public fails = true;

    constructor() MockToken("FALSE", 18) {}

    function setFails(bool fails_) external {
        fails = fails_;
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        if (amount == 0) revert ZeroAmount();
        return !fails && super.transfer(to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        return !fails && super.transferFrom(from, to, amount);
    }
}

/// @notice Mock: answers a transfer with two bytes, with 100 kB, or by burning all gas.
contract RudeToken is MockToken {
    enum Answer {
        Short,
        Long,
        BurnGas
    }

    Answer public answer;

    constructor() MockToken("RUDE", 18) {}

    function setAnswer(Answer answer_) external {
        answer = answer_;
    }

    function transfer(address, uint256) public view override returns (bool) {
        if (answer == Answer.BurnGas) while (true) {}
        uint256 size = answer == Answer.Long ? 100_000 : 2;
        assembly {
            return(0, size)
        }
    }
}

/// @notice Mock: a token whose transfer into the vault lowers the vault's balance.
contract ShrinkingToken is MockToken {
    constructor() MockToken("SHRINK", 18) {}

    function transferFrom(address, address to, uint256) public override returns (bool) {
        _burn(to, 1);
        return true;
    }
}

/// @notice Mock: calls its sender and receiver on each transfer, as ERC-777 does.
contract HookToken is MockToken {
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

    event Hooked(address account, bool success, bytes answer);
}
