//! The least that a scene can cost: what changes, recorded beforehand and replayed with no geometry left to compute.
//!
//! A [`Recording`] holds, item by item, the runs of pixels that become the item's colour, the coverage of those that become
//! it in parts, and the pictures that are copied or laid over. Replaying it writes exactly these pixels in the same order,
//! so what it takes is what memory and arithmetic ask for; whatever a renderer needs beyond it, it spends on finding out
//! which pixels those are. Loops are written by hand for AVX2 and for SSE2.
//!
//! Pixels can be replayed in two ways, of which now one is faster and now the other: as [runs](Form::Runs) of any length and
//! as [groups](Form::Groups) of eight, with a mask where pixels are covered or not, and with weights where in parts.

mod avx2;
mod loops;
mod record;
mod sse2;

use alloc::{rc::Rc, vec, vec::Vec};

use fearless_simd::Level;
pub use record::Form;

use crate::{Item, Picture, Scene, WIDTH};

/// What changes in a scene.
pub struct Recording {
    steps: Vec<Step>,
}

impl Recording {
    /// Records what vitrine-gfx draws.
    pub fn new(items: &[Item], form: Form) -> Self {
        let mut recorder = record::Recorder::new(form);
        Self { steps: items.iter().map(|item| recorder.record(item)).collect() }
    }

    /// Records the pixels of one picture that differ from those of the one before: finished, to be copied.
    pub fn of_changes(before: &[Item], items: &[Item]) -> Self {
        Self { steps: vec![record::changes(before, items)] }
    }

    /// What a scene needs: [its changes](Self::of_changes) where it is one, else [its items](Self::new).
    pub fn of(scene: &Scene, form: Form) -> Self {
        if scene.is_change { Self::of_changes(&scene.below, &scene.items) } else { Self::new(&scene.items, form) }
    }

    /// Writes the pixels, by AVX2 where the level says that it is there, else by SSE2.
    ///
    /// # Panics
    ///
    /// When `target` holds less than [`PIXELS`](crate::PIXELS).
    pub fn replay(&self, level: Level, target: &mut [u32]) {
        for step in &self.steps {
            match (level.as_avx2(), level.as_sse2()) {
                (Some(token), _) => avx2::replay(token, step, target),
                (None, Some(token)) => sse2::replay(token, step, target),
                (None, None) => {}
            }
        }
    }
}

/// What one item changes. Places are in pixels from the start of the picture.
enum Step {
    /// Pixels of one colour.
    Runs { color: u32, runs: Vec<Run>, coverage: Vec<u8> },
    /// Pixels of one colour: runs of wholly covered ones, groups of eight that are covered or not, each starting at a place
    /// and holding those whose bits are set, and groups of eight with a weight for each.
    Groups { color: u32, runs: Vec<Run>, masks: Vec<(u32, u8)>, weights: Vec<(u32, [u8; 8])> },
    /// Rows of a picture.
    Image { at: u32, picture: Rc<Picture> },
    /// The same with its alpha.
    Alpha { at: u32, picture: Rc<Picture> },
    /// Rows of one colour with a weight.
    Tint { color: u32, alpha: u8, runs: Vec<Run> },
    /// Finished pixels.
    Pixels { runs: Vec<Run>, pixels: Vec<u32> },
    /// All pixels, so many further.
    Scroll { by: usize },
}

/// Pixels that follow each other in memory.
#[derive(Clone, Copy, Debug)]
struct Run {
    at: u32,
    len: u32,
    /// Whether they are covered wholly; otherwise as the next bytes of the coverage say.
    solid: bool,
}

/// Where the rows of a picture at `at` start, each with its number.
fn rows(at: u32, picture: &Picture) -> impl Iterator<Item = (usize, usize)> {
    (0..picture.size().height as usize).map(move |row| (row, at as usize + row * WIDTH))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{HEIGHT, PIXELS, paint, scene};
    use embedded_graphics::geometry::Size;
    use fearless_simd::Sse2;
    use vitrine_gfx::Surface;

    /// The largest difference between two pixels' channels.
    fn difference(one: u32, other: u32) -> u8 {
        let channel = |pixel: u32, index: usize| pixel.to_le_bytes()[index];
        (0..3).map(|index| channel(one, index).abs_diff(channel(other, index))).max().unwrap_or_default()
    }

    fn drawn(items: &[Item], pixels: &mut [u32]) {
        let mut surface = Surface::new(pixels, Size::new(WIDTH as u32, HEIGHT as u32)).expect("the size fits");
        paint(&mut surface, items);
    }

    #[test]
    fn a_replay_leaves_the_picture_that_was_recorded() {
        let sse2 = Level::baseline();
        assert!(matches!(sse2, Level::Sse2(Sse2 { .. })));
        for name in ["rounded-aa", "alpha", "blend", "text"] {
            let scene = scene(name).expect("it is in the list");
            let mut expected = vec![0; PIXELS];
            drawn(&scene.below, &mut expected);
            let below = expected.clone();
            drawn(&scene.items, &mut expected);
            for (form, level) in
                [(Form::Runs, Level::new()), (Form::Runs, sse2), (Form::Groups, Level::new()), (Form::Groups, sse2)]
            {
                let mut replayed = below.clone();
                Recording::new(&scene.items, form).replay(level, &mut replayed);
                // Where an item covers a pixel twice in parts, what was recorded is the sum and not both.
                let far = replayed.iter().zip(&expected).filter(|(one, other)| difference(**one, **other) > 2).count();
                assert!(far < 100, "{name}, {form:?}: {far} pixels differ");
            }
        }
    }
}
