// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IRollup} from "../../contracts/interfaces/IRollup.sol";
import {IVault} from "../../contracts/interfaces/IVault.sol";
import {BlocklistToken} from "../../contracts/mocks/BlocklistToken.sol";
import {FalseToken} from "../../contracts/mocks/FalseToken.sol";
import {FeeToken} from "../../contracts/mocks/FeeToken.sol";
import {HookToken} from "../../contracts/mocks/HookToken.sol";
import {MockRecipient} from "../../contracts/mocks/MockRecipient.sol";
import {MockRollup} from "../../contracts/mocks/MockRollup.sol";
import {MockToken} from "../../contracts/mocks/MockToken.sol";
import {NoReturnToken} from "../../contracts/mocks/NoReturnToken.sol";
import {Reentrant} from "../../contracts/mocks/Reentrant.sol";
import {DepositRequest, ExitRequest, NATIVE, Payment} from "../../contracts/types/Types.sol";
import {TokenRegistry} from "../../contracts/vault/TokenRegistry.sol";
import {Vault} from "../../contracts/vault/Vault.sol";
import {Handler} from "./Handler.sol";
import {CHEATS, ICheats} from "./ICheats.sol";
import {Random} from "./Random.sol";

/// @title Random users, tokens and recipients of a vault, and the rollup that orders its payments
/// @notice As a sound rollup it orders of each token no more than was credited. Words and hashes are built from the layouts in
///   docs/protocol.md.
contract VaultHandler is Handler {
    using Random for Random.Source;

    /// @dev Of one token id, in its units. `free`: credited and not ordered yet. `unpaid`: ordered and not tried yet.
    struct Money {
        uint256 credited;
        uint256 donated;
        uint256 paid;
        uint256 claimed;
        uint256 free;
        uint256 unpaid;
        uint256 claimable;
    }

    struct Outbox {
        Payment[] payments;
        uint256 done;
        bytes32 rest;
    }

    /// @dev What the re-entrant recipient does; a request is queued by `Exit` only, all else must be refused.
    enum Plan {
        None,
        Exit,
        Refused
    }

    uint256 public constant CHAIN = 2;
    uint256 public constant TOKENS = 6;
    uint256 public constant RECIPIENTS = 5;
    uint256 private constant _FIRST = CHAIN << 10;
    uint256 private constant _FEE = 2;
    uint256 private constant _BLOCKLIST = 3;
    uint256 private constant _HOOK = 5;
    uint256 private constant _FALSE = 6;
    uint256 private constant _CALL_GAS = 2_000_000;

    Vault public immutable vault;
    MockRollup private immutable _rollup;
    TokenRegistry private immutable _registry;
    Reentrant private immutable _reentrant = new Reentrant();
    MockRecipient private immutable _moody = new MockRecipient(MockRecipient.Mood.Accept);
    address[] private _tokens;
    address[] private _recipients;

    /// @notice Model: the queue's heads, by count.
    bytes32[] public heads;
    mapping(uint256 id => Money) private _money;
    mapping(address recipient => mapping(uint256 id => uint256)) public claimable;
    mapping(uint64 batch => Outbox) private _outboxes;
    uint64[] private _open;
    /// @notice The latest batch that ordered payments, and the latest whose payments were tried.
    uint64 public latest;
    uint64 public touched;
    mapping(uint64 batch => mapping(uint256 id => uint256)) public ordered;
    /// @notice By the vault's events.
    mapping(uint64 batch => mapping(uint256 id => uint256)) public made;
    Plan private _plan;

    constructor() {
        AccessManager manager = new AccessManager(address(this));
        _registry = new TokenRegistry(address(manager));
        vault = new Vault(address(manager), _registry, uint8(CHAIN), 10);
        _rollup = new MockRollup(vault);
        vault.bindRollup(IRollup(address(_rollup)));
        heads.push(0);
        _recipients = [address(0xA11CE), address(0xB0B), address(_reentrant), address(_moody), address(vault)];
        FalseToken falseToken = new FalseToken();
        falseToken.setFails(false);
        _tokens = [
            NATIVE,
            address(new FeeToken()),
            address(new BlocklistToken()),
            address(new NoReturnToken()),
            address(new HookToken()),
            address(falseToken)
        ];
        for (uint256 i = 0; i < TOKENS; ++i) {
            _registry.list(_tokens[i]);
            if (_tokens[i] == NATIVE) continue;
            for (uint256 j = 0; j < 3; ++j) {
                MockToken(_tokens[i]).mint(_recipients[j], 1 << 200);
                CHEATS.prank(_recipients[j]);
                // One of them returns nothing.
                (bool success, ) = _tokens[i].call(abi.encodeCall(IERC20.approve, (address(vault), type(uint256).max)));
                _check(success, "approve");
            }
            MockToken(_tokens[i]).mint(address(this), 1 << 200);
        }
    }

    function deposit(uint256 seed) external {
        Random.Source memory random = _random(seed);
        uint256 local = 1 + random.below(TOKENS);
        address from = _recipients[random.below(3)];
        DepositRequest memory request = _depositRequest(local, from, random);
        (uint256 received, bool isRefused) = _received(local, from, request.amount);
        uint256 value = local == 1 ? request.amount : 0;
        // Too little native coin, another's key, a cell without an account, a token that is not listed.
        uint256 kind = random.below(24);
        if (kind == 1) (request.owner, request.key) = (address(0xCAFE), 1);
        if (kind == 2) (request.account, request.cell) = (0, 1);
        if (kind == 3) request.token = address(this);
        isRefused = isRefused || (kind > 0 && kind < 4);
        if (kind == 0 && value != 0) (value, isRefused) = (value - 1, true);

        CHEATS.deal(from, value);
        CHEATS.prank(from);
        try vault.deposit{gas: _CALL_GAS, value: value}(request) {
            _check(!isRefused, "a deposit that should be refused");
        } catch {
            _check(isRefused, "a deposit was refused");
            return;
        }
        _afterCall();
        _money[_FIRST + local].credited += received;
        _money[_FIRST + local].free += received;
        _queued(
            0x20 |
                (CHAIN << 8) |
                (uint256(request.account) << 14) |
                (uint256(request.cell) << 36) |
                ((_FIRST + local) << 59) |
                (received << 75),
            uint160(request.owner),
            request.key
        );
    }

    /// @notice Several keys and exits; some are no requests.
    function ask(uint256 seed) external {
        Random.Source memory random = _random(seed);
        for (uint256 n = 1 + random.below(8); n > 0; --n) {
            address from = _recipients[random.below(4)];
            uint256 account = random.upTo(256);
            if (random.oneIn(3)) _setKey(from, account, random.word() >> random.below(3));
            else _exit(from, account, random);
        }
    }

    /// @notice The rollup orders payments: of local tokens what is credited, and anything of what the vault does not hold.
    function order(uint256 seed) external {
        Random.Source memory random = _random(seed);
        uint64 batch = latest + 1 + uint64(random.below(3));
        Outbox storage outbox = _outboxes[batch];
        for (uint256 n = 1 + random.below(6); n > 0; --n) {
            Payment memory payment;
            payment.recipient = _recipients[random.below(RECIPIENTS)];
            uint256 id = _FIRST + 1 + random.below(TOKENS);
            if (random.oneIn(6)) {
                // zUSD, or another chain's token of a number that is listed here.
                bool isZusd = random.oneIn(2);
                payment.token = uint16(isZusd ? 1 : (3 << 10) | (1 + random.below(TOKENS)));
                payment.amount = uint128(random.upTo(1 << 100));
                if (isZusd)
                    (payment.into, payment.minOut) = (uint16(random.below(1024)), uint40(random.below(1 << 40)));
            } else {
                payment.token = uint16(id);
                payment.amount = uint128(random.upTo(_money[id].free));
                _money[id].free -= payment.amount;
            }
            _money[payment.token].unpaid += payment.amount;
            ordered[batch][payment.token] += payment.amount;
            outbox.payments.push(payment);
        }
        outbox.rest = _fold(outbox, 0);
        CHEATS.prank(_recipients[random.below(4)]);
        try vault.enqueueOutbox(batch, outbox.rest) {
            revert Broken("an outbox of another than the rollup");
        } catch {}
        _rollup.enqueueOutbox(batch, outbox.rest);
        try _rollup.enqueueOutbox(batch, keccak256("another")) {
            revert Broken("a second outbox of a batch");
        } catch {}
        latest = batch;
        _open.push(batch);
    }

    /// @notice The next payments of a batch; before, a wrong attempt.
    function pay(uint256 seed) external {
        if (_open.length == 0) return;
        Random.Source memory random = _random(seed);
        uint256 at = random.below(_open.length);
        uint64 batch = _open[at];
        Outbox storage outbox = _outboxes[batch];
        (uint256 start, uint256 length) = (outbox.done, outbox.payments.length);
        uint256 end = start + 1 + random.below(length - start);
        _payWrongly(batch, start, end, random);

        uint256 gas_ = random.oneIn(4) ? random.below(200_000 * (end - start) + 100_000) : 1_000_000 * (end - start);
        CHEATS.recordLogs();
        try vault.pay{gas: gas_}(batch, _payments(outbox, start, end), _fold(outbox, end)) {
            ICheats.Log[] memory logs = CHEATS.getRecordedLogs();
            touched = batch;
            outbox.done = end;
            outbox.rest = _fold(outbox, end);
            uint256 next = start;
            for (uint256 i = 0; i < logs.length; ++i) {
                if (logs[i].emitter == address(vault) && logs[i].topics.length == 3)
                    _paid(outbox, batch, next++, logs[i]);
            }
            _check(next == end, "not all payments were tried");
            _afterCall();
            if (end == length) {
                _open[at] = _open[_open.length - 1];
                _open.pop();
            }
        } catch {
            _check(gas_ < 200_000 * (end - start) + 100_000, "payments were refused");
        }
    }

    /// @notice A recipient claims, or anyone for it; twice.
    function claim(uint256 seed) external {
        Random.Source memory random = _random(seed);
        address recipient = _recipients[random.below(RECIPIENTS)];
        uint256 id = _someId(random);
        // Mostly something that is there to be claimed.
        for (uint256 i = 0; i < 12 && claimable[recipient][id] == 0; ++i) {
            recipient = _recipients[random.below(RECIPIENTS)];
            id = _someId(random);
        }
        address to =
            random.oneIn(2)
                ? recipient
                : random.oneIn(12)
                    ? address(0)
                    : _recipients[random.below(RECIPIENTS)];
        uint256 amount = claimable[recipient][id];
        bool isPaid = to != address(0) && amount != 0 && _delivers(id, to);
        if (!_claim(recipient, id, to)) {
            _check(!isPaid, "a claim was refused");
            return;
        }
        _check(isPaid, "a claim that should be refused");
        _afterCall();
        claimable[recipient][id] = 0;
        _money[id].claimable -= amount;
        _money[id].claimed += amount;
        _returned(id, to, amount);
        _check(!_claim(recipient, id, to), "a claim was paid twice");
    }

    function donate(uint256 seed) external {
        Random.Source memory random = _random(seed);
        uint256 local = 1 + random.below(TOKENS);
        uint256 amount = random.upTo(1 << 80);
        if (!_moves(local, address(this), address(vault)) || (local == _FALSE && amount == 0)) return;
        _money[_FIRST + local].donated += amount - _fee(local, amount);
        if (local == 1) {
            CHEATS.deal(address(vault), address(vault).balance + amount);
            return;
        }
        (bool success, ) = _tokens[local - 1].call(abi.encodeCall(IERC20.transfer, (address(vault), amount)));
        _check(success, "a donation failed");
    }

    /// @notice Tokens and recipients change their minds.
    function change(uint256 seed) external {
        Random.Source memory random = _random(seed);
        uint256 kind = random.below(5);
        bool on = random.oneIn(3);
        if (kind == 0) _moody.setMood(MockRecipient.Mood(random.below(5)));
        else if (kind == 1) FeeToken(_tokens[_FEE - 1]).setFeePercent(random.oneIn(8) ? 100 : random.below(10));
        else if (kind == 2)
            BlocklistToken(_tokens[_BLOCKLIST - 1]).setBlocked(_recipients[random.below(RECIPIENTS)], on);
        else if (kind == 3) BlocklistToken(_tokens[_BLOCKLIST - 1]).setPaused(on && random.oneIn(2));
        else FalseToken(_tokens[_FALSE - 1]).setFails(on);
    }

    /// @notice A token is delisted, rarely: what is there of it is still paid.
    function delist(uint256 seed) external {
        Random.Source memory random = _random(seed);
        uint16 local = uint16(1 + random.below(TOKENS));
        (, bool depositable) = _registry.find(_tokens[local - 1]);
        if (depositable && random.oneIn(100)) _registry.delist(local);
    }

    /// @notice The re-entrant recipient prepares a call to the vault for when it is paid or a token calls it.
    function arm(uint256 seed) external {
        Random.Source memory random = _random(seed);
        uint256 kind = random.below(5);
        uint16 id = uint16(_someId(random));
        bytes memory data;
        _plan = Plan.Refused;
        if (kind == 0) {
            data = abi.encodeCall(IVault.claim, (id, address(_reentrant)));
        } else if (kind == 1) {
            data = abi.encodeCall(IVault.claimFor, (_recipients[random.below(RECIPIENTS)], id));
        } else if (kind == 2 && _open.length != 0) {
            uint64 batch = _open[random.below(_open.length)];
            Outbox storage outbox = _outboxes[batch];
            Payment[] memory payments = _payments(outbox, outbox.done, outbox.done + 1);
            data = abi.encodeCall(IVault.pay, (batch, payments, _fold(outbox, outbox.done + 1)));
        } else if (kind == 3) {
            DepositRequest memory request = _depositRequest(_HOOK, address(_reentrant), random);
            data = abi.encodeCall(IVault.deposit, (request));
        } else {
            ExitRequest memory request = ExitRequest(5, 6, uint16(_FIRST + 1), uint8(CHAIN), address(0xB0B));
            data = abi.encodeCall(IVault.exit, (request));
            _plan = Plan.Exit;
        }
        _reentrant.arm(address(vault), data);
    }

    function count() external view returns (uint256) {
        return heads.length - 1;
    }

    function restOf(uint64 batch) external view returns (bytes32) {
        return _outboxes[batch].rest;
    }

    function money(uint256 id) external view returns (Money memory) {
        return _money[id];
    }

    function recipientAt(uint256 i) external view returns (address) {
        return _recipients[i];
    }

    /// @return What the vault holds of a local token.
    function held(uint256 local) external view returns (uint256) {
        return local == 1 ? address(vault).balance : IERC20(_tokens[local - 1]).balanceOf(address(vault));
    }

    function _claim(address recipient, uint256 id, address to) private returns (bool success) {
        if (recipient == to) {
            (success, ) = address(vault).call{gas: _CALL_GAS}(abi.encodeCall(IVault.claimFor, (recipient, uint16(id))));
        } else {
            CHEATS.prank(recipient);
            (success, ) = address(vault).call{gas: _CALL_GAS}(abi.encodeCall(IVault.claim, (uint16(id), to)));
        }
    }

    /// @dev Others' payments, changed ones, a wrong rest, what was paid before, none at all.
    function _payWrongly(uint64 batch, uint256 start, uint256 end, Random.Source memory random) private {
        Outbox storage outbox = _outboxes[batch];
        uint256 kind = random.below(7);
        Payment[] memory payments = _payments(outbox, kind == 0 ? end : start, end);
        bytes32 rest = _fold(outbox, end);
        if (kind == 1) rest = keccak256(abi.encode(rest));
        if (kind == 2) payments[0].amount ^= 1;
        if (kind == 3) payments[payments.length - 1].recipient = address(0xCAFE);
        if (kind == 4) payments[0].token ^= 1;
        if (kind == 5) payments[0].into ^= 1;
        if (kind == 6) {
            if (start == 0) return;
            payments = _payments(outbox, 0, start);
            rest = _fold(outbox, start);
        }
        if (kind == 0) rest = outbox.rest;
        try vault.pay(batch, payments, rest) {
            revert Broken("wrong payments");
        } catch {}
    }

    /// @dev By the vault's event, which must be what the recipient and the token ask for.
    function _paid(Outbox storage outbox, uint64 batch, uint256 i, ICheats.Log memory log) private {
        Payment memory payment = outbox.payments[i];
        (uint256 id, uint256 amount) = (payment.token, payment.amount);
        (uint16 loggedToken, uint128 loggedAmount) = abi.decode(log.data, (uint16, uint128));
        _check(loggedToken == id && loggedAmount == amount, "another payment");
        _check(uint256(log.topics[1]) == batch, "of another batch");
        _check(address(uint160(uint256(log.topics[2]))) == payment.recipient, "to another recipient");
        bool isMade = log.topics[0] == IVault.PaymentMade.selector;
        _check(isMade || log.topics[0] == IVault.PaymentDeferred.selector, "neither made nor deferred");
        // A call of the recipient's own may need more gas than it has.
        bool isOpen = payment.recipient == address(_reentrant) && _plan != Plan.None;
        if (!isOpen) _check(isMade == (amount == 0 || _delivers(id, payment.recipient)), "made or deferred wrongly");
        _money[id].unpaid -= amount;
        if (isMade) {
            made[batch][id] += amount;
            if (amount == 0) return;
            _money[id].paid += amount;
            _returned(id, payment.recipient, amount);
        } else {
            claimable[payment.recipient][id] += amount;
            _money[id].claimable += amount;
        }
    }

    /// @dev What the vault pays to itself comes back.
    function _returned(uint256 id, address to, uint256 amount) private {
        if (to == address(vault)) _money[id].donated += amount - _fee(id - _FIRST, amount);
    }

    /// @dev Counts what the re-entrant recipient did in the call: an exit is queued before whatever the call itself queues.
    function _afterCall() private {
        if (_plan == Plan.None || !_reentrant.called()) return;
        if (_plan == Plan.Refused) {
            _check(!_reentrant.succeeded(), "a guarded function was re-entered");
        } else if (_reentrant.succeeded()) {
            uint256 word0 = 0x22 | (CHAIN << 8) | (5 << 14) | (6 << 36) | ((_FIRST + 1) << 59);
            _queued(word0, uint160(address(_reentrant)) | (CHAIN << 160), 0xB0B);
        }
        _plan = Plan.None;
        _reentrant.arm(address(0), "");
    }

    function _queued(uint256 word0, uint256 word1, uint256 word2) private {
        heads.push(keccak256(abi.encode(heads[heads.length - 1], keccak256(abi.encode(word0, word1, word2)))));
    }

    function _setKey(address from, uint256 account, uint256 key) private {
        bool isRefused = account == 0 || account >= 256;
        isRefused = isRefused || key >= 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001;
        CHEATS.prank(from);
        try vault.setKey(uint32(account), key) {
            _check(!isRefused, "a key that should be refused");
            _queued(0x21 | (CHAIN << 8) | (account << 14), uint160(from), key);
        } catch {
            _check(isRefused, "a key was refused");
        }
    }

    function _exit(address from, uint256 account, Random.Source memory random) private {
        uint256 cell = random.upTo(512);
        uint256 payer = random.oneIn(2) ? CHAIN : random.below(66);
        uint256 token = random.oneIn(4) ? 1 : (random.oneIn(8) ? CHAIN << 10 : payer << 10) | random.below(4);
        token &= 0xffff;
        uint256 recipient = random.oneIn(12) ? 0 : random.word() >> 96;
        bool isPayable = payer != 0 && payer < 64 && (token == 1 || (token >> 10 == payer && token % 1024 != 0));
        bool isRefused = account == 0 || account >= 256 || cell == 0 || cell >= 512 || recipient == 0 || !isPayable;
        ExitRequest memory request = ExitRequest({
            account: uint32(account),
            cell: uint32(cell),
            token: uint16(token),
            payer: uint8(payer),
            recipient: address(uint160(recipient))
        });
        CHEATS.prank(from);
        try vault.exit(request) {
            _check(!isRefused, "an exit that should be refused");
            uint256 word0 = 0x22 | (CHAIN << 8) | (account << 14) | (cell << 36) | (token << 59);
            _queued(word0, uint160(from) | (payer << 160), recipient);
        } catch {
            _check(isRefused, "an exit was refused");
        }
    }

    function _depositRequest(
        uint256 local,
        address from,
        Random.Source memory random
    ) private view returns (DepositRequest memory request) {
        request.token = _tokens[local - 1];
        request.amount = random.upTo(random.oneIn(16) ? 1 << 106 : 1 << 90);
        request.owner = random.oneIn(2) ? from : address(0xCAFE);
        request.account = uint32(random.below(256));
        if (request.account != 0) request.cell = uint32(random.below(512));
        if (request.owner == from) request.key = random.word() >> 3;
    }

    /// @return received What arrives of a deposit.
    /// @return isRefused Nothing arrives, or more than a request has room for, or the token does not move.
    function _received(uint256 local, address from, uint256 amount) private view returns (uint256, bool) {
        uint256 received = amount - _fee(local, amount);
        (, bool depositable) = _registry.find(_tokens[local - 1]);
        bool fits = received != 0 && received < 1 << 104;
        return (received, !depositable || !fits || !_moves(local, from, address(vault)));
    }

    function _fee(uint256 local, uint256 amount) private view returns (uint256) {
        return local == _FEE ? (amount * FeeToken(_tokens[_FEE - 1]).feePercent()) / 100 : 0;
    }

    /// @return Whether a token would move now, whoever asks for it.
    function _moves(uint256 local, address from, address to) private view returns (bool) {
        if (local == _FALSE) return !FalseToken(_tokens[_FALSE - 1]).fails();
        if (local != _BLOCKLIST) return true;
        BlocklistToken token = BlocklistToken(_tokens[_BLOCKLIST - 1]);
        return !token.paused() && !token.blocked(from) && !token.blocked(to);
    }

    /// @return Whether the vault can pay now; of what it does not hold, never.
    function _delivers(uint256 id, address to) private view returns (bool) {
        if (id >> 10 != CHAIN) return false;
        if (id != _FIRST + 1) return _moves(id - _FIRST, address(vault), to);
        if (to != address(_moody)) return to != address(vault);
        MockRecipient.Mood mood = _moody.mood();
        return mood == MockRecipient.Mood.Accept || mood == MockRecipient.Mood.LongAnswer;
    }

    function _someId(Random.Source memory random) private pure returns (uint256) {
        uint256 local = 1 + random.below(TOKENS);
        if (!random.oneIn(6)) return _FIRST + local;
        return random.oneIn(2) ? 1 : (3 << 10) | local;
    }

    function _payments(
        Outbox storage outbox,
        uint256 start,
        uint256 end
    ) private view returns (Payment[] memory payments) {
        payments = new Payment[](end - start);
        for (uint256 i = start; i < end; ++i) payments[i - start] = outbox.payments[i];
    }

    /// @return hash Outbox hash from a payment on.
    function _fold(Outbox storage outbox, uint256 start) private view returns (bytes32 hash) {
        for (uint256 i = outbox.payments.length; i > start; --i) {
            Payment memory payment = outbox.payments[i - 1];
            uint256 word = uint160(payment.recipient) | (uint256(payment.token) << 160);
            word |= (uint256(payment.into) << 176) | (uint256(payment.minOut) << 186);
            hash = keccak256(abi.encode(word, uint256(payment.amount), hash));
        }
    }
}
