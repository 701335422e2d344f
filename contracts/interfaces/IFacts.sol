// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {IERC7786Recipient} from "@openzeppelin/contracts/interfaces/draft-IERC7786.sol";

import {IChainRegistry} from "./IChainRegistry.sol";
import {IRollup} from "./IRollup.sol";

/// @title Facts that chains tell each other
/// @notice A fact is one value for a key (kind, source chain, number):
///   kind 1, the head of the source's request queue after `number` requests;
///   kind 2, the hash of batch `number` that the source accepted.
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
    event RollupBound(address rollup);

    /// @notice Names the rollup whose facts are published, and by it the vault. Once. Restricted.
    function bindRollup(IRollup rollup) external;

    /// @notice Registers a gateway. Restricted.
    function addGateway(address gateway) external;

    /// @notice Removes a gateway; its reports stop counting. Restricted.
    /// @dev Warning: reports count again when the gateway is added again.
    function removeGateway(address gateway) external;

    /// @notice Freezes a source by hand, or lets the facts of a frozen one hold again. Restricted.
    /// @param chain 1..63.
    /// @dev Warning: remove the lying gateways before a source is unfrozen.
    function setFrozen(uint8 chain, bool frozen_) external;

    /// @notice Sends this chain's value of a fact to another chain by every gateway. Anyone may, any number of times.
    /// @param kind 1: head of the own queue after `number` requests, one of the last 256; 2: hash of batch `number`.
    /// @param toChain A registered chain.
    /// @dev `msg.value` is offered to the gateways in equal parts; what those that fail leave goes back to the sender.
    ///   Warning: what a gateway does with more than its fee is the gateway's affair.
    function publish(uint8 kind, uint64 number, uint8 toChain) external payable;

    /// @notice Whether a fact holds now.
    /// @return True if the source is not frozen and `threshold` registered gateways reported this value of it. Only registered
    ///   chains are ever sources.
    function holds(uint8 kind, uint8 chain, uint64 number, bytes32 value) external view returns (bool);

    /// @return value What the gateway reported for this key; 0: nothing.
    function reportOf(uint8 kind, uint8 chain, uint64 number, address gateway) external view returns (bytes32 value);

    function frozen(uint8 chain) external view returns (bool);

    function isGateway(address gateway) external view returns (bool);

    function gateways() external view returns (address[] memory);

    /// @return Votes that a fact needs.
    function threshold() external view returns (uint8);

    function chains() external view returns (IChainRegistry);

    function rollup() external view returns (IRollup);
}
