//! Who draws.

#[cfg(feature = "peers")]
mod cairo;
#[cfg(feature = "peers")]
mod embedded;
mod gfx;
#[cfg(feature = "peers")]
mod glyphs;
pub mod limit;
#[cfg(feature = "peers")]
mod pixman;
#[cfg(feature = "peers")]
mod skia;
#[cfg(feature = "peers")]
mod slint;
#[cfg(feature = "peers")]
mod vello;

use std::rc::Rc;

use anyhow::{Result, bail};
use fearless_simd::{Level, Simd as _};
use vitrine_scenes::Scene;

/// What a column is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One way to write the scene's pixels; the fastest is the limit.
    Limit,
    /// vitrine-gfx.
    Own,
    /// Another renderer.
    Peer,
}

/// Something that draws scenes.
pub trait Renderer {
    /// As in the table's head.
    fn name(&self) -> &'static str;

    fn kind(&self) -> Kind {
        Kind::Peer
    }

    /// Gets ready to draw the scene over and over: decodes pictures, rasterises glyphs. `None` if it can't.
    fn prepare(&self, scene: &Rc<Scene>) -> Option<Box<dyn Drawing>>;
}

/// A scene that is ready to be drawn.
pub trait Drawing {
    /// Draws the scene's items: on `target`, or on memory of the renderer's own.
    fn draw(&mut self, target: &mut [u32]);

    /// For memory of the renderer's own: makes it hold this picture.
    fn load(&mut self, target: &[u32]) {
        let _ = target;
    }

    /// For memory of the renderer's own: copies the picture out of it.
    fn save(&mut self, target: &mut [u32]) {
        let _ = target;
    }
}

impl<F: FnMut(&mut [u32])> Drawing for F {
    fn draw(&mut self, target: &mut [u32]) {
        self(target);
    }
}

/// The limits, vitrine-gfx, and the peers that were asked for.
pub fn chosen(peers: &str) -> Result<Vec<Box<dyn Renderer>>> {
    let mut chosen = limit::all();
    if let Some(avx2) = Level::new().as_avx2() {
        chosen.push(Box::new(gfx::Gfx { name: "vitrine-gfx, AVX2", level: avx2.level() }));
    }
    chosen.push(Box::new(gfx::Gfx { name: "vitrine-gfx, SSE2", level: Level::baseline() }));
    let known = peers_built();
    let names: Vec<_> = known.iter().map(|renderer| renderer.name()).collect();
    let wanted: Vec<_> = peers.split(',').filter(|name| !matches!(*name, "" | "none" | "all")).collect();
    if let Some(wrong) = wanted.iter().find(|name| !names.contains(name)) {
        bail!("there is no peer {wrong}; there are: {}", names.join(", "));
    }
    chosen.extend(known.into_iter().filter(|renderer| peers == "all" || wanted.contains(&renderer.name())));
    Ok(chosen)
}

#[cfg(feature = "peers")]
fn peers_built() -> Vec<Box<dyn Renderer>> {
    vec![
        Box::new(embedded::OwnFramebuffer),
        Box::new(embedded::FrameBufCrate),
        Box::new(skia::TinySkia),
        Box::new(vello::Vello),
        Box::new(pixman::Pixman),
        Box::new(cairo::Cairo),
        Box::new(slint::Slint),
    ]
}

/// Without the feature `peers` there are none.
#[cfg(not(feature = "peers"))]
fn peers_built() -> Vec<Box<dyn Renderer>> {
    vec![]
}

/// Swaps red and blue: XRGB to RGBA and back.
#[cfg(feature = "peers")]
fn rgba(pixel: u32) -> u32 {
    pixel & 0xff00_ff00 | pixel << 16 & 0xff_0000 | pixel >> 16 & 0xff
}
