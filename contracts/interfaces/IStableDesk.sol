// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {IBooks} from "./IBooks.sol";
import {IMintPayer} from "./IPeggedFacility.sol";
import {Payment} from "../types/Types.sol";

/// @title The vault's dealings in zUSD: stablecoins become zUSD on the way in, and zUSD becomes stablecoins on the way out
/// @notice To facilities the vault is a user like any other: it mints and redeems on their terms.
/// @notice A payment of zUSD may name a token to redeem into, and the least to accept of it. It is redeemed whole, or not at all: then it
///   waits. For a day anyone may have it redeemed, on the same terms; then anyone, and its recipient at once, may have it paid as zUSD.
interface IStableDesk is IMintPayer {
    /// @notice The books are bound already.
    error StableDesk_AlreadyBound(address books);
    /// @notice The books have no code, or a zUSD of another vault.
    error StableDesk_WrongBooks(address books);
    /// @notice The vault does not mint with this facility now.
    error StableDesk_NotMinting(address caller);
    /// @notice Only the vault itself may call.
    error StableDesk_NotSelf(address caller);
    /// @notice The token has no facility here.
    error StableDesk_NoFacility(uint16 into);
    /// @notice No such payment waits.
    error StableDesk_NotWaiting(uint256 id);
    /// @notice For a day a payment waits for its redemption, unless its recipient asks for zUSD.
    error StableDesk_StillWaiting(uint256 id, uint64 until);

    event BooksBound(address books);
    /// @param into Local number of the token.
    /// @param amount zUSD.
    /// @param paid In the token's own units.
    event PaymentRedeemed(address indexed recipient, uint16 into, uint256 amount, uint256 paid);
    /// @notice A payment could not be redeemed on its terms.
    /// @param since Unix seconds.
    event PaymentWaits(uint256 indexed id, Payment payment, uint64 since);
    /// @notice A waiting payment was made: as the token if `redeemed`, else as zUSD.
    event WaitEnded(uint256 indexed id, bool redeemed);

    /// @notice Names the chain's books, once. Restricted.
    function bindBooks(IBooks books) external;

    /// @notice Redeems a waiting payment on its terms. Anyone may; reverts if it is not possible.
    function redeemWaiting(uint256 id, Payment calldata payment, uint64 since) external;

    /// @notice Pays a waiting payment as zUSD: after a day anyone may ask for it, before its recipient only.
    function releaseWaiting(uint256 id, Payment calldata payment, uint64 since) external;

    /// @notice Redeems for a payment. Only the vault itself, so that what fails is undone.
    function redeemFor(Payment calldata payment) external returns (uint256 paid);

    /// @return Payments that ever waited: their ids are 1..waitingCount.
    function waitingCount() external view returns (uint256);

    function books() external view returns (IBooks);
}
