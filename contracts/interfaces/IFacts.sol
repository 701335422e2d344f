// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {IERC7786Recipient} from "@openzeppelin/contracts/interfaces/draft-IERC7786.sol";

import {IChainRegistry} from "./IChainRegistry.sol";
import {IRollup} from "./IRollup.sol";

/// @title Facts that chains tell each other
/// @notice A fact is one value for a key (kind, source chain, number):
///   kind 1, the head of the source's request queue after `number` requests;
///   kind 2, the hash of batch `number` that the source accepted.
/// @notice A chain speaks of what is final only: a value is recorded first, and sent `finality` seconds later.
/// @notice Independent gateways carry facts. Each may report one value per key, once. A fact holds when `threshold` of the
///   gateways registered at the time of use reported the same value.
/// @notice A message is exactly `abi.encode(uint8 kind, uint64 number, bytes32 value)`: it has no room for a target or a
///   call. Its source is the sender that the gateway proves, never a field of the message.
interface IFacts is IERC7786Recipient {
    /// @notice A message is not 96 bytes long.
    error Facts_InvalidLength(uint256 length);
    /// @notice The kind is not 1 or 2.
    error Facts_InvalidKind(uint8 kind);
    /// @notice A value is zero, which is what unknown heads and hashes are.
    error Facts_ZeroValue(uint8 kind, uint64 number);
    /// @notice A message carries native coin.
    error Facts_ValueRefused(uint256 amount);
    /// @notice The chain index is not in 1..63.
    error Facts_InvalidChain(uint8 chain);
    /// @notice The threshold is zero.
    error Facts_ZeroThreshold();
    /// @notice The gateway is registered already.
    error Facts_AlreadyRegistered(address gateway);
    /// @notice The gateway is not registered.
    error Facts_NotRegistered(address gateway);
    /// @notice A gateway's address has no code.
    error Facts_NoCode(address gateway);
    /// @notice There are `MAX_GATEWAYS` gateways already.
    error Facts_TooManyGateways();
    /// @notice The rollup is bound already.
    error Facts_AlreadyBound(address rollup);
    /// @notice The rollup's address has no code, or the rollup uses another `Facts`.
    error Facts_WrongRollup(address rollup);
    /// @notice No rollup is bound yet.
    error Facts_NotBound();
    /// @notice There would be fewer gateways than the threshold.
    error Facts_BelowThreshold(uint8 threshold);
    /// @notice The time until a value counts as final is above 7 days.
    error Facts_InvalidFinality(uint32 finality);
    /// @notice A value was not recorded long enough ago: publish again at `finalAt`.
    error Facts_NotFinal(uint8 kind, uint64 number, uint64 finalAt);
    /// @notice No gateway took the message.
    error Facts_NothingSent();
    /// @notice The sender of `publish` does not take back what was not spent.
    error Facts_RefundFailed();

    /// @notice A gateway reported a fact.
    event FactReported(uint8 indexed kind, uint8 indexed chain, uint64 indexed number, bytes32 value, address gateway);
    /// @notice Alarm: a gateway deviates from its own first value, which stays, or from another gateway's.
    event FactConflict(
        uint8 indexed kind,
        uint8 indexed chain,
        uint64 indexed number,
        address gateway,
        bytes32 value,
        bytes32 otherValue
    );
    /// @notice Two values of one key have `threshold` votes each: nothing of this source holds any more.
    event SourceFrozen(uint8 indexed chain);
    event SourceUnfrozen(uint8 indexed chain);
    event FactPublished(uint8 indexed kind, uint64 indexed number, uint8 indexed toChain, bytes32 value);
    /// @notice A gateway refused to send a fact; the others were still asked.
    event FactNotSent(address indexed gateway, uint8 kind, uint64 number, uint8 toChain);
    event GatewayAdded(address indexed gateway);
    event GatewayRemoved(address indexed gateway);
    event ThresholdSet(uint8 threshold);
    event FinalitySet(uint32 finality);
    /// @notice This chain has this value; it may be published from `finalAt` on.
    event FactRecorded(uint8 indexed kind, uint64 indexed number, bytes32 value, uint64 finalAt);
    event RollupBound(address rollup);

