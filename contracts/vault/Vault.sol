// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {
    CHAIN_MASK,
    LOCAL_TOKEN_BITS,
    LOCAL_TOKEN_MASK,
    MAX_CELL_BITS,
    OP_DEPOSIT,
    OP_FULL_EXIT,
    OP_ROUTE,
    OP_SET_KEY,
    PAYMENT_GAS,
    PAYMENT_INTO_OFFSET,
    PAYMENT_MIN_OUT_OFFSET,
    PAYMENT_TOKEN_OFFSET,
    TIMESTAMP_BITS,
    ZUSD
} from "../generated/Spec.sol";
import {IBooks} from "../interfaces/IBooks.sol";
import {IDiscountedFacility} from "../interfaces/IDiscountedFacility.sol";
import {IOutflow} from "../interfaces/IOutflow.sol";
import {IPeggedFacility} from "../interfaces/IPeggedFacility.sol";
import {IRollup} from "../interfaces/IRollup.sol";
import {ITokenRegistry} from "../interfaces/ITokenRegistry.sol";
import {IVault} from "../interfaces/IVault.sol";
import {PackedAmount} from "../libraries/PackedAmount.sol";
import {Payout} from "../libraries/Payout.sol";
import {Pubdata} from "../libraries/Pubdata.sol";
import {Requests} from "../libraries/Requests.sol";
import {DepositRequest, ExitRequest, NATIVE, Payment, Permit, SwapRequest} from "../types/Types.sol";
import {Outflow} from "./Outflow.sol";
import {RequestQueue} from "./RequestQueue.sol";
import {StableDesk} from "./StableDesk.sol";

