// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IBooks} from "../interfaces/IBooks.sol";
import {IMintPayer, IPeggedFacility} from "../interfaces/IPeggedFacility.sol";
import {IStableDesk} from "../interfaces/IStableDesk.sol";
import {ITokenRegistry} from "../interfaces/ITokenRegistry.sol";
import {IZusd} from "../interfaces/IZusd.sol";
import {PackedAmount} from "../libraries/PackedAmount.sol";
import {Payment} from "../types/Types.sol";

/// @title See {IStableDesk}
abstract contract StableDesk is IStableDesk, AccessManaged, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    uint64 private constant _WAIT = 1 days;
    /// @dev A redemption itself: all facilities' prices, and a token behind a proxy.
    uint256 internal constant _REDEMPTION_GAS = 600_000;

    /// @inheritdoc IStableDesk
    IBooks public books;
    /// @inheritdoc IStableDesk
    uint256 public waitingCount;

    /// @dev While the vault mints: the facility that may ask for the tokens, once, and whose they are.
    address private transient _minter;
    address private transient _mintPayer;
    address private transient _mintToken;
    uint256 private transient _mintAmount;

    /// @dev Of a waiting payment: the hash of what it is and since when it waits.
    mapping(uint256 id => bytes32) private _waiting;

    /// @inheritdoc IStableDesk
    function bindBooks(IBooks books_) external restricted {
        if (address(books) != address(0)) revert StableDesk_AlreadyBound(address(books));
        if (address(books_).code.length == 0 || books_.zusd().vault() != address(this)) {
            revert StableDesk_WrongBooks(address(books_));
        }
        books = books_;
        emit BooksBound(address(books_));
    }

    /// @inheritdoc IMintPayer
    function payMint() external {
        if (msg.sender != _minter) revert StableDesk_NotMinting(msg.sender);
        _minter = address(0);
        IERC20(_mintToken).safeTransferFrom(_mintPayer, msg.sender, _mintAmount);
    }

    /// @inheritdoc IStableDesk
    function redeemWaiting(uint256 id, Payment calldata payment, uint64 since) external nonReentrant {
        _takeWaiting(id, payment, since);
        emit WaitEnded(id, true);
        _redeemFor(payment);
    }

    /// @inheritdoc IStableDesk
    function releaseWaiting(uint256 id, Payment calldata payment, uint64 since) external nonReentrant {
        _takeWaiting(id, payment, since);
        uint64 until = since + _WAIT;
        if (block.timestamp < until && msg.sender != payment.recipient) revert StableDesk_StillWaiting(id, until);
        emit WaitEnded(id, false);
        books.zusd().crosschainMint(payment.recipient, payment.amount);
    }

    /// @inheritdoc IStableDesk
    function redeemFor(Payment calldata payment) external returns (uint256) {
        if (msg.sender != address(this)) revert StableDesk_NotSelf(msg.sender);
        return _redeemFor(payment);
    }

    /// @dev A holder's zUSD goes to the rollup. The holder is the caller, or the vault itself.
    function _sendToRollup(address from, uint256 amount) internal {
        books.zusd().crosschainBurn(from, amount);
    }

    /// @dev Mints zUSD for the caller's tokens, which go to the facility at once, and sends it to the rollup.
    function _unify(IPeggedFacility facility, address token, uint256 amount) internal returns (uint256 minted) {
        (_minter, _mintPayer, _mintToken, _mintAmount) = (address(facility), msg.sender, token, amount);
        minted = facility.mintByCall(0, address(this));
        _sendToRollup(address(this), minted);
    }

    /// @notice Pays zUSD from the rollup: redeemed if the payment says so.
    /// @return success False: nothing happened.
    function _tryPayZusd(Payment calldata payment) internal returns (bool success) {
        if (address(books) == address(0)) return false;
        if (payment.into == 0) return _tryMint(payment.recipient, payment.amount);
        try this.redeemFor{gas: _REDEMPTION_GAS}(payment) {
            return true;
        } catch {
            return false;
        }
    }

    /// @notice Lets a payment wait for its redemption.
    function _wait(Payment calldata payment) internal {
        uint256 id = ++waitingCount;
        uint64 since = uint64(block.timestamp);
        _waiting[id] = keccak256(abi.encode(payment, since));
        emit PaymentWaits(id, payment, since);
    }

    /// @dev Not to the zero address, and never more than this chain's: either fails, and the payment stays claimable.
    function _tryMint(address to, uint256 amount) internal returns (bool success) {
        try books.zusd().crosschainMint(to, amount) {
            return true;
        } catch {
            return false;
        }
    }

    /// @return The token registry of the chain.
    function _tokens() internal view virtual returns (ITokenRegistry);

    function _redeemFor(Payment calldata payment) private returns (uint256 paid) {
        IPeggedFacility facility = IPeggedFacility(books.facilityOf(_tokens().tokenOf(payment.into)));
        if (address(facility) == address(0)) revert StableDesk_NoFacility(payment.into);
        uint256 minOut = PackedAmount.unpack(payment.minOut);
        if (minOut == 0) minOut = facility.leastOut(payment.amount);
        IZusd zusd = books.zusd();
        zusd.crosschainMint(address(this), payment.amount);
        uint256 burnt;
        (paid, burnt) = facility.redeem(payment.amount, minOut, payment.recipient);
        uint256 rest = payment.amount - burnt;
        if (rest != 0) IERC20(address(zusd)).safeTransfer(payment.recipient, rest);
        emit PaymentRedeemed(payment.recipient, payment.into, payment.amount, paid);
    }

    function _takeWaiting(uint256 id, Payment calldata payment, uint64 since) private {
        if (_waiting[id] == 0 || _waiting[id] != keccak256(abi.encode(payment, since)))
            revert StableDesk_NotWaiting(id);
        delete _waiting[id];
    }
}
