// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

/// @title What is used of LayerZero's EndpointV2
interface ILayerZeroEndpoint {
    struct MessagingParams {
        uint32 dstEid;
        bytes32 receiver;
        bytes message;
        /// @dev For the workers: the executor's gas.
        bytes options;
        bool payInLzToken;
    }

    struct MessagingFee {
        uint256 nativeFee;
        uint256 lzTokenFee;
    }

    struct MessagingReceipt {
        /// @dev The message's id on both chains.
        bytes32 guid;
        uint64 nonce;
        MessagingFee fee;
    }

    struct SetConfigParam {
        uint32 eid;
        uint32 configType;
        bytes config;
    }

    /// @notice Configuration of type 1, of a send library.
    struct ExecutorConfig {
        uint32 maxMessageSize;
        address executor;
    }

    /// @notice Configuration of type 2, of both libraries. Zeros mean LayerZero's defaults; the largest value of a number means none.
    struct UlnConfig {
        uint64 confirmations;
        uint8 requiredDVNCount;
        uint8 optionalDVNCount;
        uint8 optionalDVNThreshold;
        address[] requiredDVNs;
        address[] optionalDVNs;
    }

    /// @param refundAddress Gets what the fee leaves of the value.
    function send(
        MessagingParams calldata params,
        address refundAddress
    ) external payable returns (MessagingReceipt memory);

    function quote(MessagingParams calldata params, address sender) external view returns (MessagingFee memory);

    function setSendLibrary(address application, uint32 eid, address library_) external;

    /// @param gracePeriod Blocks for which the library before is still good.
    function setReceiveLibrary(address application, uint32 eid, address library_, uint256 gracePeriod) external;

    function setConfig(address application, address library_, SetConfigParam[] calldata params) external;

    /// @param nonce The first of the path that is not verified.
    function skip(address application, uint32 srcEid, bytes32 sender, uint64 nonce) external;
}

/// @title What LayerZero's endpoint asks of an application
interface ILayerZeroReceiver {
    struct Origin {
        uint32 srcEid;
        bytes32 sender;
        uint64 nonce;
    }

    /// @notice Takes a verified message. Only the endpoint may call it.
    function lzReceive(
        Origin calldata origin,
        bytes32 guid,
        bytes calldata message,
        address executor,
        bytes calldata extraData
    ) external payable;

    /// @return Whether messages of a path that is not used yet may be verified.
    function allowInitializePath(Origin calldata origin) external view returns (bool);

    /// @return The nonce that must be executed next; 0: any.
    function nextNonce(uint32 srcEid, bytes32 sender) external view returns (uint64);
}
