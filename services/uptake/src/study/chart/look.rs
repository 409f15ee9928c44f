//! How marks look: the NHS's palette, where grey is common, blue and orange are two things to tell apart and purple asks a question.
//! Red and green are not in it, and colour never stands alone: a dash, a shape or a hatching says the same.

/// Text.
pub const INK: &str = "#212b32";
/// Text of lesser weight, and lines that must be seen.
pub const DIM: &str = "#425563";
/// What is common.
pub const GREY: &str = "#768692";
/// Grids and grounds.
pub const PALE: &str = "#d8dde0";
/// The first of two.
pub const BLUE: &str = "#005eb8";
/// The second of two.
pub const ORANGE: &str = "#d5740a";
/// What deserves a question.
pub const PURPLE: &str = "#330072";
/// Ground.
pub const WHITE: &str = "#ffffff";

/// A hatching.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hatch {
    /// Falling lines: not live.
    Falling,
    /// Crossed lines: closed.
    Crossed,
    /// Upright lines: incomplete.
    Upright,
    /// A dot in each field: zero.
    Dotted,
}

impl Hatch {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Falling, Self::Crossed, Self::Upright, Self::Dotted];

    /// Within ids.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Falling => "falling",
            Self::Crossed => "crossed",
            Self::Upright => "upright",
            Self::Dotted => "dotted",
        }
    }

    /// What stands in one tile of 6 by 6.
    pub const fn tile(self) -> &'static str {
        match self {
            Self::Falling => r##"<path d="M0 6L6 0M-1 1L1 -1M5 7L7 5" stroke="#768692" stroke-width="1"/>"##,
            Self::Crossed => r##"<path d="M0 0L6 6M0 6L6 0" stroke="#425563" stroke-width="1.2"/>"##,
            Self::Upright => r##"<path d="M1.5 0V6M4.5 0V6" stroke="#330072" stroke-width="1"/>"##,
            Self::Dotted => r##"<circle cx="3" cy="3" r="0.8" fill="#768692"/>"##,
        }
    }
}

/// What fills a shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    /// Nothing.
    Clear,
    /// One colour.
    Plain(&'static str),
    /// A hatching on white.
    Hatched(Hatch),
}

/// A mark's look: a class for a page's own style, and attributes that need none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    /// Classes.
    pub class: &'static str,
    /// Within.
    pub fill: Paint,
    /// The line; empty for none.
    pub stroke: &'static str,
    /// Its width.
    pub width: f64,
    /// Its dashes; empty for none.
    pub dash: &'static str,
    /// Opacity of the filling.
    pub opacity: f64,
}

impl Look {
    /// A line.
    pub const fn line(class: &'static str, stroke: &'static str, width: f64, dash: &'static str) -> Self {
        Self { class, fill: Paint::Clear, stroke, width, dash, opacity: 1.0 }
    }

    /// A filled area.
    pub const fn area(class: &'static str, fill: &'static str, opacity: f64) -> Self {
        Self { class, fill: Paint::Plain(fill), stroke: "", width: 0.0, dash: "", opacity }
    }

    /// A hatched area.
    pub const fn hatched(class: &'static str, hatch: Hatch) -> Self {
        Self { class, fill: Paint::Hatched(hatch), stroke: "", width: 0.0, dash: "", opacity: 1.0 }
    }

    /// A shape with an outline.
    pub const fn mark(class: &'static str, fill: &'static str, stroke: &'static str) -> Self {
        Self { class, fill: Paint::Plain(fill), stroke, width: 1.5, dash: "", opacity: 1.0 }
    }
}

/// Lines of a grid.
pub const GRID: Look = Look::line("line grid", PALE, 1.0, "");
/// An axis.
pub const AXIS: Look = Look::line("line axis", DIM, 1.2, "");
/// The line that a chart is about.
pub const MAIN: Look = Look::line("line main", BLUE, 2.6, "");
/// A second line, dashed.
pub const SECOND: Look = Look::line("line second", ORANGE, 2.6, "9 5");
/// A centre.
pub const CENTRE: Look = Look::line("line centre", DIM, 1.6, "");
/// A limit.
pub const LIMIT: Look = Look::line("line limit", DIM, 1.4, "3 4");
/// An outer limit.
pub const OUTER: Look = Look::line("line limit outer", DIM, 1.4, "8 4");
/// A whisker.
pub const WHISKER: Look = Look::line("line whisker", INK, 1.6, "");
/// A dated event.
pub const EVENT: Look = Look::line("line event", PURPLE, 1.6, "2 3");
/// An interval around the main line.
pub const BAND: Look = Look::area("area band", BLUE, 0.18);
/// A bar.
pub const BAR: Look = Look::area("area bar", BLUE, 0.85);
/// A common point.
pub const POINT: Look = Look::mark("mark point", GREY, WHITE);
/// A common point without a verdict.
pub const HOLLOW: Look = Look::mark("mark hollow", WHITE, DIM);
/// A point that deserves a question.
pub const SIGNAL: Look = Look::mark("mark signal", PURPLE, WHITE);
