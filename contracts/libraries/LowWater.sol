// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.28;

/// @title The least that a quantity was today and yesterday (UTC days)
library LowWater {
    /// @dev One storage slot.
    struct Mark {
        /// @dev Least since `day` began.
        uint96 today;
        /// @dev Least of the day before `day`.
        uint96 before;
        /// @dev Days since 1970-01-01.
        uint32 day;
    }

    /// @notice Notes a change of the quantity.
    function note(Mark storage mark, uint96 old, uint96 current) internal {
        Mark memory m = _at(mark, old);
        if (current < m.today) m.today = current;
        (mark.today, mark.before, mark.day) = (m.today, m.before, m.day);
    }

    /// @return The least of today and yesterday, for a quantity that is `current` now.
    function least(Mark storage mark, uint96 current) internal view returns (uint256) {
        Mark memory m = _at(mark, current);
        return m.today < m.before ? m.today : m.before;
    }

    /// @return m The mark as of now: since its day the quantity has been `current`.
    function _at(Mark storage mark, uint96 current) private view returns (Mark memory m) {
        m = mark;
        uint32 day = uint32(block.timestamp / 1 days);
        if (day == m.day) return m;
        m.before = day == m.day + 1 ? m.today : current;
        (m.today, m.day) = (current, day);
    }
}
