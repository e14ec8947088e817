//! Figures as people and programs read them: ours, the floor of this machine, the ratio, and the target.

use std::fmt::Write as _;

use serde::Serialize;

/// In what a figure is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Better {
    More,
    Less,
}

/// One measured claim.
#[derive(Debug, Clone, Serialize)]
pub struct Figure {
    pub benchmark: &'static str,
    pub case: String,
    pub unit: &'static str,
    pub better: Better,
    pub ours: f64,
    /// What the machine does at best for the same work, measured in the same run.
    pub floor: Option<f64>,
    /// What the design asks for.
    pub target: Option<f64>,
}

impl Figure {
    /// A figure of which more is better, such as a rate.
    pub fn more(benchmark: &'static str, case: impl Into<String>, unit: &'static str, ours: f64) -> Self {
        Self {
            benchmark,
            case: case.into(),
            unit,
            better: Better::More,
            ours,
            floor: None,
            target: None,
        }
    }

    /// A figure of which less is better, such as a cost.
    pub fn less(benchmark: &'static str, case: impl Into<String>, unit: &'static str, ours: f64) -> Self {
        Self {
            better: Better::Less,
            ..Self::more(benchmark, case, unit, ours)
        }
    }

    /// The same beside the floor.
    #[must_use]
    pub fn floor(self, floor: f64) -> Self {
        Self {
            floor: Some(floor),
            ..self
        }
    }

    /// The same beside its target.
    #[must_use]
    pub fn target(self, target: f64) -> Self {
        Self {
            target: Some(target),
            ..self
        }
    }

    fn ratio(&self) -> Option<f64> {
        self.floor
            .filter(|floor| *floor > 0.0)
            .map(|floor| self.ours / floor)
    }

    fn is_met(&self) -> Option<bool> {
        self.target.map(|target| match self.better {
            Better::More => self.ours >= target,
            Better::Less => self.ours <= target,
        })
    }

    fn cells(&self) -> [String; 7] {
        let (sign, sense) = match self.better {
            Better::More => ("≥", "more is better"),
            Better::Less => ("≤", "less is better"),
        };
        let target = self.target.zip(self.is_met()).map(|(target, is_met)| {
            format!(
                "{sign} {} {}",
                number(target),
                if is_met { "met" } else { "MISSED" }
            )
        });
        [
            self.benchmark.to_owned(),
            self.case.clone(),
            number(self.ours),
            self.floor.map(number).unwrap_or_default(),
            self.ratio()
                .map(|ratio| format!("{}×", number(ratio)))
                .unwrap_or_default(),
            format!("{}, {sense}", self.unit),
            target.unwrap_or_default(),
        ]
    }
}

const HEADINGS: [&str; 7] = [
    "benchmark",
    "case",
    "ours",
    "floor",
    "ours/floor",
    "unit",
    "target",
];
/// Columns of numbers, which end at the same place.
const RIGHT: [bool; 7] = [false, false, true, true, true, false, false];

/// The figures as an aligned table that is also Markdown.
pub fn table(figures: &[Figure]) -> String {
    let rows: Vec<[String; 7]> = figures.iter().map(Figure::cells).collect();
    let headings = HEADINGS.map(str::to_owned);
    let width = |column: usize| {
        let cells = rows
            .iter()
            .chain([&headings])
            .map(|row| row[column].chars().count());
        cells.max().unwrap_or_default()
    };
    let widths: [usize; 7] = std::array::from_fn(width);
    let rule: [String; 7] = std::array::from_fn(|column| {
        let dashes = "-".repeat(widths[column].saturating_sub(1));
        if RIGHT[column] {
            format!("{dashes}:")
        } else {
            format!("{dashes}-")
        }
    });
    let mut text = String::new();
    for row in [&headings, &rule].into_iter().chain(&rows) {
        for (column, cell) in row.iter().enumerate() {
            let width = widths[column];
            // A String never refuses to be written to.
            let _ = if RIGHT[column] {
                write!(text, "| {cell:>width$} ")
            } else {
                write!(text, "| {cell:<width$} ")
            };
        }
        text.push_str("|\n");
    }
    text
}

/// A number with as many digits as it deserves, thousands apart.
fn number(value: f64) -> String {
    if value < 10.0 {
        return format!("{value:.2}");
    }
    if value < 100.0 {
        return format!("{value:.1}");
    }
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_show_what_they_deserve() {
        assert_eq!(number(0.066), "0.07");
        assert_eq!(number(12.34), "12.3");
        assert_eq!(number(999.6), "1,000");
        assert_eq!(number(1_234_567.0), "1,234,567");
    }

    #[test]
    fn a_target_is_met_from_its_own_side() {
        let rate = Figure::more("a", "b", "c", 5.0);
        let cost = Figure::less("a", "b", "c", 5.0);
        assert_eq!(rate.clone().target(5.0).is_met(), Some(true));
        assert_eq!(rate.clone().target(6.0).is_met(), Some(false));
        assert_eq!(cost.clone().target(6.0).is_met(), Some(true));
        assert_eq!(cost.target(4.0).is_met(), Some(false));
        assert_eq!(rate.is_met(), None);
    }

    #[test]
    fn the_tables_lines_are_equally_long() {
        let figures = [
            Figure::more("import", "100,000 rows", "rows per CPU-second", 512_345.0)
                .floor(301_000.0)
                .target(400_000.0),
            Figure::less("start", "idle", "MB", 17.25),
        ];
        let lengths: Vec<_> = table(&figures).lines().map(|line| line.chars().count()).collect();
        assert_eq!(lengths.len(), 4);
        assert!(lengths.iter().all(|length| *length == lengths[0]), "{lengths:?}");
    }
}
