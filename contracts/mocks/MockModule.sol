// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

import {IHyperlaneSecurityModule} from "../interfaces/external/IHyperlane.sol";

/// @notice Mock: a security module that accepts every message, or none.
contract MockModule is IHyperlaneSecurityModule {
    bool public accepts;

    function setAccepts(bool accepts_) external {
        accepts = accepts_;
    }

    function verify(bytes calldata, bytes calldata) external view returns (bool) {
        return accepts;
    }
}
