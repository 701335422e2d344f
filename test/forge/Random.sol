// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

/// @title A stream of choices from one seed
library Random {
    struct Source {
        uint256 state;
    }

    function word(Source memory source) internal pure returns (uint256) {
        source.state = uint256(keccak256(abi.encode(source.state)));
        return source.state;
    }

    /// @return 0 .. end − 1.
    function below(Source memory source, uint256 end) internal pure returns (uint256) {
        return word(source) % end;
    }

    /// @return True once in `n` times.
    function oneIn(Source memory source, uint256 n) internal pure returns (bool) {
        return below(source, n) == 0;
    }

    /// @return A number of any magnitude from 0 up to `limit`, and often one of the two or a neighbour.
    function upTo(Source memory source, uint256 limit) internal pure returns (uint256) {
        uint256 kind = below(source, 8);
        if (kind == 0) return limit;
        if (kind == 1) return limit == 0 ? 0 : limit - 1;
        if (kind == 2) return limit == 0 ? 0 : 1;
        uint256 number = word(source) >> below(source, 256);
        return limit == type(uint256).max ? number : number % (limit + 1);
    }
}
