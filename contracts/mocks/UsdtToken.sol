// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

/// @notice Mock: a token like USDT on Ethereum: transfers return nothing, an allowance changes only from or to 0, a fee can be
///   switched on, only blocked senders are refused, and their funds can be destroyed.
contract UsdtToken {
    error Refused();

    uint256 private constant _MAX_RATE = 20;

    mapping(address account => uint256) public balanceOf;
    mapping(address owner => mapping(address spender => uint256)) public allowance;
    mapping(address account => bool) public isBlackListed;
    bool public paused;
    uint256 public basisPointsRate;
    uint256 public maximumFee;

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    function setParams(uint256 rate, uint256 maximum) external {
        if (rate >= _MAX_RATE) revert Refused();
        (basisPointsRate, maximumFee) = (rate, maximum);
    }

    function setBlackListed(address account, bool isBlackListed_) external {
        isBlackListed[account] = isBlackListed_;
    }

    function destroyBlackFunds(address account) external {
        if (!isBlackListed[account]) revert Refused();
        balanceOf[account] = 0;
    }

    function setPaused(bool paused_) external {
        paused = paused_;
    }

    function approve(address spender, uint256 amount) external {
        if (amount != 0 && allowance[msg.sender][spender] != 0) revert Refused();
        allowance[msg.sender][spender] = amount;
    }

    function transfer(address to, uint256 amount) external {
        _move(msg.sender, to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) external {
        uint256 allowed = allowance[from][msg.sender];
        if (allowed != type(uint256).max) allowance[from][msg.sender] = allowed - amount;
        _move(from, to, amount);
    }

    function decimals() external pure returns (uint256) {
        return 6;
    }

    function _move(address from, address to, uint256 amount) private {
        if (paused || isBlackListed[from]) revert Refused();
        uint256 fee = (amount * basisPointsRate) / 10_000;
        if (fee > maximumFee) fee = maximumFee;
        balanceOf[from] -= amount;
        balanceOf[to] += amount - fee;
        balanceOf[address(this)] += fee;
    }
}
