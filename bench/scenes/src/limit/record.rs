//! Recording what an item changes.

use alloc::{vec, vec::Vec};

use embedded_graphics::{pixelcolor::Rgb888, prelude::*, primitives::Rectangle};
use vitrine_gfx::Surface;

use super::{Run, Step};
use crate::{HEIGHT, Item, PIXELS, WIDTH, paint};

/// Fully covered pixels of which so many follow each other are a run of their own between others that are covered in parts.
const SOLID: usize = 8;

/// So many pixels that are not covered at all do not end a run of coverage.
const GAP: usize = 3;

/// Wholly covered pixels of which so many follow each other are filled and not made into groups.
const LONG: u32 = 16;

/// How pixels are told that are covered or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Where a run begins and how long it is.
    Runs,
    /// Groups of eight pixels, each with a mask.
    Groups,
}

/// Draws items in white on black, and reads the coverage back.
pub struct Recorder {
    form: Form,
    paper: Surface<Vec<u32>>,
}

impl Recorder {
    pub fn new(form: Form) -> Self {
        let size = Size::new(WIDTH as u32, HEIGHT as u32);
        let paper = Surface::new(vec![0; PIXELS], size).expect("a scene's size is a surface's");
        Self { form, paper }
    }

    pub fn record(&mut self, item: &Item) -> Step {
        let place = |at: Point| (at.y as usize * WIDTH + at.x as usize) as u32;
        match *item {
            Item::Image(at, ref picture) => Step::Image { at: place(at), picture: picture.clone() },
            Item::Alpha(at, ref picture) => Step::Alpha { at: place(at), picture: picture.clone() },
            Item::Scroll(rows) => Step::Scroll { by: rows as usize * WIDTH },
            Item::Tint(area, color, alpha) => {
                let runs = self.spans(&Item::Fill(area, Rgb888::WHITE)).0;
                Step::Tint { color: pack(color), alpha, runs }
            }
            _ => self.color(item),
        }
    }

    fn color(&mut self, item: &Item) -> Step {
        let color = pack(item.color().unwrap_or(Rgb888::WHITE));
        let (runs, coverage) = self.spans(&item.colored(Rgb888::WHITE));
        match self.form {
            Form::Runs => Step::Runs { color, runs, coverage },
            Form::Groups => grouped(color, &runs, &coverage),
        }
    }

    /// The runs that drawing the item changes, and their coverage.
    fn spans(&mut self, item: &Item) -> (Vec<Run>, Vec<u8>) {
        paint(&mut self.paper, core::slice::from_ref(item));
        let (mut spans, mut coverage) = (vec![], vec![]);
        let touched = self.paper.take_damage().rectangles().reduce(envelope).unwrap_or_default();
        let mut row = vec![0; touched.size.width as usize];
        for y in touched.rows() {
            let at = y as usize * WIDTH + touched.top_left.x as usize;
            let pixels = &self.paper.memory()[at..][..row.len()];
            row.iter_mut().zip(pixels).for_each(|(byte, pixel)| *byte = *pixel as u8);
            split(&row, at as u32, &mut spans, &mut coverage);
        }
        let Ok(()) = self.paper.fill_solid(&touched, Rgb888::BLACK);
        self.paper.take_damage();
        (spans, coverage)
    }
}

/// The pixels of one picture that differ from those of the one before.
pub fn changes(before: &[Item], items: &[Item]) -> Step {
    let drawn = |items: &[Item]| {
        let mut paper = Recorder::new(Form::Runs).paper;
        paint(&mut paper, items);
        paper.into_memory()
    };
    let (before, after) = (drawn(before), drawn(items));
    let (mut runs, mut pixels) = (vec![], vec![]);
    for (at, (_, pixel)) in (0..).zip(before.iter().zip(&after)).filter(|(_, (before, after))| before != after) {
        push(&mut runs, Run { at, len: 1, solid: true });
        pixels.push(*pixel);
    }
    Step::Pixels { runs, pixels }
}

fn pack(color: Rgb888) -> u32 {
    u32::from(color.r()) << 16 | u32::from(color.g()) << 8 | u32::from(color.b())
}

/// The smallest rectangle that holds both, of which none is empty.
fn envelope(one: Rectangle, other: Rectangle) -> Rectangle {
    let (ends, others) = (one.bottom_right().unwrap_or_default(), other.bottom_right().unwrap_or_default());
    Rectangle::with_corners(one.top_left.component_min(other.top_left), ends.component_max(others))
}

