//! vitrine-gfx.

use std::rc::Rc;

use embedded_graphics::geometry::Size;
use fearless_simd::Level;
use vitrine_gfx::{Surface, simd};
use vitrine_scenes::{HEIGHT, Scene, Turns, WIDTH, paint};

use super::{Drawing, Kind, Renderer};

/// vitrine-gfx with the instructions of one level.
pub struct Gfx {
    pub name: &'static str,
    pub level: Level,
}

impl Renderer for Gfx {
    fn name(&self) -> &'static str {
        self.name
    }

    fn kind(&self) -> Kind {
        Kind::Own
    }

    fn prepare(&self, scene: &Rc<Scene>) -> Option<Box<dyn Drawing>> {
        let (scene, level) = (scene.clone(), self.level);
        if scene.is_change {
            return Some(changing(scene, level));
        }
        Some(Box::new(move |target: &mut [u32]| {
            simd::use_level(level);
            let mut surface = Surface::new(target, Size::new(WIDTH as u32, HEIGHT as u32)).expect("the size fits");
            paint(&mut surface, &scene.items);
        }))
    }
}

/// Shows two pictures in turn on a canvas, which finds out each time what has changed.
fn changing(scene: Rc<Scene>, level: Level) -> Box<dyn Drawing> {
    let mut turns = Turns::new();
    Box::new(move |target: &mut [u32]| {
        simd::use_level(level);
        let mut surface = Surface::new(target, Size::new(WIDTH as u32, HEIGHT as u32)).expect("the size fits");
        turns.show(&scene, &mut surface).expect("the size is a surface's");
    })
}
