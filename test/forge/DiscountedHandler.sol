// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {DiscountedFacility} from "../../contracts/collateral/DiscountedFacility.sol";
import {PeggedFacility} from "../../contracts/collateral/PeggedFacility.sol";
import {IBooks} from "../../contracts/interfaces/IBooks.sol";
import {IDiscountedFacility} from "../../contracts/interfaces/IDiscountedFacility.sol";
import {IFacility} from "../../contracts/interfaces/IFacility.sol";
import {IPeggedFacility, PegParameters} from "../../contracts/interfaces/IPeggedFacility.sol";
import {IssuerToken} from "../../contracts/mocks/IssuerToken.sol";
import {MockPrice} from "../../contracts/mocks/MockPrice.sol";
import {MockPriceSource} from "../../contracts/mocks/MockPriceSource.sol";
import {CHEATS} from "./ICheats.sol";
import {Random} from "./Random.sol";
import {ZusdHandler} from "./ZusdHandler.sol";

/// @title Random users of two discounted facilities, beside a pegged one; prices that rise, fall, leap and fail
/// @notice A call moves what it says and nothing else: that, and whether it should have been allowed, is known from what was seen
///   before it. Sums are computed by multiplication, without the contract's rounding.
contract DiscountedHandler is ZusdHandler {
    using Random for Random.Source;

    /// @dev Of a facility's token: put in, taken out, and given; and the units that rounding may have kept.
    struct Flow {
        uint256 put;
        uint256 taken;
        uint256 given;
        uint256 kept;
    }

    /// @dev What can be seen of a facility and of all zUSD.
    struct Sight {
        uint256 debt;
        uint256 reserve;
        uint256 held;
        uint256 supply;
        int256 buffer;
        uint256 factor;
        uint256 epoch;
        IDiscountedFacility.Position[] positions;
    }

    /// @dev What a call changes.
    struct Change {
        int256 debt;
        int256 collateral;
        int256 supply;
        int256 buffer;
    }

    /// @dev Kinds of calls, by what may refuse them: nothing is lent with OPEN, no debt is there with WITHDRAW_FREE.
    enum Call {
        OPEN,
        ADD,
        LEND,
        REPAY,
        WITHDRAW,
        WITHDRAW_FREE,
        LIQUIDATE,
        REDEEM,
        OTHERS,
        MINT,
        LEAVE
    }

    uint256 public constant FACILITIES = 2;
    uint256 private constant _POSITIONS = 10;
    uint256 private constant _UNIT = 1e4;
    uint256 private constant _CEILING = 1e25;
    /// @dev Hundredths of the base price beyond which nothing is lent.
    uint256 private constant _LAST_LENT = 253;

    PeggedFacility private immutable _pegged;
    IssuerToken private immutable _coin;
    MockPriceSource private immutable _peg;
    DiscountedFacility[] private _facilities;
    IssuerToken[] private _tokens;
    MockPrice[] private _sources;
    Flow[] private _flows;

    /// @notice What must have happened in a run.
    uint256 public liquidations;
    uint256 public redemptions;
    uint256 public badDebts;

    /// @dev Model: the least pegged debt of each day.
    mapping(uint256 day => uint256) private _leastOn;
    uint256 private _day;
    /// @dev Positions whose collateral a redemption lowered since they were last settled.
    mapping(uint256 facility => mapping(uint256 id => bool)) private _isStale;
    mapping(uint256 facility => bool) private _isStopped;

    /// @dev What may refuse each kind of call.
    mapping(Call call => bytes4[]) private _expected;

    constructor() {
        // The handler stands for the vault, which sends zUSD abroad.
        _bindZusd(address(this));
        uint112 most = type(uint112).max;
        (_pegged, _coin, _peg) = _newPegged(18, PegParameters(1, 0, 0, 0, 0, most, most, 100, 50), 1e27);
        _add(18, 100e18, IDiscountedFacility.Parameters(2_000, 1_000, 500, 50, 200, 5_000, 50e18, 200e18));
        _add(6, 2e18, IDiscountedFacility.Parameters(5_000, 100, 100, 500, 1_000, 4_000, 2e18, 2e18));
        _expect();
        for (uint256 i = 0; i < USERS; ++i) {
            CHEATS.prank(_users[i]);
            _pegged.mint(2e24, 0, _users[i]);
        }
        CHEATS.warp(block.timestamp + 3 days);
        _day = block.timestamp / 1 days;
        (_leastOn[_day - 1], _leastOn[_day]) = (books.peggedDebt(), books.peggedDebt());
    }

    function open(uint256 seed) external {
        Random.Source memory random = _random(seed);
        uint256 i = random.below(FACILITIES);
        if (_countOf(i) == _POSITIONS) return;
        address by = _users[random.below(USERS)];
        uint256 collateral = _part(_tokens[i].balanceOf(by) / (2 + random.below(8)), random);
        if (!random.oneIn(4)) _cover(_richest(random));
        uint256 debt =
            random.oneIn(6) ? 0 : _part(_room(i, IDiscountedFacility.Position(by, collateral, 0, 0)), random);
        _open(i, by, _users[random.below(USERS)], [collateral, debt]);
    }

    function add(uint256 seed) external {
        Random.Source memory random = _random(seed);
        (uint256 i, uint256 id) = _pick(random);
        if (id == 0) return;
        address by = _users[random.below(USERS)];
        uint256 amount = random.upTo(_tokens[i].balanceOf(by) / 8);
        Sight memory before = _look(i);
        ++asked;
        CHEATS.prank(by);
        try _facilities[i].add(id, amount) {
            ++accepted;
            _checkChange(i, id, before, Change(0, int256(amount), 0, 0));
        } catch (bytes memory reason) {
            _checkRefusal(reason, Call.ADD);
            _check(amount == 0, "collateral was refused");
        }
    }

    function borrow(uint256 seed) external {
        Random.Source memory random = _random(seed);
        (uint256 i, uint256 id) = _pick(random);
        if (id == 0) return;
        if (!random.oneIn(4)) _cover(_richest(random));
        Sight memory before = _look(i);
        IDiscountedFacility.Position memory position = before.positions[id - 1];
        uint256 amount = _part(_room(i, position), random);
        address by = _someone(position.owner, random);
        uint256 had = zusd.balanceOf(by);
        ++asked;
        CHEATS.prank(by);
        try _facilities[i].borrow(id, amount, by) {
            ++accepted;
            _check(amount != 0 && by == position.owner, "nothing was lent, or to another than the owner");
            _check(zusd.balanceOf(by) == had + amount, "lent to another");
            _checkChange(i, id, before, Change(int256(amount), 0, int256(amount), 0));
            _checkLent(i, id);
        } catch (bytes memory reason) {
            _checkRefusal(reason, by == position.owner ? Call.LEND : Call.OTHERS);
        }
    }

    function repay(uint256 seed) external {
        Random.Source memory random = _random(seed);
        (uint256 i, uint256 id) = _pick(random);
        if (id == 0) return;
        Sight memory before = _look(i);
        address by = _richest(random);
        uint256 owed = before.positions[id - 1].debt;
        uint256 had = zusd.balanceOf(by);
        uint256 amount = _least(_part(owed, random), had);
        ++asked;
        CHEATS.prank(by);
        try _facilities[i].repay(id, amount) returns (uint256 repaid) {
            ++accepted;
            _check(repaid == _least(amount, owed) && zusd.balanceOf(by) == had - repaid, "burnt another amount");
            _checkChange(i, id, before, Change(-int256(repaid), 0, -int256(repaid), 0));
        } catch (bytes memory reason) {
            _checkRefusal(reason, Call.REPAY);
            _check(amount < owed || owed == 0, "the whole debt was not taken");
        }
    }

    function withdraw(uint256 seed) external {
        Random.Source memory random = _random(seed);
        (uint256 i, uint256 id) = _pick(random);
        if (id == 0) return;
        Sight memory before = _look(i);
        IDiscountedFacility.Position memory position = before.positions[id - 1];
        uint256 amount = _part(_free(i, position), random);
        address by = _someone(position.owner, random);
        uint256 had = _tokens[i].balanceOf(by);
        ++asked;
        CHEATS.prank(by);
        try _facilities[i].withdraw(id, amount, by) {
            ++accepted;
            _check(amount != 0 && by == position.owner, "nothing was withdrawn, or by another than the owner");
            _check(_tokens[i].balanceOf(by) == had + amount, "paid to another");
            _checkChange(i, id, before, Change(0, -int256(amount), 0, 0));
            if (position.debt != 0) _checkCovered(i, _facilities[i].position(id));
        } catch (bytes memory reason) {
            bool isOwner = by == position.owner;
            _checkRefusal(
                reason,
                !isOwner
                    ? Call.OTHERS
                    : position.debt == 0
                        ? Call.WITHDRAW_FREE
                        : Call.WITHDRAW
            );
            bool isFree = isOwner && position.debt == 0 && amount != 0 && amount <= position.collateral;
            _check(!isFree, "collateral without debt was kept");
        }
    }

    /// @notice Mostly of a position that may be liquidated: there is one, or its price falls.
    function liquidate(uint256 seed) external {
        Random.Source memory random = _random(seed);
        (uint256 i, uint256 id) = _pick(random);
        if (books.debtOf(address(_facilities[i])) == 0) (i, id) = (1 - i, 1);
        uint256 count = _countOf(i);
        if (id > count) return;
        for (uint256 n = 0; n < count && !_isUnhealthy(i, _facilities[i].position(id), 0); ++n) id = (id % count) + 1;
        if (!random.oneIn(4)) id = _fall(i, id, random);
        address by = _richest(random);
        uint256 owed = _facilities[i].position(id).debt;
        if (owed == 0) return;
        uint256 least = random.oneIn(16) ? _facilities[i].reserve() + 1 : 0;
        _liquidate(i, id, by, [_least(_part(owed, random), zusd.balanceOf(by)), least]);
    }

    /// @notice Mostly after others took what stands in the way of it.
    function redeem(uint256 seed) external {
        Random.Source memory random = _random(seed);
        uint256 i = random.below(FACILITIES);
        if (!random.oneIn(4)) _clear(i, random);
        uint256 debt = books.debtOf(address(_facilities[i]));
        if (debt == 0) return;
        uint256 minimum = _facilities[i].parameters().minTotal;
        uint256 kind = random.below(16);
        uint256 part = kind == 0 || debt < minimum ? debt : debt - minimum;
        if (kind > 2) part = _part(part / (1 + random.below(64)), random);
        address by = _richest(random);
        _redeem(i, by, _least((part * _ONE + books.factor() - 1) / books.factor(), zusd.balanceOf(by)));
    }

    function touch(uint256 seed) external {
        (uint256 i, uint256 id) = _pick(_random(seed));
        if (id != 0) _touch(i, id);
    }

    /// @notice A price moves: a little, by a leap, or so that it is none, is in doubt or cannot be read. Coins lose their peg seldom.
    function move(uint256 seed) external {
        Random.Source memory random = _random(seed);
        uint256 i = random.below(FACILITIES);
        (MockPrice source, uint256 base) = (_sources[i], _facilities[i].basePrice());
        source.setRefuses(false);
        (uint256 lower, , ) = source.quote();
        if (lower == 0) lower = base;
        uint256 kind = random.below(24);
        if (kind < 9) lower = (lower * (900 + random.below(200))) / 1_000;
        else if (kind < 13) lower = (lower + base) / 2;
        else if (kind < 19) lower = lower / (2 + random.below(2)) + random.below(1e9);
        else if (kind == 19) lower *= 2;
        if (lower < base / 6 || lower > base * 4) lower = base;
        if (kind == 20) lower = 0;
        source.set(lower, lower + (lower * (kind == 21 ? 1_100 : random.below(200))) / _UNIT);
        source.setInBand(kind != 22);
        source.setRefuses(kind == 23);
        uint256 peg = random.oneIn(12) ? (9_000 + random.below(800)) * 1e14 : _ONE;
        _peg.set(peg, peg);
        _pegged.sync();
    }

    /// @notice Ceilings, the share and the guardian's switch; mostly there is room.
    function govern(uint256 seed) external {
        Random.Source memory random = _random(seed);
        for (uint256 i = 0; i < FACILITIES; ++i) {
            DiscountedFacility facility = _facilities[i];
            uint256 debt = books.debtOf(address(facility));
            if (debt != 0) {
                try books.setCeiling(facility, random.below(debt)) {
                    revert Broken("a ceiling below the debt");
                } catch (bytes memory reason) {
                    _check(bytes4(reason) == IBooks.Books_AboveCeiling.selector, "another refusal of a ceiling");
                }
            }
            books.setCeiling(facility, random.oneIn(4) ? debt + random.upTo(_CEILING / 10) : _CEILING);
            _isStopped[i] = random.oneIn(12);
            if (_isStopped[i]) facility.stopMinting();
            else facility.startMinting();
        }
        books.setShare(random.oneIn(8) ? random.below(1_000) : 1_000 + random.below(5_000));
    }

    /// @notice zUSD is minted for a coin: there is room for others, two days later.
    function mint(uint256 seed) external {
        Random.Source memory random = _random(seed);
        address by = _users[random.below(USERS)];
        uint256 debt = books.peggedDebt();
        uint256 amount = 1 + random.upTo(debt > 4e25 ? 1e24 : 4e24);
        ++asked;
        CHEATS.prank(by);
        try _pegged.mint(amount, 0, by) {
            ++accepted;
            _check(books.peggedDebt() == debt + amount, "minted another amount");
            _noteDebt();
        } catch (bytes memory reason) {
            _checkRefusal(reason, Call.MINT);
        }
    }

    /// @notice zUSD is redeemed for the coin: others have less room.
    function leave(uint256 seed) external {
        Random.Source memory random = _random(seed);
        address by = _richest(random);
        uint256 amount = random.upTo(zusd.balanceOf(by) / 8);
        ++asked;
        CHEATS.prank(by);
        try _pegged.redeem(amount, 0, by) {
            ++accepted;
            _noteDebt();
        } catch (bytes memory reason) {
            _checkRefusal(reason, Call.LEAVE);
        }
    }

    /// @notice zUSD goes from one to another, abroad and back; somebody gives to a facility; and time passes.
    function pass(uint256 seed) external {
        Random.Source memory random = _random(seed);
        _transfer(random);
        address rich = _richest(random);
        if (random.oneIn(2)) zusd.crosschainBurn(rich, random.upTo(zusd.balanceOf(rich) / 8));
        else zusd.crosschainMint(rich, random.upTo(zusd.abroad()));
        _give(random.below(FACILITIES), _users[random.below(USERS)], random.below(10));
        CHEATS.warp(block.timestamp + random.upTo(2 days));
        _noteDebt();
    }

    function facilityAt(uint256 i) external view returns (DiscountedFacility) {
        return _facilities[i];
    }

    function peggedDebt() external view returns (uint256) {
        return books.debtOf(address(_pegged));
    }

    function decimalsOf(uint256 i) external view returns (uint256) {
        return _tokens[i].decimals();
    }

    function flowOf(uint256 i) external view returns (Flow memory) {
        return _flows[i];
    }

    function sightOf(uint256 i) external view returns (Sight memory) {
        return _look(i);
    }

    /// @return count Positions that a redemption took from since they were settled: to look at one rounds it.
    function staleOf(uint256 i) external view returns (uint256 count) {
        for (uint256 id = 1; id <= _countOf(i); ++id) if (_isStale[i][id]) ++count;
    }

    function _add(uint8 decimals, uint256 price, IDiscountedFacility.Parameters memory parameters) private {
        IssuerToken token = new IssuerToken("LP", decimals);
        MockPrice source = new MockPrice(price, price);
        DiscountedFacility facility = new DiscountedFacility(
            address(_manager),
            books,
            address(token),
            source,
            price,
            parameters
        );
        // Two million dollar for each user.
        _register(facility, token, _CEILING, (2e24 * 10 ** decimals) / price);
        _facilities.push(facility);
        _tokens.push(token);
        _sources.push(source);
        _flows.push();
    }

    function _expect() private {
        bytes4 small = IFacility.Facility_TooSmall.selector;
        bytes4 unread = MockPrice.Refused.selector;
        bytes4 none = IDiscountedFacility.DiscountedFacility_NoPrice.selector;
        bytes4 doubtful = IDiscountedFacility.DiscountedFacility_OutOfBand.selector;
        bytes4 unhealthy = IDiscountedFacility.DiscountedFacility_Unhealthy.selector;
        bytes4 dust = IDiscountedFacility.DiscountedFacility_DebtTooSmall.selector;
        bytes4 pool = IDiscountedFacility.DiscountedFacility_AbovePoolShare.selector;
        bytes4 stopped = IFacility.Facility_NotLive.selector;
        bytes4 impaired = IBooks.Books_Impaired.selector;
        bytes4 least = IFacility.Facility_BelowMinimum.selector;
        bytes4 more = IDiscountedFacility.DiscountedFacility_CollateralTooSmall.selector;
        _expected[Call.ADD] = [small];
        _expected[Call.OPEN] = [small, pool];
        _expected[Call.LEND] = [small, pool, stopped, unread, none, doubtful, dust, unhealthy, impaired];
        _expected[Call.LEND].push(IBooks.Books_AboveCeiling.selector);
        _expected[Call.LEND].push(IBooks.Books_AboveShare.selector);
        _expected[Call.REPAY] = [small, dust];
        _expected[Call.WITHDRAW_FREE] = [small, more];
        _expected[Call.WITHDRAW] = [small, more, unread, none, unhealthy];
        _expected[Call.LIQUIDATE] = [
            small,
            unread,
            none,
            dust,
            least,
            IDiscountedFacility.DiscountedFacility_Healthy.selector
        ];
        _expected[Call.REDEEM] = [small, unread, none, doubtful, dust, least];
        _expected[Call.REDEEM].push(IDiscountedFacility.DiscountedFacility_PositionUnhealthy.selector);
        _expected[Call.REDEEM].push(IDiscountedFacility.DiscountedFacility_AboveDebt.selector);
        _expected[Call.OTHERS] = [small, IDiscountedFacility.DiscountedFacility_NotOwner.selector];
        _expected[Call.MINT] = [small, impaired, IPeggedFacility.PeggedFacility_OffPeg.selector];
        _expected[Call.LEAVE] = [small, IPeggedFacility.PeggedFacility_ReserveTooSmall.selector];
    }

    /// @param amounts Collateral and debt.
    function _open(uint256 i, address by, address owner, uint256[2] memory amounts) private {
        Sight memory before = _look(i);
        uint256 had = zusd.balanceOf(owner);
        ++asked;
        CHEATS.prank(by);
        try _facilities[i].open(owner, amounts[0], amounts[1], owner) returns (uint256 id) {
            ++accepted;
            _check(id == before.positions.length + 1, "another number");
            _check(zusd.balanceOf(owner) == had + amounts[1], "lent to another");
            Change memory change = Change(int256(amounts[1]), int256(amounts[0]), int256(amounts[1]), 0);
            _checkChange(i, id, before, change);
            _check(_facilities[i].position(id).owner == owner, "opened for another");
            _checkPool(i);
            if (amounts[1] != 0) _checkLent(i, id);
        } catch (bytes memory reason) {
            _checkRefusal(reason, amounts[1] == 0 ? Call.OPEN : Call.LEND);
        }
    }

    /// @param amounts To pay, and the least collateral to accept.
    function _liquidate(uint256 i, uint256 id, address by, uint256[2] memory amounts) private {
        Sight memory before = _look(i);
        IDiscountedFacility.Position memory position = before.positions[id - 1];
        (uint256 had, uint256 rich) = (_tokens[i].balanceOf(by), zusd.balanceOf(by));
        ++asked;
        CHEATS.prank(by);
        try _facilities[i].liquidate(id, amounts[0], amounts[1], by) returns (uint256 paid, uint256 collateral) {
            ++accepted;
            ++liquidations;
            _check(paid <= amounts[0] && collateral >= amounts[1], "not what the liquidator asked for");
            _check(zusd.balanceOf(by) == rich - paid, "burnt another amount");
            _check(_tokens[i].balanceOf(by) == had + collateral, "paid to another");
            uint256 written = before.debt - books.debtOf(address(_facilities[i])) - paid;
            if (written != 0) ++badDebts;
            _checkChange(
                i,
                id,
                before,
                Change(-int256(paid + written), -int256(collateral), -int256(paid), -int256(written))
            );
            _checkTerms(i, id, position, [paid, collateral, written]);
        } catch (bytes memory reason) {
            _checkRefusal(reason, Call.LIQUIDATE);
            bool isWhole = amounts[0] >= position.debt && amounts[1] == 0;
            _check(!isWhole || !_isUnhealthy(i, position, 0), "a position could not be liquidated");
        }
    }

    function _redeem(uint256 i, address by, uint256 amount) private {
        Sight memory before = _look(i);
        (uint256 had, uint256 rich) = (_tokens[i].balanceOf(by), zusd.balanceOf(by));
        ++asked;
        CHEATS.prank(by);
        try _facilities[i].redeem(amount, 0, by) returns (uint256 collateral) {
            ++accepted;
            ++redemptions;
            _check(zusd.balanceOf(by) == rich - amount, "burnt another amount");
            _check(_tokens[i].balanceOf(by) == had + collateral, "paid to another");
            uint256 debt = (amount * before.factor) / _ONE;
            Sight memory afterwards = _look(i);
            int256 surplus = int256(amount - debt);
            _checkSums(before, afterwards, Change(-int256(debt), -int256(collateral), -int256(amount), surplus));
            _check(afterwards.factor >= before.factor, "a redemption lowered the factor");
            _checkPaid(i, debt, collateral);
            _checkTaken(before, afterwards, collateral);
            for (uint256 id = 1; id <= before.positions.length; ++id) {
                _checkRedeemed(before, afterwards, id - 1);
                _check(!_isUnhealthy(i, before.positions[id - 1], 2), "redeemed beside an unhealthy position");
            }
            _note(i, -int256(collateral));
            _noteRedemption(i, before);
        } catch (bytes memory reason) {
            _checkRefusal(reason, Call.REDEEM);
        }
    }

    function _touch(uint256 i, uint256 id) private {
        Sight memory before = _look(i);
        ++asked;
        _facilities[i].touch(id);
        ++accepted;
        _checkChange(i, id, before, Change(0, 0, 0, 0));
    }

    /// @dev The price falls to where a position may just be liquidated, or down to half of it, if none may be yet.
    /// @return The first from `id` on that has debt and collateral.
    function _fall(uint256 i, uint256 id, Random.Source memory random) private returns (uint256) {
        IDiscountedFacility.Position memory position = _facilities[i].position(id);
        uint256 count = _countOf(i);
        for (uint256 n = 1; n < count && (position.debt == 0 || position.collateral == 0); ++n) {
            id = (id % count) + 1;
            position = _facilities[i].position(id);
        }
        if (position.debt == 0 || position.collateral == 0 || _isUnhealthy(i, position, 0)) return id;
        uint256 rest = _UNIT - _facilities[i].parameters().liquidationHaircut;
        uint256 lower = (position.debt * _wholeOf(i) * _UNIT) / (position.collateral * rest);
        lower = (lower * (500 + random.below(501))) / 1_000;
        _sources[i].setRefuses(false);
        _sources[i].set(lower, lower);
        return id;
    }

    function _give(uint256 i, address by, uint256 amount) private {
        if (_tokens[i].balanceOf(by) < amount) return;
        _flows[i].given += amount;
        CHEATS.prank(by);
        _check(_tokens[i].transfer(address(_facilities[i]), amount), "a gift failed");
    }

    /// @dev Renews all labels, and liquidates what may be.
    function _clear(uint256 i, Random.Source memory random) private {
        (bool isRead, uint256 lower) = _lowerOf(i);
        if (!isRead || lower == 0) return;
        for (uint256 id = _countOf(i); id > 0; --id) {
            IDiscountedFacility.Position memory position = _facilities[i].position(id);
            if (position.debt == 0) continue;
            address by = _richest(random);
            if (!_isUnhealthy(i, position, 0)) _touch(i, id);
            else _liquidate(i, id, by, [_least(position.debt, zusd.balanceOf(by)), 0]);
        }
    }

    function _note(uint256 i, int256 collateral) private {
        if (collateral > 0) _flows[i].put += uint256(collateral);
        else _flows[i].taken += uint256(-collateral);
    }

    /// @dev A redemption keeps a unit, and another of each position that it took from when that is settled.
    function _noteRedemption(uint256 i, Sight memory before) private {
        ++_flows[i].kept;
        for (uint256 id = 1; id <= before.positions.length; ++id) {
            if (before.positions[id - 1].debt != 0) _isStale[i][id] = true;
        }
    }

    function _noteDebt() private {
        uint256 debt = books.peggedDebt();
        uint256 day = block.timestamp / 1 days;
        // Nothing but time changed since the day that was noted.
        while (_day < day) _leastOn[++_day] = debt;
        _leastOn[day] = _least(_leastOn[day], debt);
    }

    /// @dev The facility and all zUSD changed by what is said, the position likewise, and others not at all but for rounding.
    function _checkChange(uint256 i, uint256 id, Sight memory before, Change memory change) private {
        Sight memory afterwards = _look(i);
        _checkSums(before, afterwards, change);
        for (uint256 j = 0; j < afterwards.positions.length; ++j) {
            IDiscountedFacility.Position memory old;
            if (j < before.positions.length) old = before.positions[j];
            bool isOwn = j + 1 == id;
            // A debt that was all of the facility's is rounded up no more when others' comes to it.
            int256 up = isOwn || old.debt == before.debt ? int256(1) : int256(0);
            _checkMoved(old, afterwards.positions[j], isOwn ? change : Change(0, 0, 0, 0), up);
        }
        _note(i, change.collateral);
        if (_isStale[i][id]) ++_flows[i].kept;
        _isStale[i][id] = false;
    }

    function _checkRefusal(bytes memory reason, Call call) private view {
        bytes4[] storage expected = _expected[call];
        for (uint256 i = 0; i < expected.length; ++i) if (bytes4(reason) == expected[i]) return;
        // It tells more than that it was not expected.
        assembly ("memory-safe") {
            revert(add(reason, 32), mload(reason))
        }
    }

    function _checkSums(Sight memory before, Sight memory afterwards, Change memory change) private pure {
        _check(int256(afterwards.debt) == int256(before.debt) + change.debt, "the facility's debt");
        _check(int256(afterwards.reserve) == int256(before.reserve) + change.collateral, "the reserve");
        _check(int256(afterwards.held) == int256(before.held) + change.collateral, "the facility's balance");
        _check(int256(afterwards.supply) == int256(before.supply) + change.supply, "the supply of zUSD");
        _check(afterwards.buffer == before.buffer + change.buffer, "the buffer");
    }

    /// @param up Units by which rounding may raise the debt. It may lower it by two: debts are rounded up by less than that.
    function _checkMoved(
        IDiscountedFacility.Position memory old,
        IDiscountedFacility.Position memory position,
        Change memory change,
        int256 up
    ) private pure {
        _check(int256(position.collateral) == int256(old.collateral) + change.collateral, "a position's collateral");
        int256 moved = int256(position.debt) - int256(old.debt) - change.debt;
        _check(moved >= -2 && moved <= up, "a position's debt");
    }

    /// @dev Debt falls in the same proportion everywhere, and nobody's health falls, but for rounding.
    function _checkRedeemed(Sight memory before, Sight memory afterwards, uint256 j) private pure {
        IDiscountedFacility.Position memory old = before.positions[j];
        IDiscountedFacility.Position memory position = afterwards.positions[j];
        uint256 whole = before.debt;
        _check(position.debt * whole <= old.debt * afterwards.debt + 2 * whole, "too little debt was redeemed");
        _check((position.debt + 2) * whole >= old.debt * afterwards.debt, "too much debt was redeemed");
        _check(position.collateral <= old.collateral, "a redemption brought collateral");
        if (old.debt == 0) _check(position.collateral == old.collateral, "collateral without debt was redeemed");
        else _checkHealthKept(old, position, 2);
    }

    /// @param units Of collateral that rounding may take.
    function _checkHealthKept(
        IDiscountedFacility.Position memory old,
        IDiscountedFacility.Position memory position,
        uint256 units
    ) private pure {
        if (position.debt <= 2) return;
        bool isKept = (position.collateral + units) * old.debt >= old.collateral * (position.debt - 2);
        _check(isKept, "a position's health fell");
    }

    /// @dev Positions lose what is paid, but for a unit each that rounding had taken before.
    function _checkTaken(Sight memory before, Sight memory afterwards, uint256 collateral) private pure {
        (uint256 had, uint256 have) = (before.positions.length, collateral);
        for (uint256 j = 0; j < before.positions.length; ++j) {
            had += before.positions[j].collateral;
            have += afterwards.positions[j].collateral;
        }
        _check(have <= had, "paid what no position lost");
    }

    /// @dev What a redeemer gets is worth the debt less the fee at the upper price, to the unit.
    function _checkPaid(uint256 i, uint256 debt, uint256 collateral) private view {
        (, uint256 upper, ) = _sources[i].quote();
        uint256 worth = debt * (_UNIT - _facilities[i].parameters().redemptionFee) * _wholeOf(i);
        _check(collateral * upper * _UNIT <= worth, "paid more than was burnt");
        _check((collateral + 1) * upper * _UNIT > worth, "paid less than was burnt");
    }

    /// @param amounts Paid, collateral and bad debt.
    function _checkTerms(
        uint256 i,
        uint256 id,
        IDiscountedFacility.Position memory old,
        uint256[3] memory amounts
    ) private view {
        (uint256 lower, uint256 whole) = (_priceOf(i), _wholeOf(i));
        uint256 most = amounts[0] * (_UNIT + _facilities[i].parameters().bonus) + _UNIT;
        _check(_isUnhealthy(i, old, 2), "liquidated a healthy position");
        _check(amounts[1] * lower * _UNIT <= most * whole, "more than the bonus");
        bool isShort = old.collateral * lower < old.debt * whole;
        _check(amounts[2] == 0 || isShort, "wrote off what the collateral is worth");
        IDiscountedFacility.Position memory position = _facilities[i].position(id);
        _check(position.collateral != 0 || position.debt == 0, "bad debt was not booked");
        _checkHealthKept(old, position, 0);
    }

    /// @dev What must hold when zUSD was lent.
    function _checkLent(uint256 i, uint256 id) private view {
        IDiscountedFacility.Position memory position = _facilities[i].position(id);
        IDiscountedFacility.Parameters memory p = _facilities[i].parameters();
        (uint256 lower, uint256 upper, bool inBand) = _sources[i].quote();
        _checkCovered(i, position);
        _checkPool(i);
        _check(inBand && upper * _UNIT <= lower * (_UNIT + p.maxSpread), "lent at a price in doubt");
        _check(position.debt >= p.minDebt, "lent too little");
        _check(!_isStopped[i] && books.impaired() == 0, "lent while nothing is lent");
        uint256 debt = books.debtOf(address(_facilities[i]));
        _check(debt <= books.ceilingOf(address(_facilities[i])), "lent beyond the ceiling");
        // D ≤ β·(D + P) with the aged P.
        (uint256 discounted, uint256 share) = (_discounted(), books.share());
        _check(discounted * _UNIT <= share * (discounted + _aged()), "lent beyond the share");
    }

    /// @dev Debt is at most what may be lent for the collateral at the price as it is now.
    function _checkCovered(uint256 i, IDiscountedFacility.Position memory position) private view {
        uint256 rest = _UNIT - _facilities[i].parameters().haircut;
        uint256 debt = position.debt * _wholeOf(i);
        _check(debt * _UNIT <= position.collateral * _priceOf(i) * rest, "less collateral than is required");
        uint256 last = position.collateral * _facilities[i].basePrice() * _LAST_LENT;
        _check(debt * 100 <= last, "lent beyond the last bucket");
    }

    function _checkPool(uint256 i) private view {
        uint256 limit = _tokens[i].totalSupply() * _facilities[i].parameters().poolShare;
        _check(_facilities[i].reserve() * _UNIT <= limit, "too large a part of the token");
    }

    function _look(uint256 i) private view returns (Sight memory sight) {
        DiscountedFacility facility = _facilities[i];
        sight.debt = books.debtOf(address(facility));
        sight.reserve = facility.reserve();
        sight.held = _tokens[i].balanceOf(address(facility));
        sight.supply = zusd.totalSupply();
        sight.buffer = books.buffer();
        sight.factor = books.factor();
        sight.epoch = facility.totals().epoch;
        sight.positions = new IDiscountedFacility.Position[](_countOf(i));
        for (uint256 j = 0; j < sight.positions.length; ++j) sight.positions[j] = facility.position(j + 1);
    }

    /// @return i A facility.
    /// @return id One of its positions; 0: it has none.
    function _pick(Random.Source memory random) private view returns (uint256 i, uint256 id) {
        i = random.below(FACILITIES);
        uint256 count = _countOf(i);
        if (count != 0) id = 1 + random.below(count);
    }

    /// @return Mostly the owner.
    function _someone(address owner, Random.Source memory random) private view returns (address) {
        return random.oneIn(16) ? _users[random.below(USERS)] : owner;
    }

    /// @return What may be lent to a position; 0 when there is no price.
    function _room(uint256 i, IDiscountedFacility.Position memory position) private view returns (uint256) {
        (, uint256 lower) = _lowerOf(i);
        uint256 rest = _UNIT - _facilities[i].parameters().haircut;
        uint256 limit = (position.collateral * lower * rest) / (_wholeOf(i) * _UNIT);
        return _least(limit > position.debt ? limit - position.debt : 0, _roomInBooks(_facilities[i]));
    }

    function _roomInBooks(DiscountedFacility facility) private view returns (uint256) {
        uint256 most = (_aged() * books.share()) / (_UNIT - books.share());
        uint256 all = _discounted();
        uint256 room = books.ceilingOf(address(facility)) - books.debtOf(address(facility));
        return _least(most > all ? most - all : 0, room);
    }

    /// @return Collateral that a position can do without.
    function _free(uint256 i, IDiscountedFacility.Position memory position) private view returns (uint256) {
        (, uint256 lower) = _lowerOf(i);
        if (position.debt == 0 || lower == 0) return position.collateral;
        uint256 rest = _UNIT - _facilities[i].parameters().haircut;
        uint256 needed = (position.debt * _wholeOf(i) * _UNIT) / (lower * rest) + 1;
        return position.collateral > needed ? position.collateral - needed : position.collateral;
    }

    /// @param slack Units that rounding may make of debt or collateral.
    /// @return Whether a position may be liquidated; false when the price cannot be read.
    function _isUnhealthy(
        uint256 i,
        IDiscountedFacility.Position memory position,
        uint256 slack
    ) private view returns (bool) {
        (bool isRead, uint256 lower) = _lowerOf(i);
        if (!isRead || lower == 0 || position.debt == 0) return false;
        uint256 limit = position.collateral * lower * (_UNIT - _facilities[i].parameters().liquidationHaircut);
        return (position.debt + slack) * _UNIT * _wholeOf(i) > limit;
    }

    function _lowerOf(uint256 i) private view returns (bool isRead, uint256 lower) {
        try _sources[i].quote() returns (uint256 lower_, uint256, bool) {
            return (true, lower_);
        } catch {
            return (false, 0);
        }
    }

    function _priceOf(uint256 i) private view returns (uint256 lower) {
        (lower, , ) = _sources[i].quote();
    }

    function _wholeOf(uint256 i) private view returns (uint256) {
        return 10 ** _tokens[i].decimals();
    }

    function _countOf(uint256 i) private view returns (uint256) {
        return _facilities[i].totals().positions;
    }

    function _discounted() private view returns (uint256 sum) {
        for (uint256 i = 0; i < FACILITIES; ++i) sum += books.debtOf(address(_facilities[i]));
    }

    function _aged() private view returns (uint256) {
        return _least(_leastOn[_day], _leastOn[_day - 1]);
    }

    /// @return Mostly below `limit` or just it, seldom one more, and of any magnitude.
    function _part(uint256 limit, Random.Source memory random) private pure returns (uint256) {
        uint256 kind = random.below(16);
        if (kind == 0) return limit + 1;
        if (kind == 1) return random.upTo(limit);
        if (kind < 5) return limit;
        return (limit * (1 + random.below(100))) / 100;
    }
}
