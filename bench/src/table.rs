//! The results as tables: for the terminal, and as Markdown for `docs/graphics.md`.

use std::fmt::Write as _;

use crate::{
    measure::{Measured, Times},
    renderers::Kind,
};

const MICROSECOND: f64 = 1_000.0;

fn microseconds(nanoseconds: u64) -> String {
    let value = nanoseconds as f64 / MICROSECOND;
    if value < 99.95 { format!("{value:.1}") } else { format!("{value:.0}") }
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

    fn verdict(&self) -> String {
        let own = self.cells.iter().flatten().filter(|times| times.kind == Kind::Own).map(|times| self.ratio(times));
        let Some(best) = own.min_by(f64::total_cmp) else { return String::new() };
        let aim = self.measured.scene.aim;
        // As printed: with two digits after the point.
        let word = if (best * 100.0).round() <= aim * 100.0 { "hit" } else { "missed" };
        format!("{aim:.2} {word}")
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
            let verdict = if *kind == Kind::Own { row.verdict() } else { rounds(*times) };
            let _ = writeln!(text, "{:<38} {name:<22} {minimum:>10} {median:>10} {ratio:>8}  {verdict}", "");
        }
    }
    text
}

/// A remark where fewer rounds were drawn than asked for.
fn rounds(times: Option<&Times>) -> String {
    times.filter(|times| times.rounds < 31).map_or_else(String::new, |times| format!("{} rounds", times.rounds))
}

/// A table with one row a scene: µs of the limit (minimum), and for each column minimum / median in µs and the ratio.
pub fn markdown(results: &[Measured]) -> String {
    let columns = columns(results);
    let mut text = String::from("| scene | aim | limit |");
    for (name, _) in &columns {
        let _ = write!(text, " {name} |");
    }
    let _ = write!(text, "\n|---|---|---|{}\n", "---|".repeat(columns.len()));
    for row in rows(results, &columns) {
        let limit =
            format!("{} / {} ({})", microseconds(row.limit.minimum), microseconds(row.limit.median), row.limit.name);
        let _ = write!(text, "| {} | {} | {limit} |", row.measured.scene.title, row.verdict());
        for times in &row.cells {
            let [minimum, median, ratio] = row.cell(*times);
            let cell = if times.is_some() { format!("**{ratio}** {minimum} / {median}") } else { ratio };
            let _ = write!(text, " {cell} |");
        }
        text.push('\n');
    }
    text
}
