// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

// Who may call what is OpenZeppelin's contract as it is; the import makes its artifact part of the build.
// solhint-disable-next-line no-unused-import
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
