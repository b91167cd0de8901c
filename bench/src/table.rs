//! The results as tables: for the terminal, and as Markdown for `docs/graphics.md`.

use std::fmt::Write as _;

use vitrine_scenes::Aim;

use crate::{
    measure::{Measured, Times},
    renderers::{Kind, limit},
};

const MICROSECOND: f64 = 1_000.0;

fn microseconds(nanoseconds: u64) -> String {
    let value = nanoseconds as f64 / MICROSECOND;
    if value < 99.95 { format!("{value:.1}") } else { format!("{value:.0}") }
}

/// The faster of vitrine-gfx's columns, in nanoseconds.
fn own_minimum(measured: &Measured) -> Option<u64> {
    measured.times.iter().filter(|times| times.kind == Kind::Own).map(|times| times.minimum).min()
}

/// A row: the scene, the limit, what vitrine-gfx takes, and what the others take, as ratios of minima to the limit's.
struct Row<'m> {
    measured: &'m Measured,
    limit: &'m Times,
    cells: Vec<Option<&'m Times>>,
}

/// The columns besides the limit, in the order in which they first appear.
fn columns(results: &[Measured]) -> Vec<(&'static str, Kind)> {
    let mut columns = vec![];
    for times in results.iter().flat_map(|measured| &measured.times).filter(|times| times.kind != Kind::Limit) {
        if !columns.contains(&(times.name, times.kind)) {
            columns.push((times.name, times.kind));
        }
    }
    columns
}

fn rows<'m>(results: &'m [Measured], columns: &[(&'static str, Kind)]) -> Vec<Row<'m>> {
    let row = |measured: &'m Measured| {
        let cell = |column: &(&str, Kind)| measured.times.iter().find(|times| (times.name, times.kind) == *column);
        Row { measured, limit: measured.limit(), cells: columns.iter().map(cell).collect() }
    };
    results.iter().map(row).collect()
}

impl Row<'_> {
    fn ratio(&self, times: &Times) -> f64 {
        times.minimum as f64 / self.limit.minimum as f64
    }

    /// What was aimed for, and whether the faster of vitrine-gfx's columns reaches it.
    fn verdict(&self, results: &[Measured]) -> String {
        let (aim, base) = match self.measured.scene.aim {
            Aim::Limit(aim) => (aim, Some(self.limit.minimum)),
            Aim::Scene(name, aim) => {
                let other = results.iter().find(|measured| measured.scene.name == name);
                (aim, other.and_then(own_minimum))
            }
        };
        let (Some(own), Some(base)) = (own_minimum(self.measured), base) else { return format!("{aim:.2}") };
        let ratio = own as f64 / base as f64;
        let of = match self.measured.scene.aim {
            Aim::Limit(_) => String::new(),
            Aim::Scene(name, _) => format!(" of {name} ({ratio:.3})"),
        };
        // As printed: with two digits after the point.
        let word = if (ratio * 100.0).round() <= aim * 100.0 { "hit" } else { "missed" };
        format!("{aim:.2}{of} {word}")
    }

    /// Minimum, median and ratio of one column; a dash where it can't draw the scene.
    fn cell(&self, times: Option<&Times>) -> [String; 3] {
        let Some(times) = times else { return ["–", "–", "–"].map(str::to_owned) };
        [microseconds(times.minimum), microseconds(times.median), format!("{:.2}", self.ratio(times))]
    }
}

/// For each scene a line for each column.
pub fn terminal(results: &[Measured]) -> String {
    let columns = columns(results);
    let mut text = String::new();
    let head = ["min µs", "median µs", "ratio"];
    let _ = writeln!(text, "{:<38} {:<22} {:>10} {:>10} {:>8}  aim", "scene", "renderer", head[0], head[1], head[2]);
    for row in rows(results, &columns) {
        let limit = format!("limit ({})", row.limit.name);
        let [minimum, median, ratio] = row.cell(Some(row.limit));
        let _ = writeln!(text, "{:<38} {limit:<22} {minimum:>10} {median:>10} {ratio:>8}", row.measured.scene.title);
        for ((name, kind), times) in columns.iter().zip(&row.cells) {
            let [minimum, median, ratio] = row.cell(*times);
            let verdict = if *kind == Kind::Own { row.verdict(results) } else { rounds(*times) };
            let _ = writeln!(text, "{:<38} {name:<22} {minimum:>10} {median:>10} {ratio:>8}  {verdict}", "");
        }
    }
    text
}

/// A remark where fewer rounds were drawn than asked for.
fn rounds(times: Option<&Times>) -> String {
    times.filter(|times| times.rounds < 31).map_or_else(String::new, |times| format!("{} rounds", times.rounds))
}

/// A table with one row a scene: minimum / median in µs of the limit, the minimum of writing the pixels run by run, and for each
/// column the ratio to the limit and minimum / median.
pub fn markdown(results: &[Measured]) -> String {
    let columns = columns(results);
    let mut text = String::from("| scene | aim | limit | as runs |");
    for (name, _) in &columns {
        let _ = write!(text, " {name} |");
    }
    let _ = write!(text, "\n|---|---|---|---|{}\n", "---|".repeat(columns.len()));
    for row in rows(results, &columns) {
        let limit =
            format!("{} / {} ({})", microseconds(row.limit.minimum), microseconds(row.limit.median), row.limit.name);
        let runs = row.measured.times.iter().find(|times| (times.name, times.kind) == (limit::RUNS, Kind::Limit));
        let runs = runs.map_or_else(String::new, |times| microseconds(times.minimum));
        let _ = write!(text, "| {} | {} | {limit} | {runs} |", row.measured.scene.title, row.verdict(results));
        for times in &row.cells {
            let [minimum, median, ratio] = row.cell(*times);
            let cell = if times.is_some() { format!("**{ratio}** {minimum} / {median}") } else { ratio };
            let _ = write!(text, " {cell} |");
        }
        text.push('\n');
    }
    text
}
