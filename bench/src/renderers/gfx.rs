//! vitrine-gfx.

use std::rc::Rc;

use embedded_graphics::geometry::Size;
use vitrine_gfx::Surface;
use vitrine_scenes::{HEIGHT, Scene, WIDTH, paint};

use super::{Drawing, Kind, Renderer};

pub struct Gfx;

impl Renderer for Gfx {
    fn name(&self) -> &'static str {
        "vitrine-gfx"
    }

    fn kind(&self) -> Kind {
        Kind::Own
    }

    fn prepare(&self, scene: &Rc<Scene>) -> Option<Box<dyn Drawing>> {
        let scene = scene.clone();
        Some(Box::new(move |target: &mut [u32]| {
            let mut surface = Surface::new(target, Size::new(WIDTH as u32, HEIGHT as u32)).expect("the size fits");
            paint(&mut surface, &scene.items);
        }))
    }
}
