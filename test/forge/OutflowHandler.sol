// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";

import {IOutflow} from "../../contracts/interfaces/IOutflow.sol";
import {IRollup} from "../../contracts/interfaces/IRollup.sol";
import {IVault} from "../../contracts/interfaces/IVault.sol";
import {MockRecipient} from "../../contracts/mocks/MockRecipient.sol";
import {MockRollup} from "../../contracts/mocks/MockRollup.sol";
import {MockToken} from "../../contracts/mocks/MockToken.sol";
import {DepositRequest, NATIVE, Payment} from "../../contracts/types/Types.sol";
import {TokenRegistry} from "../../contracts/vault/TokenRegistry.sol";
import {Vault} from "../../contracts/vault/Vault.sol";
import {Handler} from "./Handler.sol";
import {CHEATS, ICheats} from "./ICheats.sol";
import {Random} from "./Random.sol";

/// @title Random users of a vault whose outflows are bounded and whose requests cost something
/// @notice A rollup that is deceived orders what it likes, of which the vault holds enough: only the bounds are left. Token ids are
///   local here: 1 is the native coin, 2 a plain token.
contract OutflowHandler is Handler {
    using Random for Random.Source;

    /// @dev What left of a token by then, in its units.
    struct Mark {
        uint256 time;
        uint256 released;
    }

    struct Money {
        uint256 credited;
        uint256 paid;
        uint256 delayed;
        uint256 claimable;
    }

    struct Delayed {
        uint64 batch;
        address recipient;
        uint256 local;
    }

    uint256 public constant TOKENS = 2;
    uint256 public constant MARKS = 32;
    uint256 private constant _CHAIN = 2;
    uint256 private constant _STEP = 64;
    uint256 private constant _RESERVE = 1 << 100;

    Vault public immutable vault;
    MockRollup private immutable _rollup;
    MockToken private immutable _token;
    MockRecipient private immutable _moody = new MockRecipient(MockRecipient.Mood.Accept);
    address[] private _recipients;

    uint64 public batch;
    /// @notice Model of the fees, in units of 10^9 wei.
    uint256 public fees;
    uint256 public base;
    uint256 public growth;
    uint256 public open;
    /// @notice Model of the hold.
    uint64 public heldFirst;
    uint64 public heldLast;
    uint64 public heldUntil;

    mapping(uint256 local => Money) private _money;
    mapping(uint256 local => uint256) public limitOf;
    /// @dev Since the limit is what it is, the last ones.
    mapping(uint256 local => Mark[]) private _marks;
    mapping(uint256 local => uint256) private _nextMark;
    mapping(bytes32 key => uint256) private _amounts;
    Delayed[] private _waiting;

    constructor() {
        AccessManager manager = new AccessManager(address(this));
        TokenRegistry registry = new TokenRegistry(address(manager));
        vault = new Vault(address(manager), registry, uint8(_CHAIN), 10);
        _rollup = new MockRollup(vault);
        vault.bindRollup(IRollup(address(_rollup)));
        _token = new MockToken("T", 18);
        registry.list(NATIVE);
        registry.list(address(_token));
        _recipients = [address(0xA11CE), address(0xB0B), address(_moody)];
        // As if others had brought it: credited, and for the rollup to order.
        CHEATS.deal(address(vault), _RESERVE);
        _token.mint(address(vault), _RESERVE);
        for (uint256 local = 1; local <= TOKENS; ++local) {
            _money[local].credited = _RESERVE;
            _setLimit(local, 1e21 * local);
        }
    }

    /// @notice A request with what it costs and more, or less.
    function ask(uint256 seed) external {
        Random.Source memory random = _random(seed);
        uint256 due = vault.requestFee();
        _check(due == (base + growth * (open / _STEP)) * 1 gwei, "another fee");
        bool isDeposit = random.oneIn(2);
        uint256 amount = isDeposit ? 1 + random.upTo(1e24) : 0;
        uint256 excess = random.upTo(1e20);
        bool isShort = due + amount > 0 && random.oneIn(6);
        uint256 value = isShort ? due + amount - 1 : due + amount + excess;
        address from = _recipients[random.below(2)];
        uint256 before = from.balance;
        CHEATS.deal(from, before + value);
        bytes memory call =
            isDeposit
                ? abi.encodeCall(IVault.deposit, (DepositRequest(NATIVE, amount, from, 0, 0, 0, false)))
                : abi.encodeCall(IVault.setKey, (5, 0));
        CHEATS.prank(from);
        (bool success, ) = address(vault).call{value: value}(call);
        _check(success != isShort, "a request with less than it costs, or not one with enough");
        if (isShort) return;
        _check(from.balance == before + excess, "what was too much did not come back");
        (fees, open) = (fees + due / 1 gwei, open + 1);
        _money[1].credited += amount;
    }

    /// @notice Batches take requests.
    function consume(uint256 seed) external {
        Random.Source memory random = _random(seed);
        uint256 count = random.upTo(open < 100 ? open : 100);
        _rollup.consume(count);
        open -= count;
    }

    /// @notice Payments that a batch orders, and pays at once.
    function order(uint256 seed) external {
        Random.Source memory random = _random(seed);
        Payment[] memory payments = new Payment[](1 + random.below(4));
        for (uint256 i = payments.length; i > 0; --i) {
            uint256 local = 1 + random.below(TOKENS);
            Payment memory payment = payments[i - 1];
            payment.token = uint16((_CHAIN << 10) | local);
            payment.recipient = _recipients[random.below(_recipients.length)];
            // Around what may leave.
            uint256 most = limitOf[local] == 0 ? 1e21 : limitOf[local];
            payment.amount = uint128(random.upTo(random.oneIn(4) ? 2 * most : most / 8));
        }
        _rollup.enqueueOutbox(++batch, _fold(payments, 0));
        for (uint256 i = 0; i < payments.length; ++i) {
            Payment[] memory one = new Payment[](1);
            one[0] = payments[i];
            _payOne(one, payments, i);
        }
    }

    /// @notice Anyone has a delayed payment made.
    function payDelayed(uint256 seed) external {
        if (_waiting.length == 0) return;
        Random.Source memory random = _random(seed);
        uint256 at = random.below(_waiting.length);
        Delayed memory delayed = _waiting[at];
        uint256 local = delayed.local;
        uint16 id = uint16((_CHAIN << 10) | local);
        bytes32 key = keccak256(abi.encode(delayed));
        (, uint256 available) = vault.outflowOf(id);
        bool isHeld = _isHeld(delayed.batch);
        CHEATS.recordLogs();
        try vault.payDelayed(delayed.batch, delayed.recipient, id) returns (uint128 part) {
            _check(!isHeld, "a payment that is held");
            _check(part == (_amounts[key] < available ? _amounts[key] : available), "another part");
            _check(part != 0, "nothing was paid");
            _amounts[key] -= part;
            _money[local].delayed -= part;
            _left(local, part, CHEATS.getRecordedLogs());
            if (_amounts[key] != 0) return;
            _waiting[at] = _waiting[_waiting.length - 1];
            _waiting.pop();
        } catch {
            _check(isHeld || available == 0, "a delayed payment was refused");
        }
    }

    function hold(uint256 seed) external {
        Random.Source memory random = _random(seed);
        if (!random.oneIn(3)) return;
        uint64 first = uint64(random.below(batch + 2));
        uint64 last = first + uint64(random.below(20));
        bool isEarly = block.timestamp < uint256(heldUntil) + 30 days;
        try vault.holdPayments(first, last) {
            _check(!isEarly, "held again so soon");
            _check(last <= batch, "what is yet to come is held");
            (heldFirst, heldLast, heldUntil) = (first, last, uint64(block.timestamp + 33 days));
        } catch {
            _check(isEarly || last > batch, "a hold was refused");
        }
    }

    /// @notice The administrator tries to name another who is paid.
    function redirect(uint256 seed) external {
        if (_waiting.length == 0) return;
        Random.Source memory random = _random(seed);
        uint256 at = random.below(_waiting.length);
        Delayed memory from = _waiting[at];
        Delayed memory to = Delayed(from.batch, _recipients[random.below(_recipients.length)], from.local);
        bool mayBe = _isHeld(from.batch) && block.timestamp >= heldUntil - 3 days;
        try vault.redirectPayment(from.batch, from.recipient, uint16((_CHAIN << 10) | from.local), to.recipient) {
            _check(mayBe, "redirected, but not held so long");
            (bytes32 before, bytes32 then) = (keccak256(abi.encode(from)), keccak256(abi.encode(to)));
            uint256 amount = _amounts[before];
            _amounts[before] = 0;
            _waiting[at] = _waiting[_waiting.length - 1];
            _waiting.pop();
            if (_amounts[then] == 0) _waiting.push(to);
            _amounts[then] += amount;
        } catch {
            _check(!mayBe, "a redirection was refused");
        }
    }

    function wait_(uint256 seed) external {
        Random.Source memory random = _random(seed);
        CHEATS.warp(block.timestamp + (random.oneIn(20) ? random.upTo(70 days) : random.upTo(8 hours)));
    }

    /// @notice Now and then: limits, the fee, the mood of a recipient, and who collects.
    function change(uint256 seed) external {
        Random.Source memory random = _random(seed);
        uint256 kind = random.below(6);
        if (kind == 0 && random.oneIn(4)) {
            _setLimit(1 + random.below(TOKENS), random.oneIn(4) ? 0 : random.upTo(1e22));
        } else if (kind == 1) {
            (base, growth) = (random.upTo(1e6), random.upTo(1e6));
            vault.setRequestFee(uint48(base), uint48(growth));
        } else if (kind == 2) {
            _moody.setMood(MockRecipient.Mood(random.below(5)));
        } else if (kind == 3) {
            _collect(random.oneIn(2) ? _recipients[0] : address(_moody));
        }
    }

    function money(uint256 local) external view returns (Money memory) {
        return _money[local];
    }

    function marks(uint256 local) external view returns (Mark[] memory) {
        return _marks[local];
    }

    /// @return What left of a token: paid, or claimable, which nobody claims here.
    function released(uint256 local) public view returns (uint256) {
        return _money[local].paid + _money[local].claimable;
    }

    function held(uint256 local) external view returns (uint256) {
        return local == 1 ? address(vault).balance : _token.balanceOf(address(vault));
    }

    function _isHeld(uint64 batch_) private view returns (bool) {
        return batch_ >= heldFirst && batch_ <= heldLast && block.timestamp < heldUntil;
    }

    function _payOne(Payment[] memory one, Payment[] memory all, uint256 i) private {
        uint256 local = one[0].token & 1023;
        uint256 amount = one[0].amount;
        (, uint256 available) = vault.outflowOf(one[0].token);
        CHEATS.recordLogs();
        vault.pay(batch, one, _fold(all, i + 1));
        ICheats.Log[] memory logs = CHEATS.getRecordedLogs();
        bool isDelayed = logs[logs.length - 1].topics[0] == IOutflow.PaymentDelayed.selector;
        _check(isDelayed == (amount > available), "delayed wrongly");
        if (!isDelayed) return _left(local, amount, logs);
        Delayed memory delayed = Delayed(batch, one[0].recipient, local);
        bytes32 key = keccak256(abi.encode(delayed));
        if (_amounts[key] == 0) _waiting.push(delayed);
        _amounts[key] += amount;
        _money[local].delayed += amount;
    }

    /// @dev Paid or claimable, by the vault's last event.
    function _left(uint256 local, uint256 amount, ICheats.Log[] memory logs) private {
        bool isMade = logs[logs.length - 1].topics[0] == IVault.PaymentMade.selector;
        if (isMade) _money[local].paid += amount;
        else _money[local].claimable += amount;
        _mark(local);
    }

    function _mark(uint256 local) private {
        Mark memory mark = Mark(block.timestamp, released(local));
        uint256 next = _nextMark[local]++ % MARKS;
        if (_marks[local].length < MARKS) _marks[local].push(mark);
        else _marks[local][next] = mark;
    }

    function _setLimit(uint256 local, uint256 limit) private {
        vault.setOutflowLimit(uint16((_CHAIN << 10) | local), uint112(limit));
        limitOf[local] = limit;
        delete _marks[local];
        _nextMark[local] = 0;
        _mark(local);
    }

    function _collect(address recipient) private {
        uint256 before = recipient.balance;
        MockRecipient.Mood mood = _moody.mood();
        bool accepts = mood == MockRecipient.Mood.Accept || mood == MockRecipient.Mood.LongAnswer;
        bool isRefused = fees == 0 || (recipient == address(_moody) && !accepts);
        try vault.collectRequestFees{gas: 5_000_000}(payable(recipient)) {
            _check(!isRefused, "collected what is not there, or what was refused");
            _check(recipient.balance == before + fees * 1 gwei, "another sum was collected");
            fees = 0;
        } catch {
            _check(isRefused, "fees were not collected");
        }
    }

    /// @return hash Outbox hash from a payment on; none of them is redeemed.
    function _fold(Payment[] memory payments, uint256 start) private pure returns (bytes32 hash) {
        for (uint256 i = payments.length; i > start; --i) {
            Payment memory payment = payments[i - 1];
            uint256 word = uint160(payment.recipient) | (uint256(payment.token) << 160);
            hash = keccak256(abi.encode(word, uint256(payment.amount), hash));
        }
    }
}
