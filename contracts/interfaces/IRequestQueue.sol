// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

/// @title One chain's request queue, and the fee of a request
/// @notice Queue head: head(0) = 0, head(i + 1) = keccak256(head(i), hash of request i).
/// @notice Fee: base + growth · ⌊open / REQUEST_FEE_STEP⌋ of the native coin, where `open` are the requests that no batch has
///   consumed on this chain. Who fills the queue pays for every request that is before his, so that nobody delays the others for
///   little; see docs/protocol.md, "Request fee".
interface IRequestQueue {
    /// @notice The native coin sent is less than what the request brings and its fee.
    error RequestQueue_WrongValue(uint256 expected, uint256 actual);
    /// @notice What was sent beyond the fee was not taken back.
    error RequestQueue_RefundRefused(address sender, uint256 amount);
    /// @notice The head after `count` requests is not among the last 256.
    error RequestQueue_HeadUnknown(uint64 count, uint64 total);
    /// @notice There are no fees to collect, or the recipient refuses them.
    error RequestQueue_NotCollected(address recipient, uint256 amount);

    /// @param index Position of the request in the queue, from 0.
    /// @param word0 First word of the request.
    /// @param word1 Second word: the owner; the chain that pays an exit or a route; a route's deadline.
    /// @param word2 Third word: a key, an exit's recipient, or whom a route pays and in what.
    /// @param head Queue head after this request.
    event RequestQueued(uint64 indexed index, uint256 word0, uint256 word1, uint256 word2, bytes32 head);
    /// @notice As of {setRequestFee}, in units of 10^9 wei.
    event RequestFeeSet(uint48 base, uint48 growth);
    /// @param amount In wei.
    event RequestFeesCollected(address recipient, uint256 amount);

    /// @notice Sets the fee of a request. Restricted.
    /// @param base Of every request, in units of 10^9 wei.
    /// @param growth More for each `REQUEST_FEE_STEP` open requests, in units of 10^9 wei.
    function setRequestFee(uint48 base, uint48 growth) external;

    /// @notice Sends the fees that were paid. Restricted.
    function collectRequestFees(address payable recipient) external;

    /// @return fee What the next request costs, in wei: to be sent with it, beyond what it brings. What is sent in excess comes back
    ///   in the same transaction, so a sender covers others' requests by sending more.
    function requestFee() external view returns (uint256 fee);

    /// @return base Of every request, in units of 10^9 wei.
    /// @return growth More for each `REQUEST_FEE_STEP` open requests, in units of 10^9 wei.
    /// @return uncollected Fees paid and not collected, in wei.
    function requestFees() external view returns (uint48 base, uint48 growth, uint256 uncollected);

    /// @notice Queue head after `count` requests, for the last 256 counts.
    function headAt(uint64 count) external view returns (bytes32 head);

    /// @return Requests ever queued.
    function requestCount() external view returns (uint64);

    /// @return Requests that batches have consumed on this chain.
    function consumedCount() external view returns (uint64);
}
