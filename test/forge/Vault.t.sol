// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {Vault} from "../../contracts/vault/Vault.sol";
import {VaultHandler} from "./VaultHandler.sol";

contract VaultInvariants {
    error VaultInvariants_Balance(uint256 local, uint256 expected, uint256 actual);
    error VaultInvariants_Unbacked(uint256 local, uint256 owed, uint256 actual);
    error VaultInvariants_Claimable(address recipient, uint256 id, uint256 expected, uint256 actual);
    error VaultInvariants_Count(uint256 expected, uint256 actual);
    error VaultInvariants_Head(uint256 count);
    error VaultInvariants_Outbox(uint64 batch);
    error VaultInvariants_PaidTwice(uint64 batch, uint256 id);

    uint256 private constant _RING = 256;

    VaultHandler private _handler;
    Vault private _vault;

    function setUp() external {
        _handler = new VaultHandler();
        _vault = _handler.vault();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    function invariantVault() external view {
        // Money: another token after each request or outbox; all of them at the end of a run.
        uint256 count = _handler.count();
        _checkMoney(1 + ((count + _handler.latest()) % _handler.TOKENS()));
        _checkQueue(count);
        _checkBatch(_handler.latest());
        _checkBatch(_handler.touched());
    }

    function afterInvariant() external view {
        uint256 count = _handler.count();
        for (uint256 local = 1; local <= _handler.TOKENS(); ++local) _checkMoney(local);
        for (uint256 n = 0; n <= count + 1; ++n) _checkHead(n, count);
        for (uint64 batch = 1; batch <= _handler.latest(); ++batch) _checkBatch(batch);
    }

    /// @dev V11: a local token's balance is what came in less what went out, and covers what is owed. Tokens of the same number
    ///   of another chain, and zUSD, which the vault does not hold, have claims of their own.
    function _checkMoney(uint256 local) private view {
        uint256 id = (_handler.CHAIN() << 10) | local;
        VaultHandler.Money memory money = _handler.money(id);
        uint256 actual = _handler.held(local);
        uint256 expected = money.credited + money.donated - money.paid - money.claimed;
        if (actual != expected) revert VaultInvariants_Balance(local, expected, actual);
        uint256 claimable = _claimable(id);
        uint256 owed = claimable + money.unpaid + money.free;
        if (owed > actual) revert VaultInvariants_Unbacked(local, owed, actual);
        _claimable(1);
        _claimable((3 << 10) | local);
    }

    function _claimable(uint256 id) private view returns (uint256 sum) {
        for (uint256 i = 0; i < _handler.RECIPIENTS(); ++i) {
            address recipient = _handler.recipientAt(i);
            uint256 actual = _vault.claimable(recipient, uint16(id));
            uint256 expected = _handler.claimable(recipient, id);
            if (actual != expected) revert VaultInvariants_Claimable(recipient, id, expected, actual);
            sum += actual;
        }
    }

    /// @dev Requests are never lost or changed: the newest head, the oldest that is remembered, and one between.
    function _checkQueue(uint256 count) private view {
        if (_vault.requestCount() != count) revert VaultInvariants_Count(count, _vault.requestCount());
        _checkHead(count, count);
        _checkHead(count + 1, count);
        if (count >= _RING) _checkHead(count - _RING, count);
        if (count >= _RING - 1) _checkHead(count - _RING + 1, count);
        _checkHead(count - (count < 7 ? 0 : (count * 7) % (count < _RING ? count : _RING)), count);
    }

    function _checkHead(uint256 n, uint256 count) private view {
        bool isKnown = n <= count && count - n < _RING;
        try _vault.headAt(uint64(n)) returns (bytes32 head) {
            if (!isKnown || head != _handler.heads(n)) revert VaultInvariants_Head(n);
        } catch {
            if (isKnown) revert VaultInvariants_Head(n);
        }
    }

    /// @dev What is left of an outbox is what was not tried, and no more was paid than ordered.
    function _checkBatch(uint64 batch) private view {
        if (_vault.outboxOf(batch) != _handler.restOf(batch)) revert VaultInvariants_Outbox(batch);
        for (uint256 local = 1; local <= _handler.TOKENS(); ++local) {
            uint256 id = (_handler.CHAIN() << 10) | local;
            if (_handler.made(batch, id) > _handler.ordered(batch, id)) revert VaultInvariants_PaidTwice(batch, id);
        }
    }
}
