//! The limit: see [`vitrine_scenes::limit`].

use std::rc::Rc;

use fearless_simd::Level;
use vitrine_scenes::{
    Item, Scene,
    limit::{Form, Recording},
};

use super::{Drawing, Kind, Renderer};
use crate::stores;

/// The name of writing pixels run by run, which is what a renderer does that knows them row by row.
pub const RUNS: &str = "runs";

/// All ways to write a scene's pixels.
pub fn all() -> Vec<Box<dyn Renderer>> {
    let replay = |name, form| Box::new(Replay { name, form }) as Box<dyn Renderer>;
    let clear = |name, set| Box::new(Clear { name, set }) as Box<dyn Renderer>;
    vec![
        replay(RUNS, Form::Runs),
        replay("groups", Form::Groups),
        clear("memset", stores::memset),
        clear("rep stos", stores::rep_stos),
        clear("non-temporal", stores::non_temporal),
    ]
}

/// A recording that is replayed.
struct Replay {
    name: &'static str,
    form: Form,
}

impl Renderer for Replay {
    fn name(&self) -> &'static str {
        self.name
    }

    fn kind(&self) -> Kind {
        Kind::Limit
    }

    fn prepare(&self, scene: &Rc<Scene>) -> Option<Box<dyn Drawing>> {
        let recording = Recording::of(scene, self.form);
        let level = Level::new();
        Some(Box::new(move |target: &mut [u32]| recording.replay(level, target)))
    }
}

/// A way to set all pixels.
struct Clear {
    name: &'static str,
    set: fn(&mut [u32], u32),
}

impl Renderer for Clear {
    fn name(&self) -> &'static str {
        self.name
    }

    fn kind(&self) -> Kind {
        Kind::Limit
    }

    fn prepare(&self, scene: &Rc<Scene>) -> Option<Box<dyn Drawing>> {
        use embedded_graphics::pixelcolor::{IntoStorage as _, Rgb888};
        let [Item::Clear(color)] = scene.items[..] else { return None };
        let (set, color) = (self.set, Rgb888::into_storage(color));
        Some(Box::new(move |target: &mut [u32]| set(target, color)))
    }
}
