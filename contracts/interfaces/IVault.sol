// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {DepositRequest, ExitRequest, Payment, Permit, SwapRequest} from "../types/Types.sol";
import {IDiscountedFacility} from "./IDiscountedFacility.sol";
import {IOutflow} from "./IOutflow.sol";
import {IRequestQueue} from "./IRequestQueue.sol";
import {IRollup} from "./IRollup.sol";
import {IStableDesk} from "./IStableDesk.sol";
import {ITokenRegistry} from "./ITokenRegistry.sol";

/// @title One chain's vault: custody of its tokens, its request queue and its outbox
/// @notice Request hash: keccak256(word 0's low 203 bits in a deposit or route, else 75, word 1's bits 0..165 and 211..250, word 2),
///   the op's pubdata words without what the operator fills in. What a request must be is in {Requests}; each costs `requestFee`.
/// @notice Outbox hash: fold from the last payment to the first, h = keccak256(payment word, amount, h), from h = 0. The payment
///   word is recipient | token << 160 | into << 176 | minOut << 186.
/// @notice All amounts are in the token's own units.
interface IVault is IStableDesk, IOutflow, IRequestQueue {
    /// @notice The token was never listed, or is delisted.
    error Vault_NotDepositable(address token);
    /// @notice A transfer into the vault lowered its balance.
    error Vault_BalanceFell(address token);
    /// @notice Only the owner itself may give the account a key.
    error Vault_KeyNotFromOwner(address owner, address sender);
    /// @notice The caller is not the rollup.
    error Vault_NotRollup(address caller);
    /// @notice The rollup is bound already.
    error Vault_AlreadyBound(address rollup);
    /// @notice The rollup's address has no code, or the rollup uses another vault.
    error Vault_WrongRollup(address rollup);
    /// @notice The chain index is not in 1..63.
    error Vault_InvalidChain(uint8 chain);
    /// @notice n is not in 3..24.
    error Vault_InvalidCellBits(uint8 cellBits);
    /// @notice The batch has an outbox already.
    error Vault_OutboxExists(uint64 batch);
    /// @notice No payment was named.
    error Vault_NoPayments();
    /// @notice The payments and the rest are not this batch's outbox.
    error Vault_WrongOutbox(uint64 batch, bytes32 expected, bytes32 actual);
    /// @notice Too little gas to try a payment with its full allowance.
    error Vault_GasTooLow(uint256 gas);
    /// @notice There is nothing to claim.
    error Vault_NothingToClaim(address recipient, uint16 token);
    /// @notice A claim was sent to the zero address.
    error Vault_ZeroRecipient();
    /// @notice A claim's transfer failed; the claim stays.
    error Vault_TransferFailed(address token, address to);

    /// @notice The token is neither zUSD nor one with a facility here.
    error Vault_NotStable(address token);
    /// @notice The deadline is past, or not below 2^40.
    error Vault_InvalidDeadline(uint64 deadline);
    /// @notice The token wanted has no such local number.
    error Vault_InvalidToken(uint16 local);
    /// @notice Less zUSD than is asked for would be swapped.
    error Vault_BelowMinimum(uint256 minimum, uint256 amount);

    event PaymentMade(uint64 indexed batch, address indexed recipient, uint16 token, uint128 amount);
    /// @notice A payment failed and is claimable now.
    event PaymentDeferred(uint64 indexed batch, address indexed recipient, uint16 token, uint128 amount);
    event Claimed(address indexed recipient, uint16 indexed token, address to, uint256 amount);
    event RollupBound(address rollup);

    /// @notice Names the rollup, once. Restricted.
    function bindRollup(IRollup rollup) external;

    /// @notice Takes tokens into custody and queues a request to credit them. What is credited is what arrives.
    /// @notice A token with a facility is unified unless the request keeps it: the facility mints zUSD for it, on its terms and in the
    ///   same transaction, and that is credited; where the facility refuses, the deposit does. zUSD needs no allowance.
    /// @return index Position of the request in the queue, from 0.
    /// @dev A request that cannot be executed is refunded to the owner through the outbox.
    ///   Warning: a named account is credited whoever owns it; a key is ignored if the account has one already.
    function deposit(DepositRequest calldata request) external payable returns (uint64 index);

