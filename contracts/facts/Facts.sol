// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ERC7786Recipient} from "@openzeppelin/contracts/crosschain/ERC7786Recipient.sol";
import {IERC7786GatewaySource} from "@openzeppelin/contracts/interfaces/draft-IERC7786.sol";

import {CHAIN_MASK, FACT_BATCH, FACT_QUEUE} from "../generated/Spec.sol";
import {IChainRegistry} from "../interfaces/IChainRegistry.sol";
import {IFacts} from "../interfaces/IFacts.sol";
import {IRollup} from "../interfaces/IRollup.sol";

/// @title See {IFacts}
contract Facts is IFacts, ERC7786Recipient, AccessManaged {
    /// @dev Bounds the loops over gateways.
    uint256 public constant MAX_GATEWAYS = 8;

    /// @dev abi.encode(uint8 kind, uint64 number, bytes32 value).
    uint256 private constant _MESSAGE_LENGTH = 96;

    /// @inheritdoc IFacts
    IChainRegistry public immutable chains;
    /// @inheritdoc IFacts
    uint8 public immutable threshold;

    // One slot.
    /// @inheritdoc IFacts
    IRollup public rollup;
    /// @dev Bit `chain` is set while that source is frozen.
    uint64 private _frozen;
    uint8 private _gatewayCount;

    address[MAX_GATEWAYS] private _gateways;
    /// @inheritdoc IFacts
    mapping(address gateway => bool) public isGateway;
    mapping(bytes32 key => mapping(address gateway => bytes32 value)) private _reports;

    constructor(address authority, IChainRegistry chains_, uint8 threshold_) AccessManaged(authority) {
        if (threshold_ == 0) revert Facts_ZeroThreshold();
        chains = chains_;
        threshold = threshold_;
    }

    /// @inheritdoc IFacts
    function bindRollup(IRollup rollup_) external restricted {
        if (address(rollup) != address(0)) revert Facts_AlreadyBound(address(rollup));
        if (address(rollup_).code.length == 0 || rollup_.facts() != this) revert Facts_WrongRollup(address(rollup_));
        rollup = rollup_;
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
    function publish(uint8 kind, uint64 number, uint8 toChain) external payable {
        bytes32 value = _ownValue(kind, number);
        if (value == 0) revert Facts_ZeroValue(kind, number);
        bytes memory message = abi.encodeCall(
            IERC7786GatewaySource.sendMessage,
            (chains.remoteOf(toChain), abi.encode(kind, number, value), new bytes[](0))
        );

        uint256 count = _gatewayCount;
        uint256 sent = 0;
        for (uint256 i = 0; i < count; ++i) {
            // A gateway that fails must not silence the others, whatever it answers.
            // solhint-disable-next-line avoid-low-level-calls
            (bool success, ) = _gateways[i].call{value: msg.value / count}(message);
            if (success) ++sent;
            else emit FactNotSent(_gateways[i], kind, number, toChain);
        }
        if (sent == 0) revert Facts_NothingSent();
        emit FactPublished(kind, number, toChain, value);

        uint256 unspent = msg.value - (msg.value / count) * sent;
        if (unspent != 0) {
            // solhint-disable-next-line avoid-low-level-calls
            (bool success, ) = msg.sender.call{value: unspent}("");
            if (!success) revert Facts_RefundFailed();
        }
    }

    /// @inheritdoc IFacts
    function holds(uint8 kind, uint8 chain, uint64 number, bytes32 value) external view returns (bool) {
        if (value == 0 || frozen(chain)) return false;
        return _votes(_key(kind, chain, number), value) >= threshold;
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

        bytes32 other = _strongestOther(key, value);
        if (other == 0) return;
        emit FactConflict(kind, chain, number, gateway, value, other);
        if (!frozen(chain) && _votes(key, value) >= threshold && _votes(key, other) >= threshold) _freeze(chain);
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

    function _key(uint8 kind, uint8 chain, uint64 number) private pure returns (bytes32) {
        return keccak256(abi.encode(kind, chain, number));
    }
}
