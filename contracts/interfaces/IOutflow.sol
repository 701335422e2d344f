// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

/// @title What of a token leaves a vault in a time
/// @notice A token may have a limit: a bucket of that size, which refills within a day. What an outbox pays comes out of it, whether the payment
///   succeeds or becomes claimable. A payment of more than is left is delayed, whole; later anyone may have it paid, as far as the
///   bucket reaches. So in any time t at most limit·(1 + t/day) leaves, and nothing is lost. Claims are not bounded: they were before.
/// @notice A guardian may hold what is delayed of some batches: for 3 days, and not again until 30 days after. It holds nothing else.
interface IOutflow {
    /// @notice No such payment is delayed.
    error Outflow_NotDelayed(uint64 batch, address recipient, uint16 token);
    /// @notice The bucket is empty; it refills.
    error Outflow_Spent(uint16 token);
    /// @notice The batch's delayed payments are held.
    error Outflow_Held(uint64 batch, uint64 until);
    /// @notice Payments were held lately.
    error Outflow_HeldLately(uint64 earliest);

    /// @param limit In the token's own units; 0: none.
    event OutflowLimitSet(uint16 indexed token, uint112 limit);
    /// @notice A payment found too little in the bucket.
    event PaymentDelayed(uint64 indexed batch, address indexed recipient, uint16 token, uint128 amount);
    /// @param until Unix seconds.
    event PaymentsHeld(uint64 first, uint64 last, uint64 until);

    /// @notice Sets how much of a token leaves within a day, 0: any amount. Restricted.
    /// @param token Token id.
    function setOutflowLimit(uint16 token, uint112 limit) external;

    /// @notice Holds what is delayed of a range of batches for 3 days, once in 33 days. Restricted.
    function holdPayments(uint64 first, uint64 last) external;

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

    /// @notice Seconds from the end of a hold to the next.
    function BETWEEN_HOLDS() external view returns (uint64);
}
