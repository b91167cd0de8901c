//! Views on a screen: nothing is drawn or sent that is there already.
//!
//! This knows the front end's face and the canvas, and no machine, so that tests run it against both protocol engines.

use embedded_graphics::prelude::Size;
use vitrine_frontend::{Display, Error, Flip, Frame, Presented};
use vitrine_gfx::{Canvas, Composed, PictureId, Surface, View};
use vitrine_xen::platform::FrontPlatform;

use crate::frame_memory::FrameMemory;

/// What became of a view that was to be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Update {
    /// It is on the screen already: nothing was drawn, nothing was sent.
    Unchanged,
    /// It was presented, and this is how that ended.
    Presented(Presented),
}

/// Shows a view. `size` is the mode as far as it is known, and as it was found to be afterwards.
pub async fn show<P: FrontPlatform, V: View>(
    display: &mut Display<P>,
    size: &mut Size,
    canvas: &mut Canvas,
    view: &V,
) -> Result<Update, Error> {
    let mut composed = compose(canvas, *size, view);
    if composed.is(display.on_screen().map(name)) {
        return Ok(Update::Unchanged);
    }
    let mut frame = display.acquire().await?;
    let mode = size_of(&frame);
    if mode != *size {
        *size = mode;
        composed = compose(canvas, mode, view);
    }
    let mut buffer = surface(FrameMemory::new(frame.memory()), mode);
    let last = frame.front().map(|(flip, _)| name(flip));
    let front = frame.front().map(|(_, memory)| surface(FrameMemory::new(memory), mode));
    let painted = composed.paint(&mut buffer, frame.age(), last, front.as_ref());
    // What was painted counts as presented from here on, even if nobody waits until it is on the screen.
    if let Some(flip) = frame.send() {
        painted.presented(name(flip));
    }
    Ok(Update::Presented(frame.sent().await?))
}

fn compose<'c, V: View>(canvas: &'c mut Canvas, size: Size, view: &'c V) -> Composed<'c, V> {
    let Ok(composed) = canvas.compose(size, view) else {
        unreachable!("no mode is larger than a surface may be");
    };
    composed
}

fn surface(memory: FrameMemory, size: Size) -> Surface<FrameMemory> {
    let Ok(surface) = Surface::new(memory, size) else {
        unreachable!("the front end has sized the buffer by its mode");
    };
    surface
}

fn size_of<P: FrontPlatform>(frame: &Frame<'_, P>) -> Size {
    let mode = frame.resolution();
    Size::new(mode.width, mode.height)
}

/// A flip names the picture that it has brought to the screen.
fn name(flip: Flip) -> PictureId {
    let (framebuffer, number) = flip.numbers();
    PictureId(framebuffer, number)
}
