//! The coordinator's board: what is late and nobody's first, then what is one of both, then the rest; each by when an answer is
//! due. It shows what the worklist hides: cases that wait for the practice, that are signed, that are being amended.

/// Lines on a page.
pub const PAGE: usize = 100;