/// Divides a row of coverage, the first byte of which is the pixel at `at`, into runs.
fn split(row: &[u8], at: u32, runs: &mut Vec<Run>, coverage: &mut Vec<u8>) {
    let length = |from: usize, test: &dyn Fn(u8) -> bool| row[from..].iter().take_while(|byte| test(**byte)).count();
    let partly = row.iter().any(|byte| !matches!(*byte, 0 | u8::MAX));
    let mut from = 0;
    while from < row.len() {
        let empty = length(from, &|byte| byte == 0);
        from += empty;
        let solid = length(from, &|byte| byte == u8::MAX);
        if solid >= SOLID || (solid > 0 && !partly) {
            push(runs, Run { at: at + from as u32, len: solid as u32, solid: true });
            from += solid;
            continue;
        }
        let mut end = from;
        while end < row.len() {
            let gap = length(end, &|byte| byte == 0);
            let full = length(end, &|byte| byte == u8::MAX);
            if gap > GAP || full >= SOLID || end + gap == row.len() {
                break;
            }
            end += gap.max(full).max(1);
        }
        if end > from {
            coverage.extend_from_slice(&row[from..end]);
            push(runs, Run { at: at + from as u32, len: (end - from) as u32, solid: false });
        }
        from = end.max(from);
    }
}

/// Adds a run, or lengthens the last one where this is its continuation.
fn push(runs: &mut Vec<Run>, run: Run) {
    match runs.last_mut() {
        Some(last) if last.at + last.len == run.at && last.solid == run.solid => last.len += run.len,
        _ => runs.push(run),
    }
}

/// The same pixels as groups of eight, but for the long runs.
fn grouped(color: u32, all: &[Run], coverage: &[u8]) -> Step {
    let (mut runs, mut masks, mut weights) = (vec![], vec![], vec![]);
    let mut coverage = coverage.iter().copied();
    for run in all {
        if run.solid && run.len >= LONG {
            runs.push(*run);
        } else if run.solid {
            for at in run.at..run.at + run.len {
                let (mask, index) = slot::<u8>(&mut masks, at);
                *mask |= 1 << index;
            }
        } else {
            let covered = (run.at..run.at + run.len).zip(&mut coverage).filter(|(_, weight)| *weight != 0);
            for (at, weight) in covered {
                let (group, index) = slot::<[u8; 8]>(&mut weights, at);
                group[index] = weight;
            }
        }
    }
    Step::Groups { color, runs, masks, weights }
}

/// The group of eight pixels that `at` is in, the last one or a new one, none of which reaches past the end of the picture, and
/// which of the eight it is.
fn slot<T: Default>(groups: &mut Vec<(u32, T)>, at: u32) -> (&mut T, usize) {
    if groups.last().is_none_or(|(start, _)| at - start >= 8) {
        groups.push((at.min(PIXELS as u32 - 8), T::default()));
    }
    let last = groups.len() - 1;
    let (start, group) = &mut groups[last];
    (group, (at - *start) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_divided_where_coverage_changes() {
        let (mut runs, mut coverage) = (vec![], vec![]);
        let row = [0, 0, 9, 255, 255, 0, 7, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 8, 0];
        split(&row, 100, &mut runs, &mut coverage);
        let told: Vec<_> = runs.iter().map(|run| (run.at, run.len, run.solid)).collect();
        assert_eq!(told, [(102, 5, false), (111, 8, true), (119, 1, false)]);
        assert_eq!(coverage, [9, 255, 255, 0, 7, 8]);
    }

    #[test]
    fn groups_hold_the_pixels_of_runs() {
        let masks = |runs: &[(u32, u32)]| {
            let runs: Vec<_> = runs.iter().map(|&(at, len)| Run { at, len, solid: true }).collect();
            let Step::Groups { masks, .. } = grouped(0, &runs, &[]) else { return vec![] };
            masks
        };
        assert_eq!(masks(&[(3, 2), (9, 3)]), [(3, 0b1100_0011), (11, 1)]);
        assert_eq!(masks(&[(PIXELS as u32 - 2, 2)]), [(PIXELS as u32 - 8, 0b1100_0000)]);
    }

    #[test]
    fn a_rectangle_is_a_run_a_row() {
        let area = Rectangle::new(Point::new(10, 20), Size::new(30, 40));
        let (runs, coverage) = Recorder::new(Form::Runs).spans(&Item::Fill(area, Rgb888::WHITE));
        assert_eq!((runs.len(), coverage.len()), (40, 0));
        assert_eq!((runs[1].at, runs[1].len), (21 * WIDTH as u32 + 10, 30));
    }
}
