// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {IPeerGateway} from "./IPeerGateway.sol";
import {ILayerZeroEndpoint, ILayerZeroReceiver} from "./external/ILayerZero.sol";

/// @title A gateway over LayerZero V2
/// @notice A domain is LayerZero's endpoint id (eid). A message is delivered when the verifiers (DVNs) that this gateway names have
///   verified it. Libraries, verifiers and executor are set together with the peer, each explicitly, so that LayerZero's defaults,
///   which its owner may change at any time, never apply; and there is no delegate: nobody configures but the functions below.
/// @dev The executor only serves: when it does not deliver, anyone may, by the endpoint's `lzReceive`.
///   Warning: a message can be executed only when all earlier ones of its path are verified; see `skip`.
interface ILayerZeroGateway is IPeerGateway, ILayerZeroReceiver {
    /// @notice How messages go to one peer and come from it. All addresses are of this chain.
    struct Pathway {
        address sendLibrary;
        address receiveLibrary;
        address executor;
        /// @dev Blocks of this chain after which verifiers may verify what is sent: 1 or more.
        uint64 sendConfirmations;
        /// @dev Blocks of the peer's chain after which a verification counts: 1 or more.
        uint64 receiveConfirmations;
        /// @dev All of them must verify. Ascending.
        address[] requiredDvns;
        /// @dev `optionalThreshold` of them must verify too. Ascending.
        address[] optionalDvns;
        uint8 optionalThreshold;
    }

    /// @notice The caller is not the endpoint.
    error LayerZeroGateway_NotEndpoint(address caller);
    /// @notice One verifier alone could forge messages.
    error LayerZeroGateway_TooFewDvns(uint256 required, uint256 optionalThreshold);
    /// @notice A number of confirmations is 0 or that which means none to LayerZero.
    error LayerZeroGateway_InvalidConfirmations(uint64 confirmations);

    event PathwaySet(uint256 indexed chainId, Pathway pathway);

    /// @notice Registers or replaces the peer of a chain, with its pathway. Restricted.
    /// @dev Two verifiers at least must agree: two required ones, or an optional threshold of two.
    ///   Warning: what the libraries before have not committed must be verified anew.
    function setPeer(uint256 chainId, uint32 eid, address gateway, Pathway calldata pathway) external;

    /// @notice Gives up the next message from a chain, one that its verifiers cannot verify, so that later ones may be executed. Restricted.
    /// @param messageNonce LayerZero's nonce on the path: the first that is not verified.
    function skip(uint256 chainId, uint64 messageNonce) external;

    function endpoint() external view returns (ILayerZeroEndpoint);
}