    /// @notice As `deposit`, with an allowance by the token's permit first. A permit that fails, as one that somebody else sent before does,
    ///   changes nothing: the allowance decides.
    /// @return index Position of the request in the queue, from 0.
    function depositWithPermit(
        DepositRequest calldata request,
        Permit calldata permit
    ) external payable returns (uint64 index);

    /// @notice Swaps a stablecoin of this chain into one of another chain: mints zUSD with it, and queues a request that moves it and has
    ///   it redeemed there. No account and no other transaction is needed.
    /// @return index Position of the request in the queue, from 0.
    /// @dev A batch executes it if and only if it is in time, the destination is not suspended, this chain's cap leaves room and the
    ///   destination stands for as much; else the zUSD is refunded to the sender here. At the destination it is redeemed
    ///   for at least `minOut`, or else paid as {IStableDesk} says.
    function swap(SwapRequest calldata request) external payable returns (uint64 index);

    /// @notice As `swap`, with a permit as in `depositWithPermit`.
    /// @return index Position of the request in the queue, from 0.
    function swapWithPermit(
        SwapRequest calldata request,
        Permit calldata permit
    ) external payable returns (uint64 index);

    /// @notice Opens a position of the caller's with collateral of it, and deposits the zUSD that it borrows.
    /// @param facility A discounted facility of the books.
    /// @param collateral In its token's units.
    /// @param request What to do with the zUSD: its token is zUSD, its amount the debt.
    /// @return index Position of the request in the queue, from 0.
    /// @return position The position's id in the facility.
    function depositOnCredit(
        IDiscountedFacility facility,
        uint256 collateral,
        DepositRequest calldata request
    ) external payable returns (uint64 index, uint256 position);

    /// @notice Queues a request to set the key of the sender's account.
    /// @param account The sender's, at home on this chain; it must be allocated when a batch takes the request.
    /// @param key y coordinate of a Baby Jubjub key, below the field's order; 0: the account has none any more.
    /// @return index Position of the request in the queue, from 0.
    /// @dev Nothing happens if the account is not the sender's or not at home here.
    ///   Warning: a contract wallet must own its address on this chain; what was signed with the old key and is not in a batch
    ///   yet is void.
    function setKey(uint32 account, uint256 key) external payable returns (uint64 index);

    /// @notice Queues a request to pay out a balance cell of the sender's account, without its key and without an operator's
    ///   consent.
    /// @return index Position of the request in the queue, from 0.
    /// @dev Nothing happens if the account is not the sender's or not at home here, the cell is not the account's or of another
    ///   token, or the paying chain is suspended. Of zUSD, what leaves is at most what is issued to the paying chain.
    function exit(ExitRequest calldata request) external payable returns (uint64 index);

    /// @notice Counts requests that a batch has consumed: the fee falls. Only the rollup.
    function consume(uint256 count) external;

    /// @notice Stores what a batch pays on this chain. Only the rollup.
    function enqueueOutbox(uint64 batch, bytes32 outboxHash) external;

    /// @notice Makes the next payments of a batch's outbox. Anyone may.
    /// @param first The outbox's next payments, in order; at least one.
    /// @param rest Outbox hash of what remains after them; 0: nothing.
    /// @dev Each payment gets `PAYMENT_GAS`. One that fails becomes claimable; it never stops the others.
    ///   Warning: a payment to the vault itself stays in the vault.
    function pay(uint64 batch, Payment[] calldata first, bytes32 rest) external;

    /// @notice Pays the caller what payments to it left claimable, to an address of its choice.
    function claim(uint16 token, address to) external;

    /// @notice Pays a recipient what is claimable, to the recipient itself. Anyone may.
    function claimFor(address recipient, uint16 token) external;

    /// @return Hash of what a batch has still to pay here; 0: nothing.
    function outboxOf(uint64 batch) external view returns (bytes32);

    /// @param token Token id.
    /// @return amount In the token's own units.
    function claimable(address recipient, uint16 token) external view returns (uint256 amount);

    function tokens() external view returns (ITokenRegistry);

    function rollup() external view returns (IRollup);

    /// @return This chain's index, 1..63.
    function chainIndex() external view returns (uint8);

    /// @return n: the state has 2^n cells.
    function cellBits() external view returns (uint8);
}
