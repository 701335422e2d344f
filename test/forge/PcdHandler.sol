// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {PeggedFacility} from "../../contracts/collateral/PeggedFacility.sol";
import {PegParameters} from "../../contracts/interfaces/IPeggedFacility.sol";
import {IRollup} from "../../contracts/interfaces/IRollup.sol";
import {IssuerToken} from "../../contracts/mocks/IssuerToken.sol";
import {MockPriceSource} from "../../contracts/mocks/MockPriceSource.sol";
import {MockRollup} from "../../contracts/mocks/MockRollup.sol";
import {DepositRequest, Payment} from "../../contracts/types/Types.sol";
import {TokenRegistry} from "../../contracts/vault/TokenRegistry.sol";
import {Vault} from "../../contracts/vault/Vault.sol";
import {CHEATS} from "./ICheats.sol";
import {Random} from "./Random.sol";
import {ZusdHandler} from "./ZusdHandler.sol";

/// @title Random users of a chain's facilities, its vault and its zUSD; prices that move, issuers that pause, and losses
/// @notice What a call should do is known before it: a preview says what comes out, and the factor never falls by a redemption.
contract PcdHandler is ZusdHandler {
    using Random for Random.Source;

    struct Waiting {
        uint256 id;
        Payment payment;
        uint64 since;
    }

    uint256 public constant FACILITIES = 3;
    uint8 private constant _CHAIN = 2;
    uint16 private constant _ZUSD = 1;

    Vault public immutable vault;
    MockRollup private immutable _rollup;
    PeggedFacility[] private _facilities;
    IssuerToken[] private _tokens;
    MockPriceSource[] private _sources;

    /// @notice zUSD in the rollup that no batch has ordered out again, that waits, and that is claimable.
    uint256 public free;
    uint256 public waitingSum;
    uint256 public claimableSum;
    /// @notice Whether a facility lost tokens since it was synced.
    mapping(uint256 facility => bool) public hasLost;
    Waiting[] private _waiting;
    uint64 private _batch;

    constructor() {
        TokenRegistry registry = new TokenRegistry(address(_manager));
        vault = new Vault(address(_manager), registry, _CHAIN, 10);
        _rollup = new MockRollup(vault);
        vault.bindRollup(IRollup(address(_rollup)));
        _bindZusd(address(vault));
        vault.bindBooks(books);
        uint112 most = type(uint112).max;
        _add(registry, 6, PegParameters(1e12, 1_000, 2, 5, 300, 4e12, 4e12, 100, 50), 5e24);
        _add(registry, 18, PegParameters(1, 0, 0, 0, 0, most, most, 100, 50), 1e27);
        _add(registry, 0, PegParameters(50, 1_000, 0, 100, 1_000, 500, 500, 500, 0), 200e18);
    }

    function mint(uint256 seed) external {
        Random.Source memory random = _random(seed);
        uint256 i = random.below(FACILITIES);
        PeggedFacility facility = _facilities[i];
        uint256 amount = _amountIn(i, random);
        address user = _users[random.below(USERS)];
        uint256 preview = facility.previewMint(amount);
        bool isWrong = random.oneIn(12);
        uint256 before = zusd.balanceOf(user);
        ++asked;
        CHEATS.prank(user);
        try facility.mint(amount, isWrong ? preview + 1 : preview, user) returns (uint256 minted) {
            _check(!isWrong && minted == preview, "minted another amount than the preview says");
            _check(zusd.balanceOf(user) - before == minted, "minted to another");
            ++accepted;
        } catch {}
    }

    function redeem(uint256 seed) external {
        Random.Source memory random = _random(seed);
        (address user, uint256 i) = (_richest(random), random.below(FACILITIES));
        PeggedFacility facility = _facilities[i];
        uint256 limit = _least(zusd.balanceOf(user), facility.reserve() * facility.scale());
        uint256 amount = random.upTo(random.oneIn(3) ? limit : limit / 8);
        (uint256 preview, uint256 burnt) = facility.previewRedeem(amount);
        if (preview == 0) return;
        uint256 had = _tokens[i].balanceOf(user);
        uint256 factor = books.factor();
        ++asked;
        CHEATS.prank(user);
        try facility.redeem(amount, preview, user) returns (uint256 paid, uint256 burnt_) {
            _check(paid == preview && burnt_ == burnt, "paid another amount than the preview says");
            _check(_tokens[i].balanceOf(user) - had == paid, "paid to another");
            _check(books.factor() >= factor, "a redemption lowered the factor");
            _check(paid * facility.scale() <= burnt, "paid more than was burnt");
            ++accepted;
        } catch {}
    }

    /// @notice Prices move, mostly back to the peg, and somebody looks.
    function move(uint256 seed) external {
        Random.Source memory random = _random(seed);
        if (!random.oneIn(6)) {
            for (uint256 j = 0; j < FACILITIES; ++j) {
                _sources[j].set(_ONE, _ONE);
                _tokens[j].setPaused(false);
                _sync(j);
            }
            return;
        }
        uint256 i = random.below(FACILITIES);
        uint256[8] memory prices = [uint256(9_899), 9_900, 9_949, 9_950, 10_101, 8_770, 1, 0];
        uint256 price = (prices[random.below(8)] * _ONE) / 10_000;
        _sources[i].set(price, price);
        if (random.oneIn(4)) _tokens[i].setPaused(true);
        if (!random.oneIn(3)) _sync(i);
    }

    function sync(uint256 seed) external {
        _sync(_random(seed).below(FACILITIES));
    }

    function bookFees(uint256 seed) external {
        PeggedFacility facility = _facilities[_random(seed).below(FACILITIES)];
        if (facility.fees() == 0) return;
        uint256 factor = books.factor();
        ++asked;
        try facility.bookFees() {
            ++accepted;
            _check(books.factor() >= factor, "fees lowered the factor");
        } catch {}
    }

    /// @notice Somebody gives to a facility, or something is taken from it; and somebody may make it good.
    function disturb(uint256 seed) external {
        Random.Source memory random = _random(seed);
        uint256 i = random.below(FACILITIES);
        address facility = address(_facilities[i]);
        if (random.oneIn(2)) {
            CHEATS.prank(_users[random.below(USERS)]);
            try _tokens[i].transfer(facility, random.below(10)) {} catch {}
        } else if (random.oneIn(4)) {
            _lose(i, random);
        }
        address rich = _richest(random);
        if (books.buffer() < 0 && !random.oneIn(4)) _cover(rich);
    }

    /// @notice A deposit: of a token, which is unified or kept, or of zUSD.
    function deposit(uint256 seed) external {
        Random.Source memory random = _random(seed);
        uint256 i = random.below(FACILITIES);
        address user = random.oneIn(2) ? _richest(random) : _users[random.below(USERS)];
        DepositRequest memory request;
        (request.owner, request.keepToken) = (user, random.oneIn(4));
        bool isZusd = random.oneIn(2) && zusd.balanceOf(user) != 0;
        request.token = isZusd ? address(zusd) : address(_tokens[i]);
        request.amount = isZusd ? 1 + random.upTo(zusd.balanceOf(user) - 1) : _amountIn(i, random);
        uint256 preview = isZusd ? request.amount : _facilities[i].previewMint(request.amount);
        uint256 kept = _tokens[i].balanceOf(address(vault));
        ++asked;
        CHEATS.prank(user);
        try vault.deposit(request) {
            ++accepted;
        } catch {
            return;
        }
        bool isKept = request.keepToken && !isZusd;
        if (!isKept) free += preview;
        _check(_tokens[i].balanceOf(address(vault)) == kept + (isKept ? request.amount : 0), "kept another amount");
    }

    /// @notice The rollup orders a payment of zUSD, and it is tried.
    function pay(uint256 seed) external {
        Random.Source memory random = _random(seed);
        if (free == 0) return;
        Payment[] memory payments = new Payment[](1);
        Payment memory payment = payments[0];
        payment.recipient = random.oneIn(24) ? address(0) : _users[random.below(USERS)];
        payment.token = _ZUSD;
        payment.amount = uint128(_least(random.upTo(random.oneIn(2) ? free : free / 16), type(uint128).max));
        payment.into = uint16(random.below(FACILITIES + 2));
        if (random.oneIn(8)) payment.minOut = uint40(random.below(1 << 40));
        uint256 word = uint160(payment.recipient) | (uint256(_ZUSD) << 160) | (uint256(payment.into) << 176);
        word |= uint256(payment.minOut) << 186;
        _rollup.enqueueOutbox(++_batch, keccak256(abi.encode(word, uint256(payment.amount), bytes32(0))));
        (uint256 abroad, uint256 waits) = (zusd.abroad(), vault.waitingCount());
        vault.pay(_batch, payments, 0);
        free -= payment.amount;
        if (vault.waitingCount() != waits) {
            _waiting.push(Waiting(waits + 1, payment, uint64(block.timestamp)));
            waitingSum += payment.amount;
        } else if (zusd.abroad() == abroad) {
            claimableSum += payment.amount;
        }
        uint256 back = abroad - zusd.abroad();
        _check(back == 0 || back == payment.amount, "a part was paid");
    }

    /// @notice A waiting payment is redeemed, or its recipient takes zUSD, or anyone after a day.
    function settle(uint256 seed) external {
        Random.Source memory random = _random(seed);
        if (_waiting.length == 0) return;
        uint256 at = random.below(_waiting.length);
        Waiting memory w = _waiting[at];
        bool isDone;
        if (random.oneIn(2)) {
            try vault.redeemWaiting(w.id, w.payment, w.since) {
                isDone = true;
            } catch {}
        }
        if (!isDone) {
            bool isRecipient = random.oneIn(2);
            if (isRecipient) CHEATS.prank(w.payment.recipient);
            try vault.releaseWaiting(w.id, w.payment, w.since) {
                _check(isRecipient || block.timestamp >= w.since + 1 days, "released to anyone within the day");
                isDone = true;
            } catch {
                bool isDue = isRecipient || block.timestamp >= w.since + 1 days;
                _check(!isDue || w.payment.recipient == address(0), "a release was refused");
            }
        }
        if (!isDone) return;
        waitingSum -= w.payment.amount;
        _waiting[at] = _waiting[_waiting.length - 1];
        _waiting.pop();
        try vault.redeemWaiting(w.id, w.payment, w.since) {
            revert Broken("settled twice");
        } catch {}
    }

    /// @notice zUSD goes from one to another, and time passes.
    function pass(uint256 seed) external {
        Random.Source memory random = _random(seed);
        _transfer(random);
        CHEATS.warp(block.timestamp + random.upTo(1 days));
    }

    function facilityAt(uint256 i) external view returns (PeggedFacility) {
        return _facilities[i];
    }

    /// @return What a facility holds of its token.
    function held(uint256 i) external view returns (uint256) {
        return _tokens[i].balanceOf(address(_facilities[i]));
    }

    function allowanceOf(uint256 i) external view returns (uint256) {
        return _tokens[i].allowance(address(vault), address(_facilities[i]));
    }

    function _add(TokenRegistry registry, uint8 decimals, PegParameters memory parameters, uint256 ceiling) private {
        (PeggedFacility facility, IssuerToken token, MockPriceSource source) = _newPegged(
            decimals,
            parameters,
            ceiling
        );
        registry.list(address(token));
        _approve(token, address(vault));
        _facilities.push(facility);
        _tokens.push(token);
        _sources.push(source);
    }

    function _lose(uint256 i, Random.Source memory random) private {
        hasLost[i] = true;
        address facility = address(_facilities[i]);
        uint256 there = _tokens[i].balanceOf(facility);
        _tokens[i].take(facility, _least(there, 1 + there / (100 << random.below(60))));
        if (!random.oneIn(4)) _sync(i);
    }

    function _sync(uint256 i) private {
        _facilities[i].sync();
        hasLost[i] = false;
    }

    /// @return Mostly what the ceiling leaves room for.
    function _amountIn(uint256 i, Random.Source memory random) private view returns (uint256) {
        PeggedFacility facility = _facilities[i];
        uint256 room = books.ceilingOf(address(facility));
        uint256 debt = books.debtOf(address(facility));
        room = room > debt ? (room - debt) / facility.scale() : 0;
        if (random.oneIn(12)) return random.upTo(2 * room + 10);
        return 2 + random.upTo(room - room / 8) / (1 + random.below(8));
    }
}
