//! How time is taken.
//!
//! Every contestant of a scene draws once in each round, into the same memory, in an order that moves on by one from round
//! to round, so that noise hits all alike. Just before a drawing is timed it is done a few times untimed: the time is that of
//! caches and branch predictors that know the scene, as in an appliance that draws it over and over.

use std::{rc::Rc, time::Instant};

use vitrine_scenes::Scene;

use crate::renderers::{Drawing, Kind, Renderer};

/// How often a drawing is done before it is timed. Once is not enough: of two that read the same pictures, or run the same
/// code, the second then took two thirds of the first one's time.
const WARM_UPS: usize = 3;

/// Peers that need longer than this for a scene draw it in [`SLOW_ROUNDS`] rounds only.
const SLOW_NANOSECONDS: u64 = 100_000_000;

/// See [`SLOW_NANOSECONDS`].
const SLOW_ROUNDS: usize = 5;

/// A renderer with a scene.
pub struct Contestant {
    pub name: &'static str,
    pub kind: Kind,
    pub drawing: Box<dyn Drawing>,
    times: Vec<u64>,
}

impl Contestant {
    /// Those that can draw the scene.
    pub fn all(renderers: &[Box<dyn Renderer>], scene: &Rc<Scene>) -> Vec<Self> {
        let one = |renderer: &Box<dyn Renderer>| {
            let drawing = renderer.prepare(scene)?;
            Some(Self { name: renderer.name(), kind: renderer.kind(), drawing, times: vec![] })
        };
        renderers.iter().filter_map(one).collect()
    }

    fn draw(&mut self, target: &mut [u32]) {
        if self.times.len() >= SLOW_ROUNDS && self.times.iter().min() > Some(&SLOW_NANOSECONDS) {
            return;
        }
        (0..WARM_UPS).for_each(|_| self.drawing.draw(target));
        let start = Instant::now();
        self.drawing.draw(target);
        self.times.push(start.elapsed().as_nanos() as u64);
    }
}

/// What a contestant took, in nanoseconds.
#[derive(Clone, Debug)]
pub struct Times {
    pub name: &'static str,
    pub kind: Kind,
    pub minimum: u64,
    pub median: u64,
    pub rounds: usize,
}

/// What all took for a scene.
pub struct Measured {
    pub scene: Rc<Scene>,
    pub times: Vec<Times>,
}

impl Measured {
    /// The fastest of the ways to write the scene's pixels.
    pub fn limit(&self) -> &Times {
        let limits = self.times.iter().filter(|times| times.kind == Kind::Limit);
        limits.min_by_key(|times| times.minimum).expect("every scene has a limit")
    }
}

/// Lets all draw so many rounds.
pub fn measure(scene: &Rc<Scene>, mut contestants: Vec<Contestant>, target: &mut [u32], rounds: u32) -> Measured {
    let count = contestants.len();
    for round in 0..rounds as usize {
        for index in 0..count {
            contestants[(round + index) % count].draw(target);
        }
    }
    let times = |contestant: Contestant| {
        let mut times = contestant.times;
        times.sort_unstable();
        let (minimum, median) = (times[0], times[(times.len() - 1) / 2]);
        Times { name: contestant.name, kind: contestant.kind, minimum, median, rounds: times.len() }
    };
    Measured { scene: scene.clone(), times: contestants.into_iter().map(times).collect() }
}