    /// @notice Names the rollup whose facts are published, and by it the vault. Once. Restricted.
    function bindRollup(IRollup rollup) external;

    /// @notice Registers a gateway. Restricted.
    function addGateway(address gateway) external;

    /// @notice Removes a gateway; its reports stop counting, and what it brings is refused. Restricted: a guardian may, but never leaves
    ///   fewer than the threshold.
    /// @dev Warning: reports count again when the gateway is added again.
    function removeGateway(address gateway) external;

    /// @notice Sets how many gateways must agree. Restricted.
    /// @param threshold 1 up to the number of gateways.
    function setThreshold(uint8 threshold) external;

    /// @notice Sets the time after which a value of this chain counts as final. Restricted.
    /// @param finality In seconds, up to 7 days; 0 where nothing is ever taken back.
    function setFinality(uint32 finality) external;

    /// @notice Freezes a source by hand, or lets the facts of a frozen one hold again. Restricted.
    /// @param chain 1..63.
    /// @dev Warning: remove the lying gateways before a source is unfrozen.
    function setFrozen(uint8 chain, bool frozen_) external;

    /// @notice Records this chain's value of a fact, as of now. Anyone may; what is recorded stays.
    /// @param kind 1: head of the own queue after `number` requests, one of the last 256; 2: hash of batch `number`.
    /// @return value The recorded value.
    /// @return finalAt When it may be published, in Unix seconds.
    /// @dev After a reorganisation that took the value back the record is gone, too.
    function record(uint8 kind, uint64 number) external returns (bytes32 value, uint64 finalAt);

    /// @notice Sends this chain's value of a fact to another chain by every gateway. Anyone may, any number of times. Records it
    ///   first where that was not done, which is enough where `finality` is 0.
    /// @param toChain A registered chain.
    /// @dev Each gateway gets the fee that it asks for, see `quote`; what is left goes back to the sender. A gateway that fails, or asks for
    ///   more than is there, is left out: publish again.
    function publish(uint8 kind, uint64 number, uint8 toChain) external payable;

    /// @return total What `publish` needs, in wei: the fees of all gateways that answer with less than 2^128.
    function quote(uint8 kind, uint64 number, uint8 toChain) external view returns (uint256 total);

    /// @return value What was recorded; 0: nothing.
    /// @return time When, in Unix seconds.
    function recorded(uint8 kind, uint64 number) external view returns (bytes32 value, uint64 time);

    /// @notice Whether a fact holds now.
    /// @return True if the source is not frozen and `threshold` registered gateways reported this value of it. Only registered
    ///   chains are ever sources.
    function holds(uint8 kind, uint8 chain, uint64 number, bytes32 value) external view returns (bool);

    /// @notice Whether batch `number` of the deployment has this hash: the primary says so or, when no fact of the primary came to
    ///   hold for a day, more than half of the registered chains.
    function isAccepted(uint64 number, bytes32 hash) external view returns (bool);

    /// @return When a fact of the chain last came to hold, in Unix seconds; of the primary at first when the rollup was bound, of others 0.
    function heardAt(uint8 chain) external view returns (uint64);

    /// @return value What the gateway reported for this key; 0: nothing.
    function reportOf(uint8 kind, uint8 chain, uint64 number, address gateway) external view returns (bytes32 value);

    function frozen(uint8 chain) external view returns (bool);

    function isGateway(address gateway) external view returns (bool);

    function gateways() external view returns (address[] memory);

    /// @return Votes that a fact needs.
    function threshold() external view returns (uint8);

    /// @return Seconds from when a value is recorded to when it may be published.
    function finality() external view returns (uint32);

    function chains() external view returns (IChainRegistry);

    function rollup() external view returns (IRollup);
}
