// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ERC7786Recipient} from "@openzeppelin/contracts/crosschain/ERC7786Recipient.sol";
import {IERC7786GatewaySource} from "@openzeppelin/contracts/interfaces/draft-IERC7786.sol";

import {CHAIN_MASK, FACT_BATCH, FACT_QUEUE} from "../generated/Spec.sol";
import {IChainRegistry} from "../interfaces/IChainRegistry.sol";
import {IFacts} from "../interfaces/IFacts.sol";
import {IGateway} from "../interfaces/IGateway.sol";
import {IRollup} from "../interfaces/IRollup.sol";

/// @title See {IFacts}
contract Facts is IFacts, ERC7786Recipient, AccessManaged {
    /// @dev Bounds the loops over gateways.
    uint256 public constant MAX_GATEWAYS = 8;

    /// @dev abi.encode(uint8 kind, uint64 number, bytes32 value).
    uint256 private constant _MESSAGE_LENGTH = 96;
    uint32 private constant _MAX_FINALITY = 7 days;
    /// @dev Without news from the primary for so long, most of the chains speak for it.
    uint64 private constant _SILENCE = 1 days;
    /// @dev What a gateway may use to name its fee, and to send: one that burns all it gets must not silence the others.
    uint256 private constant _QUOTE_GAS = 500_000;
    uint256 private constant _SEND_GAS = 1_500_000;

    /// @dev What this chain said of itself first, and when.
    struct Own {
        bytes32 value;
        uint64 time;
    }

    /// @inheritdoc IFacts
    IChainRegistry public immutable chains;

    // One slot.
    /// @inheritdoc IFacts
    IRollup public rollup;
    /// @dev Bit `chain` is set while that source is frozen.
    uint64 private _frozen;
    uint8 private _gatewayCount;
    /// @inheritdoc IFacts
    uint8 public threshold;

    address[MAX_GATEWAYS] private _gateways;
    /// @inheritdoc IFacts
    uint32 public finality;
    /// @inheritdoc IFacts
    mapping(address gateway => bool) public isGateway;
    mapping(bytes32 key => mapping(address gateway => bytes32 value)) private _reports;
    mapping(uint8 kind => mapping(uint64 number => Own)) private _own;
    /// @inheritdoc IFacts
    mapping(uint8 chain => uint64 time) public heardAt;

    constructor(address authority, IChainRegistry chains_, uint8 threshold_) AccessManaged(authority) {
        chains = chains_;
        _setThreshold(threshold_);
    }

    /// @inheritdoc IFacts
    function bindRollup(IRollup rollup_) external restricted {
        if (address(rollup) != address(0)) revert Facts_AlreadyBound(address(rollup));
        if (address(rollup_).code.length == 0 || rollup_.facts() != this) revert Facts_WrongRollup(address(rollup_));
        rollup = rollup_;
        // Silence begins now.
        heardAt[rollup_.primaryChain()] = uint64(block.timestamp);
        emit RollupBound(address(rollup_));
    }

    /// @inheritdoc IFacts
    function addGateway(address gateway) external restricted {
        if (isGateway[gateway]) revert Facts_AlreadyRegistered(gateway);
        if (gateway.code.length == 0) revert Facts_NoCode(gateway);
        if (_gatewayCount == MAX_GATEWAYS) revert Facts_TooManyGateways();
        isGateway[gateway] = true;
        _gateways[_gatewayCount++] = gateway;
        emit GatewayAdded(gateway);
    }

    /// @inheritdoc IFacts
    function removeGateway(address gateway) external restricted {
        if (!isGateway[gateway]) revert Facts_NotRegistered(gateway);
        if (_gatewayCount == threshold) revert Facts_BelowThreshold(threshold);
        delete isGateway[gateway];
        uint256 i = 0;
        while (_gateways[i] != gateway) ++i;
        _gateways[i] = _gateways[--_gatewayCount];
        delete _gateways[_gatewayCount];
        emit GatewayRemoved(gateway);
    }

    /// @inheritdoc IFacts
    function setFrozen(uint8 chain, bool frozen_) external restricted {
        if (chain == 0 || chain > CHAIN_MASK) revert Facts_InvalidChain(chain);
        if (frozen_) {
            _freeze(chain);
        } else {
            _frozen &= ~(uint64(1) << chain);
            emit SourceUnfrozen(chain);
        }
    }

    /// @inheritdoc IFacts
    function setThreshold(uint8 threshold_) external restricted {
        if (threshold_ > _gatewayCount) revert Facts_BelowThreshold(threshold_);
        _setThreshold(threshold_);
    }

    /// @inheritdoc IFacts
    function setFinality(uint32 finality_) external restricted {
        if (finality_ > _MAX_FINALITY) revert Facts_InvalidFinality(finality_);
        finality = finality_;
        emit FinalitySet(finality_);
    }

    /// @inheritdoc IFacts
    function record(uint8 kind, uint64 number) public returns (bytes32 value, uint64 finalAt) {
        Own storage own = _own[kind][number];
        (value, finalAt) = (own.value, own.time + finality);
        if (value != 0) return (value, finalAt);
        value = _ownValue(kind, number);
        if (value == 0) revert Facts_ZeroValue(kind, number);
        uint64 time = uint64(block.timestamp);
        (own.value, own.time) = (value, time);
        finalAt = time + finality;
        emit FactRecorded(kind, number, value, finalAt);
    }

    /// @inheritdoc IFacts
    function publish(uint8 kind, uint64 number, uint8 toChain) external payable {
        (bytes32 value, uint64 finalAt) = record(kind, number);
        if (block.timestamp < finalAt) revert Facts_NotFinal(kind, number, finalAt);
        (bytes memory recipient, bytes memory payload) = _message(kind, number, value, toChain);

        uint256 count = _gatewayCount;
        uint256 sent = 0;
        uint256 left = msg.value;
        for (uint256 i = 0; i < count; ++i) {
            (bool success, uint256 fee) = _trySend(_gateways[i], left, recipient, payload);
            if (success) (sent, left) = (sent + 1, left - fee);
            else emit FactNotSent(_gateways[i], kind, number, toChain);
        }
        if (sent == 0) revert Facts_NothingSent();
        emit FactPublished(kind, number, toChain, value);

        if (left != 0) {
            // solhint-disable-next-line avoid-low-level-calls
            (bool success, ) = msg.sender.call{value: left}("");
            if (!success) revert Facts_RefundFailed();
        }
    }

    /// @inheritdoc IFacts
    function quote(uint8 kind, uint64 number, uint8 toChain) external view returns (uint256 total) {
        // The value is not known before it is recorded, and costs the same whatever it is.
        (bytes memory recipient, bytes memory payload) = _message(kind, number, bytes32(type(uint256).max), toChain);
        uint256 count = _gatewayCount;
        for (uint256 i = 0; i < count; ++i) {
            (bool success, uint256 fee) = _tryQuote(_gateways[i], recipient, payload);
            if (success) total += fee;
        }
    }

    /// @inheritdoc IFacts
    function recorded(uint8 kind, uint64 number) external view returns (bytes32 value, uint64 time) {
        Own memory own = _own[kind][number];
        return (own.value, own.time);
    }

    /// @inheritdoc IFacts
    function holds(uint8 kind, uint8 chain, uint64 number, bytes32 value) public view returns (bool) {
        if (value == 0 || frozen(chain)) return false;
        return _votes(_key(kind, chain, number), value) >= threshold;
    }

    /// @inheritdoc IFacts
    function isAccepted(uint64 number, bytes32 hash) external view returns (bool) {
        uint8 primary = rollup.primaryChain();
        if (holds(uint8(FACT_BATCH), primary, number, hash)) return true;
        if (block.timestamp <= heardAt[primary] + _SILENCE) return false;
        uint64 registered = chains.registered();
        uint256 all = 0;
        uint256 agreed = 0;
        for (uint8 chain = 1; registered >> chain != 0; ++chain) {
            if ((registered >> chain) & 1 == 0) continue;
            ++all;
            if (holds(uint8(FACT_BATCH), chain, number, hash)) ++agreed;
        }
        return 2 * agreed > all;
    }

    /// @inheritdoc IFacts
    function reportOf(uint8 kind, uint8 chain, uint64 number, address gateway) external view returns (bytes32 value) {
        return _reports[_key(kind, chain, number)][gateway];
    }

    /// @inheritdoc IFacts
    function gateways() external view returns (address[] memory list) {
        list = new address[](_gatewayCount);
        for (uint256 i = 0; i < list.length; ++i) list[i] = _gateways[i];
    }

    /// @inheritdoc IFacts
    function frozen(uint8 chain) public view returns (bool) {
        return (_frozen >> chain) & 1 == 1;
    }

    /// @dev The source is the proven sender: one that is no registered chain's `Facts` reports nothing.
    function _isAuthorizedGateway(address gateway, bytes calldata sender) internal view override returns (bool) {
        return isGateway[gateway] && chains.chainOf(sender) != 0;
    }

    /// @dev Reverts on messages that no `Facts` sends, so that the gateway does not count them as delivered. A lie in a
    ///   well-formed message does not revert: it is kept or reported as an alarm, and outvoted.
    function _processMessage(
        address gateway,
        bytes32,
        bytes calldata sender,
        bytes calldata payload
    ) internal override {
        if (msg.value != 0) revert Facts_ValueRefused(msg.value);
        if (payload.length != _MESSAGE_LENGTH) revert Facts_InvalidLength(payload.length);
        (uint8 kind, uint64 number, bytes32 value) = abi.decode(payload, (uint8, uint64, bytes32));
        if (kind != FACT_QUEUE && kind != FACT_BATCH) revert Facts_InvalidKind(kind);
        if (value == 0) revert Facts_ZeroValue(kind, number);
        _report(kind, chains.chainOf(sender), number, value, gateway);
    }

    function _report(uint8 kind, uint8 chain, uint64 number, bytes32 value, address gateway) private {
        bytes32 key = _key(kind, chain, number);
        bytes32 first = _reports[key][gateway];
        if (first == value) return;
        if (first != 0) {
            emit FactConflict(kind, chain, number, gateway, value, first);
            return;
        }
        _reports[key][gateway] = value;
        emit FactReported(kind, chain, number, value, gateway);
        uint256 votes = _votes(key, value);
        bytes32 other = _strongestOther(key, value);
        if (other != 0) {
            emit FactConflict(kind, chain, number, gateway, value, other);
            if (!frozen(chain) && votes >= threshold && _votes(key, other) >= threshold) _freeze(chain);
        }
        // Of a frozen source no fact comes to hold.
        if (votes == threshold && !frozen(chain)) heardAt[chain] = uint64(block.timestamp);
    }

    /// @return success The gateway named a fee that is there, and took the message.
    /// @return fee What it was given.
    function _trySend(
        address gateway,
        uint256 available,
        bytes memory recipient,
        bytes memory payload
    ) private returns (bool success, uint256 fee) {
        (success, fee) = _tryQuote(gateway, recipient, payload);
        if (!success || fee > available) return (false, 0);
        bytes memory message = abi.encodeCall(IERC7786GatewaySource.sendMessage, (recipient, payload, new bytes[](0)));
        // Assembly, for Solidity copies the whole answer, however long.
        assembly ("memory-safe") {
            success := call(_SEND_GAS, gateway, fee, add(message, 0x20), mload(message), 0x00, 0x00)
        }
    }

    /// @return success The gateway named a fee, of coin that there may be: such fees add up.
    function _tryQuote(
        address gateway,
        bytes memory recipient,
        bytes memory payload
    ) private view returns (bool success, uint256 fee) {
        bytes memory question = abi.encodeCall(IGateway.quote, (recipient, payload));
        assembly ("memory-safe") {
            success := staticcall(_QUOTE_GAS, gateway, add(question, 0x20), mload(question), 0x00, 0x20)
            success := and(success, gt(returndatasize(), 0x1f))
            fee := mload(0x00)
        }
        success = success && fee <= type(uint128).max;
    }

    function _setThreshold(uint8 threshold_) private {
        if (threshold_ == 0) revert Facts_ZeroThreshold();
        threshold = threshold_;
        emit ThresholdSet(threshold_);
    }

    function _freeze(uint8 chain) private {
        _frozen |= uint64(1) << chain;
        emit SourceFrozen(chain);
    }

    /// @return other The value but `value` that most registered gateways reported; 0: none.
    function _strongestOther(bytes32 key, bytes32 value) private view returns (bytes32 other) {
        uint256 most = 0;
        for (uint256 i = 0; i < _gatewayCount; ++i) {
            bytes32 candidate = _reports[key][_gateways[i]];
            if (candidate == 0 || candidate == value) continue;
            uint256 votes = _votes(key, candidate);
            if (votes > most) (most, other) = (votes, candidate);
        }
    }

    /// @return votes Registered gateways that reported `value`.
    function _votes(bytes32 key, bytes32 value) private view returns (uint256 votes) {
        uint256 count = _gatewayCount;
        for (uint256 i = 0; i < count; ++i) {
            if (_reports[key][_gateways[i]] == value) ++votes;
        }
    }

    function _ownValue(uint8 kind, uint64 number) private view returns (bytes32) {
        if (address(rollup) == address(0)) revert Facts_NotBound();
        if (kind == FACT_QUEUE) return rollup.vault().headAt(number);
        if (kind == FACT_BATCH) return rollup.batchHash(number);
        revert Facts_InvalidKind(kind);
    }

    function _message(
        uint8 kind,
        uint64 number,
        bytes32 value,
        uint8 toChain
    ) private view returns (bytes memory recipient, bytes memory payload) {
        return (chains.remoteOf(toChain), abi.encode(kind, number, value));
    }

    function _key(uint8 kind, uint8 chain, uint64 number) private pure returns (bytes32) {
        return keccak256(abi.encode(kind, chain, number));
    }
}
