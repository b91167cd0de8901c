//! What the guest has measured, as a table.

use std::fmt::Write as _;

/// The times of one way to draw a scene, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Times {
    minimum: f64,
    median: f64,
}

/// One way to draw a scene: who, with which instructions, and how long that took.
#[derive(Debug, Clone, PartialEq)]
struct Way {
    painter: String,
    level: String,
    times: Times,
}

/// A scene with all its ways.
#[derive(Debug, Clone, PartialEq)]
pub struct Scene {
    /// The scene's name.
    pub name: String,
    ways: Vec<Way>,
}

impl Scene {
    /// The scene in a line `render: scene 1 of 17 NAME`, followed by `PAINTER LEVEL MINIMUM MEDIAN` any number of times; whatever
    /// stands before.
    pub fn of_line(line: &str) -> Option<Scene> {
        let mut words = line.split_once("render: scene ")?.1.split_whitespace().skip(3);
        let name = words.next()?.to_owned();
        let words: Vec<_> = words.collect();
        let way = |words: &[&str]| match words {
            [painter, level, minimum, median] => Some(Way {
                painter: (*painter).to_owned(),
                level: (*level).to_owned(),
                times: Times { minimum: minimum.parse().ok()?, median: median.parse().ok()? },
            }),
            _ => None,
        };
        Some(Scene { name, ways: words.chunks(4).map(way).collect::<Option<_>>()? })
    }

    /// The fastest way to write the pixels when it is known which these are.
    fn limit(&self) -> Option<&Way> {
        let limits = self.ways.iter().filter(|way| ["runs", "groups"].contains(&way.painter.as_str()));
        limits.min_by(|one, other| one.times.minimum.total_cmp(&other.times.minimum))
    }

    fn times(&self, painter: &str, level: &str) -> Option<Times> {
        self.ways.iter().find(|way| way.painter == painter && way.level == level).map(|way| way.times)
    }

    fn cells(&self) -> Vec<String> {
        let limit = self.limit();
        let mut cells = vec![self.name.clone()];
        cells.push(limit.map_or_else(none, |way| {
            let Way { painter, level, times } = way;
            format!("{} ({painter}, {level})", microseconds(*times))
        }));
        for painter in ["memory", "frame"] {
            for level in ["AVX2", "SSE2"] {
                cells.push(match (limit, self.times(painter, level)) {
                    (Some(limit), Some(times)) => {
                        format!("**{:.2}** {}", times.minimum / limit.times.minimum, microseconds(times))
                    }
                    _ => none(),
                });
            }
        }
        cells.push(match (self.times("memory", "AVX2"), self.times("memory", "SSE2")) {
            (Some(avx2), Some(sse2)) => faster(avx2.minimum, sse2.minimum),
            _ => none(),
        });
        cells
    }
}

/// A cell for what is not there.
fn none() -> String {
    "–".to_owned()
}

/// Minimum and median.
fn microseconds(times: Times) -> String {
    let one = |nanoseconds: f64| {
        let value = nanoseconds / 1_000.0;
        if value < 99.95 { format!("{value:.1}") } else { format!("{value:.0}") }
    };
    format!("{} / {}", one(times.minimum), one(times.median))
}

/// The least ratio that counts as a difference.
const DIFFERENCE: f64 = 1.02;

/// Which of the two takes less time, and how many times as long the other one takes.
fn faster(avx2: f64, sse2: f64) -> String {
    let (name, ratio) = if avx2 <= sse2 { ("AVX2", sse2 / avx2) } else { ("SSE2", avx2 / sse2) };
    if ratio < DIFFERENCE { "neither".to_owned() } else { format!("{name}, {ratio:.2}") }
}

/// A row a scene, as Markdown whose columns stand below each other in a terminal too.
pub fn table(scenes: &[Scene]) -> String {
    const HEAD: [&str; 7] =
        ["scene", "limit", "AVX2", "SSE2", "AVX2, frame buffer", "SSE2, frame buffer", "which is faster"];
    let mut rows = vec![HEAD.map(str::to_owned).to_vec()];
    rows.extend(scenes.iter().map(Scene::cells));
    let widths: Vec<_> =
        (0..HEAD.len()).map(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0)).collect();
    rows.insert(1, widths.iter().map(|width| "-".repeat(*width)).collect());
    let mut text = String::new();
    for row in rows {
        for (cell, width) in row.iter().zip(&widths) {
            let _ = write!(text, "| {cell:width$} ");
        }
        text.push_str("|\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_becomes_a_row() {
        let line = "[1.0] INFO render: scene 1 of 17 clear runs AVX2 2000 2500 groups AVX2 3000 3000 memory AVX2 2200 2300 \
                    frame AVX2 4000 4000 runs SSE2 3000 3000 groups SSE2 3000 3000 memory SSE2 3300 3300 frame SSE2 6000 200000";
        let table = table(&[Scene::of_line(line).unwrap()]);
        let row: Vec<_> = table.lines().last().unwrap().split('|').map(str::trim).collect();
        let cells = ["clear", "2.0 / 2.5 (runs, AVX2)", "**1.10** 2.2 / 2.3", "**1.65** 3.3 / 3.3"];
        assert_eq!(row[1..=4], cells, "{table}");
        assert_eq!(row[5..=7], ["**2.00** 4.0 / 4.0", "**3.00** 6.0 / 200", "AVX2, 1.50"], "{table}");
    }

    #[test]
    fn a_cpu_without_avx2_has_dashes() {
        let scene = Scene::of_line("render: scene 1 of 1 clear runs SSE2 10 10 memory SSE2 20 20").unwrap();
        let cells = scene.cells();
        assert_eq!((&cells[2][..], &cells[3][..], &cells[6][..]), ("–", "**2.00** 0.0 / 0.0", "–"));
    }

    #[test]
    fn other_lines_are_no_scenes() {
        for line in ["render: done", "render: scene 1 of 2", "render: scene 1 of 2 clear runs AVX2 1", "clear 1 2 3"] {
            assert_eq!(Scene::of_line(line), None, "{line}");
        }
    }

    #[test]
    fn what_is_alike_is_not_called_faster() {
        assert_eq!(faster(1000.0, 1019.0), "neither");
        assert_eq!(faster(1000.0, 800.0), "SSE2, 1.25");
    }
}