/// @title See {IVault}
contract Vault is IVault, Outflow, RequestQueue, StableDesk {
    using SafeERC20 for IERC20;

    uint8 private constant _MIN_CELL_BITS = 3;

    /// @dev A payment's call itself: a cold account that is new and receives native coin costs 36,600.
    uint256 private constant _PAYMENT_CALL_GAS = 50_000;

    /// @inheritdoc IVault
    ITokenRegistry public immutable tokens;
    /// @inheritdoc IVault
    uint8 public immutable chainIndex;
    /// @inheritdoc IVault
    uint8 public immutable cellBits;

    /// @inheritdoc IVault
    IRollup public rollup;

    /// @inheritdoc IVault
    mapping(uint64 batch => bytes32 outboxHash) public outboxOf;
    /// @inheritdoc IVault
    mapping(address recipient => mapping(uint16 token => uint256 amount)) public claimable;

    constructor(
        address authority,
        ITokenRegistry tokens_,
        uint8 chainIndex_,
        uint8 cellBits_
    ) AccessManaged(authority) {
        if (chainIndex_ == 0 || chainIndex_ > CHAIN_MASK) revert Vault_InvalidChain(chainIndex_);
        if (cellBits_ < _MIN_CELL_BITS || cellBits_ > MAX_CELL_BITS) revert Vault_InvalidCellBits(cellBits_);
        tokens = tokens_;
        chainIndex = chainIndex_;
        cellBits = cellBits_;
    }

    /// @inheritdoc IVault
    function bindRollup(IRollup rollup_) external restricted {
        if (address(rollup) != address(0)) revert Vault_AlreadyBound(address(rollup));
        if (address(rollup_).code.length == 0 || rollup_.vault() != this) revert Vault_WrongRollup(address(rollup_));
        rollup = rollup_;
        emit RollupBound(address(rollup_));
    }

    /// @inheritdoc IVault
    function deposit(DepositRequest calldata request) external payable nonReentrant returns (uint64 index) {
        return _deposit(request);
    }

    /// @inheritdoc IVault
    function depositWithPermit(
        DepositRequest calldata request,
        Permit calldata permit
    ) external payable nonReentrant returns (uint64 index) {
        _permit(request.token, permit);
        return _deposit(request);
    }

    /// @inheritdoc IVault
    function depositOnCredit(
        IDiscountedFacility facility,
        uint256 collateral,
        DepositRequest calldata request
    ) external payable nonReentrant returns (uint64 index, uint256 position) {
        if (request.token != address(books.zusd())) revert Vault_NotStable(request.token);
        if (!books.isFacility(address(facility))) revert IBooks.Books_NotFacility(address(facility));
        address token = facility.token();
        uint256 received = _take(token, collateral);
        IERC20(token).forceApprove(address(facility), received);
        position = facility.open(msg.sender, received, request.amount, address(this));
        _sendToRollup(address(this), request.amount);
        index = _queueDeposit(request, ZUSD, request.amount);
    }

    /// @inheritdoc IVault
    function swap(SwapRequest calldata request) external payable nonReentrant returns (uint64 index) {
        return _swap(request);
    }

    /// @inheritdoc IVault
    function swapWithPermit(
        SwapRequest calldata request,
        Permit calldata permit
    ) external payable nonReentrant returns (uint64 index) {
        _permit(request.tokenIn, permit);
        return _swap(request);
    }

    /// @inheritdoc IVault
    function setKey(uint32 account, uint256 key) external payable returns (uint64 index) {
        return _enqueue(_word0(OP_SET_KEY, account, 0, 0, 0), Requests.word1(msg.sender, 0), key, 0);
    }

    /// @inheritdoc IVault
    function exit(ExitRequest calldata request) external payable returns (uint64 index) {
        uint256 word0 = _word0(OP_FULL_EXIT, request.account, request.cell, request.token, 0);
        if (request.payer > CHAIN_MASK) revert Vault_InvalidChain(request.payer);
        return _enqueue(word0, Requests.word1(msg.sender, request.payer), uint160(request.recipient), 0);
    }

    /// @inheritdoc IVault
    function consume(uint256 count) external {
        _requireRollup();
        _consume(count);
    }

    /// @inheritdoc IVault
    function enqueueOutbox(uint64 batch, bytes32 outboxHash) external {
        _requireRollup();
        if (outboxOf[batch] != 0) revert Vault_OutboxExists(batch);
        outboxOf[batch] = outboxHash;
    }

    /// @inheritdoc IVault
    function pay(uint64 batch, Payment[] calldata first, bytes32 rest) external nonReentrant {
        if (first.length == 0) revert Vault_NoPayments();
        bytes32 outboxHash = rest;
        for (uint256 i = first.length; i > 0;) {
            Payment calldata payment = first[--i];
            outboxHash = Pubdata.chainPayment(_paymentWord(payment), payment.amount, outboxHash);
        }
        if (outboxHash != outboxOf[batch]) revert Vault_WrongOutbox(batch, outboxOf[batch], outboxHash);
        outboxOf[batch] = rest;
        for (uint256 i = 0; i < first.length; ++i) _push(batch, first[i]);
    }

    /// @inheritdoc IOutflow
    function setOutflowLimit(uint16 token, uint112 limit) external restricted {
        _setLimit(token, limit);
    }

    /// @inheritdoc IOutflow
    function holdPayments(uint64 first, uint64 last) external restricted {
        _holdBatches(first, last, rollup.number());
    }

    /// @inheritdoc IOutflow
    function redirectPayment(uint64 batch, address recipient, uint16 token, address to) external restricted {
        _redirect(batch, recipient, token, to);
    }

    /// @inheritdoc IOutflow
    function payDelayed(uint64 batch, address recipient, uint16 token) external nonReentrant returns (uint128 part) {
        _requireGas(PAYMENT_GAS);
        part = _takeDelayed(batch, recipient, token);
        if (_trySendPlain(token, recipient, part, PAYMENT_GAS)) emit PaymentMade(batch, recipient, token, part);
        else _defer(batch, recipient, token, part);
    }

    /// @inheritdoc IVault
    function claim(uint16 token, address to) external nonReentrant {
        _claim(msg.sender, token, to);
    }

    /// @inheritdoc IVault
    function claimFor(address recipient, uint16 token) external nonReentrant {
        _claim(recipient, token, recipient);
    }

    function _deposit(DepositRequest calldata request) private returns (uint64 index) {
        (uint256 token, uint256 amount) = _bring(request.token, request.amount, request.keepToken);
        return _queueDeposit(request, token, amount);
    }

    function _queueDeposit(DepositRequest calldata request, uint256 token, uint256 amount) private returns (uint64) {
        if (request.key != 0 && msg.sender != request.owner) {
            revert Vault_KeyNotFromOwner(request.owner, msg.sender);
        }
        uint256 word0 = _word0(OP_DEPOSIT, request.account, request.cell, token, amount);
        return _enqueue(word0, Requests.word1(request.owner, 0), request.key, request.token == NATIVE ? amount : 0);
    }

    function _swap(SwapRequest calldata request) private returns (uint64 index) {
        uint64 deadline = request.deadline;
        if (deadline < block.timestamp || deadline >> TIMESTAMP_BITS != 0) revert Vault_InvalidDeadline(deadline);
        if (request.destination > CHAIN_MASK) revert Vault_InvalidChain(request.destination);
        if (request.tokenOut > LOCAL_TOKEN_MASK) revert Vault_InvalidToken(request.tokenOut);
        if (request.minOut >> 128 != 0) revert Requests.Requests_AmountOutOfRange(request.minOut);
        (uint256 token, uint256 amount) = _bring(request.tokenIn, request.amountIn, false);
        if (token != ZUSD) revert Vault_NotStable(request.tokenIn);
        uint256 minOut = 0;
        if (request.tokenOut != 0) minOut = PackedAmount.packUp(request.minOut);
        else if (amount < request.minOut) revert Vault_BelowMinimum(request.minOut, amount);
        return
            _enqueue(
                _word0(OP_ROUTE, 0, 0, ZUSD, amount),
                Requests.routeWord1(msg.sender, request.destination, deadline),
                Requests.routeWord2(request.recipient, request.tokenOut, minOut),
                0
            );
    }

    /// @dev Who saw the permit may have used it before: then the allowance is there.
    function _permit(address token, Permit calldata permit) private {
        try
            IERC20Permit(token).permit(
                msg.sender,
                address(this),
                permit.value,
                permit.deadline,
                permit.v,
                permit.r,
                permit.s
            )
        {} catch {}
    }

    /// @notice Takes what a caller brings into the rollup: as zUSD if it is zUSD, or its facility makes it so.
    /// @return id Token id of what is brought.
    /// @return brought In its own units.
    function _bring(address token, uint256 amount, bool keepToken) private returns (uint256 id, uint256 brought) {
        if (address(books) != address(0)) {
            if (token == address(books.zusd())) {
                _sendToRollup(msg.sender, amount);
                return (ZUSD, amount);
            }
            if (keepToken) return _keep(token, amount);
            address facility = books.facilityOf(token);
            if (facility != address(0)) {
                _requireDepositable(token);
                return (ZUSD, _unify(IPeggedFacility(facility), token, amount));
            }
        }
        return _keep(token, amount);
    }

    function _keep(address token, uint256 amount) private returns (uint256 id, uint256 brought) {
        uint16 local = _requireDepositable(token);
        return ((uint256(chainIndex) << LOCAL_TOKEN_BITS) | local, _take(token, amount));
    }

    function _requireDepositable(address token) private view returns (uint16 local) {
        bool depositable;
        (local, depositable) = tokens.find(token);
        if (!depositable) revert Vault_NotDepositable(token);
    }

    /// @return received What the vault's balance grew by: tokens may take fees.
    function _take(address token, uint256 amount) private returns (uint256 received) {
        // Whoever queues the request checks that it was sent.
        if (token == NATIVE) return amount;
        uint256 before = IERC20(token).balanceOf(address(this));
        IERC20(token).safeTransferFrom(msg.sender, address(this), amount);
        uint256 afterwards = IERC20(token).balanceOf(address(this));
        if (afterwards < before) revert Vault_BalanceFell(token);
        return afterwards - before;
    }

    function _word0(
        uint256 op,
        uint256 account,
        uint256 cell,
        uint256 token,
        uint256 amount
    ) private view returns (uint256) {
        Requests.checkIndices(account, cell, cellBits);
        if (amount >> 128 != 0) revert Requests.Requests_AmountOutOfRange(amount);
        return Requests.word0(op, chainIndex, account, cell, token, amount);
    }

    /// @dev Whatever is queued can be consumed, or it could block a batch.
    /// @param brought Native coin that comes into custody.
    function _enqueue(uint256 word0, uint256 word1, uint256 word2, uint256 brought) private returns (uint64 index) {
        Requests.check(word0, word1, word2, chainIndex, cellBits);
        return _append(word0, word1, word2, brought);
    }

    function _requireRollup() private view {
        if (msg.sender != address(rollup)) revert Vault_NotRollup(msg.sender);
    }

    function _paymentWord(Payment calldata payment) private pure returns (uint256) {
        return
            uint256(uint160(payment.recipient)) |
            (uint256(payment.token) << PAYMENT_TOKEN_OFFSET) |
            (uint256(payment.into) << PAYMENT_INTO_OFFSET) |
            (uint256(payment.minOut) << PAYMENT_MIN_OUT_OFFSET);
    }

    function _push(uint64 batch, Payment calldata payment) private {
        _requireGas(payment.into == 0 ? PAYMENT_GAS : _REDEMPTION_GAS);
        (uint16 token, address recipient, uint128 amount) = (payment.token, payment.recipient, payment.amount);
        // A payment of nothing is made without a call: some tokens refuse it.
        if (amount == 0) {
            emit PaymentMade(batch, recipient, token, amount);
        } else if (_release(token, amount, false) == 0) {
            _delay(batch, recipient, token, amount);
        } else if (_trySend(payment)) {
            emit PaymentMade(batch, recipient, token, amount);
        } else if (token == ZUSD && payment.into != 0 && address(books) != address(0)) {
            _wait(payment);
        } else {
            _defer(batch, recipient, token, amount);
        }
    }

    /// @dev Else whoever calls could make a payment fail by bringing little gas: a call gets at most 63/64 of what is left.
    function _requireGas(uint256 allowance) private view {
        if (gasleft() < allowance + allowance / 63 + _PAYMENT_CALL_GAS) revert Vault_GasTooLow(gasleft());
    }

    function _defer(uint64 batch, address recipient, uint16 token, uint128 amount) private {
        claimable[recipient][token] += amount;
        emit PaymentDeferred(batch, recipient, token, amount);
    }

    function _trySend(Payment calldata payment) private returns (bool) {
        if (payment.token == ZUSD) return _tryPayZusd(payment);
        return _trySendPlain(payment.token, payment.recipient, payment.amount, PAYMENT_GAS);
    }

    /// @notice Pays a token of this chain, or zUSD as it is.
    function _trySendPlain(uint16 token, address to, uint256 amount, uint256 gasLimit) private returns (bool) {
        if (token == ZUSD) return address(books) != address(0) && _tryMint(to, amount);
        return Payout.trySend(_tokenOf(token), to, amount, gasLimit);
    }

    function _claim(address recipient, uint16 token, address to) private {
        if (to == address(0)) revert Vault_ZeroRecipient();
        uint256 amount = claimable[recipient][token];
        if (amount == 0) revert Vault_NothingToClaim(recipient, token);
        delete claimable[recipient][token];
        if (!_trySendPlain(token, to, amount, gasleft())) revert Vault_TransferFailed(_tokenOf(token), to);
        emit Claimed(recipient, token, to, amount);
    }

    /// @return The address of a token of this chain; 0 for any other token, which this vault does not hold.
    function _tokenOf(uint16 token) private view returns (address) {
        return token >> LOCAL_TOKEN_BITS == chainIndex ? tokens.tokenOf(uint16(token & LOCAL_TOKEN_MASK)) : address(0);
    }

    function _tokens() internal view override returns (ITokenRegistry) {
        return tokens;
    }
}
