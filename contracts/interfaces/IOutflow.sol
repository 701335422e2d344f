// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

/// @title What of a token leaves a vault in a time
/// @notice A token may have a limit: a bucket of that size, which refills within a day. What an outbox pays comes out of it, whether the payment
///   succeeds or becomes claimable. A payment of more than is left is delayed, whole; later anyone may have it paid, as far as the
///   bucket reaches. So in any time t at most limit·(1 + t/day) leaves, and nothing is lost. Claims are not bounded: they were before.
/// @notice A guardian may hold what is delayed of some batches that are there: for 33 days, and not again until 30 days after. It holds
///   nothing else. In the hold's last 3 days, not sooner, the administrator may name others to be paid; what it leaves is paid as before.
interface IOutflow {
    /// @notice No such payment is delayed.
    error Outflow_NotDelayed(uint64 batch, address recipient, uint16 token);
    /// @notice The bucket is empty; it refills.
    error Outflow_Spent(uint16 token);
    /// @notice The batch's delayed payments are held.
    error Outflow_Held(uint64 batch, uint64 until);
    /// @notice Payments were held lately.
    error Outflow_HeldLately(uint64 earliest);
    /// @notice Not from first to last, or beyond the latest batch.
    error Outflow_InvalidRange(uint64 first, uint64 last, uint64 latest);
    /// @notice The batch's delayed payments are not held.
    error Outflow_NotHeld(uint64 batch);
    /// @notice It is too early to decide who gets what is held.
    error Outflow_TooEarly(uint64 earliest);
    /// @notice A payment to nobody, or to the vault itself.
    error Outflow_InvalidRecipient(address to);

    /// @param limit In the token's own units; 0: none.
    event OutflowLimitSet(uint16 indexed token, uint112 limit);
    /// @notice A payment found too little in the bucket, or was redirected to this recipient.
    event PaymentDelayed(uint64 indexed batch, address indexed recipient, uint16 token, uint256 amount);
    /// @notice What was delayed for a recipient is delayed for another.
    event PaymentRedirected(
        uint64 indexed batch,
        address indexed recipient,
        uint16 token,
        address indexed to,
        uint256 amount
    );
    /// @param until Unix seconds.
    event PaymentsHeld(uint64 first, uint64 last, uint64 until);

    /// @notice Sets how much of a token leaves within a day, 0: any amount. Restricted.
    /// @param token Token id.
    function setOutflowLimit(uint16 token, uint112 limit) external;

    /// @notice Holds what is delayed of a range of batches for 33 days, once in 63 days. Restricted.
    /// @param last At most the latest batch. What is yet to be tried of these batches is held, too, where it is delayed.
    function holdPayments(uint64 first, uint64 last) external;

    /// @notice Names another who is paid what was delayed for a recipient, in the last 3 days of its hold. Restricted.
    /// @dev Of all that the batch delayed of the token for the recipient.
    function redirectPayment(uint64 batch, address recipient, uint16 token, address to) external;

    /// @notice Pays as much of a delayed payment as the bucket has. Anyone may.
    /// @return part What was paid, or became claimable where the payment failed.
    /// @dev zUSD is paid as zUSD, whatever it was to be redeemed into.
    function payDelayed(uint64 batch, address recipient, uint16 token) external returns (uint128 part);

    /// @return limit 0: none.
    /// @return available What may leave now.
    function outflowOf(uint16 token) external view returns (uint256 limit, uint256 available);

    /// @return amount Of a batch's payments of a token to a recipient, what is delayed.
    function delayedOf(uint64 batch, address recipient, uint16 token) external view returns (uint256 amount);

    /// @return first First of the batches that were held last.
    /// @return last Last of them.
    /// @return until Until when, unix seconds.
    function hold() external view returns (uint64 first, uint64 last, uint64 until);

    /// @notice Seconds for which payments are held.
    function HOLD() external view returns (uint64);

    /// @notice Seconds, the last of a hold, in which it is decided who gets what is held.
    function DECISION() external view returns (uint64);

    /// @notice Seconds from the end of a hold to the next.
    function BETWEEN_HOLDS() external view returns (uint64);
}
