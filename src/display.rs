//! The display, with frames that can be drawn on.

use alloc::string::String;
use alloc::vec::Vec;

use embedded_graphics::Pixel;
use embedded_graphics::pixelcolor::Rgb888;
use embedded_graphics::prelude::{DrawTarget, OriginDimensions, Size};
use embedded_graphics::primitives::Rectangle;
use vitrine_frontend::device::ConnectorInfo;
use vitrine_frontend::face;
use vitrine_frontend::head::Statistics;
use vitrine_frontend::{Pacing, Presented};
use vitrine_gfx::{Canvas, Surface, View};
use vitrine_seat::machine::Xen;
use vitrine_xen::edid::Mode;
use vitrine_xen::io::displif::nodes::Resolution;

use crate::Error;
use crate::frame_memory::FrameMemory;
use crate::show::{self, Update};

/// A connector that pictures are shown on; [`crate::System::display`] opens the first, [`crate::System::displays`] all.
///
/// The back end may go away and come back at any time, and the toolstack may detach the device and attach another.
/// [`Self::acquire`] then waits for it, and the frame that it lends has age 0.
pub struct Display {
    face: face::Display<Xen>,
    size: Size,
    shown: bool,
}

impl Display {
    pub(crate) fn new(face: face::Display<Xen>, size: Size) -> Self {
        Self { face, size, shown: false }
    }

    /// The mode, in pixels, as of the last frame that was acquired.
    pub fn size(&self) -> Size {
        self.size
    }

    /// Lends out the back buffer to be drawn on, once there is one. Its content is [`Frame::age`] flips old.
    pub async fn acquire(&mut self) -> Result<Frame<'_>, Error> {
        let frame = self.face.acquire().await?;
        let resolution = frame.resolution();
        self.size = Size::new(resolution.width, resolution.height);
        let Ok(surface) = Surface::new(FrameMemory::new(frame.memory()), self.size) else {
            unreachable!("the front end has sized the buffer by its mode");
        };
        Ok(Frame { surface, frame, shown: &mut self.shown })
    }

    /// Brings the screen up to what the view shows, and draws only what has changed since; see [`gfx::canvas`](vitrine_gfx::canvas).
    /// When nothing has, nothing is sent to the back end. Otherwise this resolves as [`Frame::present`] does, and what is not
    /// known to be on the screen is sent again the next time.
    ///
    /// A display has a canvas of its own, kept from one frame to the next. Frames that are drawn and presented otherwise may
    /// come between; the next view is then drawn as a whole, as it is after the back end was away.
    pub async fn show<V: View>(&mut self, canvas: &mut Canvas, view: &V) -> Result<Update, Error> {
        let update = show::show(&mut self.face, &mut self.size, canvas, view).await?;
        if update == Update::Presented(Presented::Shown) {
            note_shown(&mut self.shown);
        }
        Ok(update)
    }

    /// Resolves when the last frame's picture is gone from the screen because the back end has gone. An appliance that
    /// draws only when it has to waits for this too, and then acquires its next frame.
    pub async fn disconnected(&self) {
        self.face.disconnected().await;
    }

    /// Whether a back end is connected now.
    pub fn is_connected(&self) -> bool {
        self.face.is_connected()
    }

    /// The number of the vdispl device that the display is a connector of, from 0.
    pub fn device(&self) -> u32 {
        self.face.card().number()
    }

    /// The number of the connector in its device, from 0.
    pub fn connector(&self) -> usize {
        self.face.connector()
    }

    /// What the toolstack and the display say about it: the name of the back end's output, the model, the size in
    /// millimetres, the modes. `None` when the device that is there now has no such connector.
    pub fn info(&self) -> Option<ConnectorInfo> {
        self.face.info()
    }

    /// Which of the back end's outputs it is, by the name that the back end knows it by, such as `HDMI-A-1`; empty where
    /// the toolstack does not say.
    pub fn unique_id(&self) -> String {
        self.face.info().map_or(String::new(), |info| info.configuration.unique_id)
    }

    /// The modes that the display can be asked for, as it lists them itself; at least one.
    pub fn modes(&self) -> Vec<Mode> {
        self.face.modes()
    }

    /// Changes the mode to one of this size in pixels, and resolves when the back end shows pictures of that size: black
    /// ones, until the next frame is presented. After an error the old mode goes on. It lasts as long as the connection.
    pub async fn set_mode(&mut self, size: Size) -> Result<(), Error> {
        self.face.set_mode(Resolution { width: size.width, height: size.height }).await?;
        self.size = size;
        Ok(())
    }

    /// Makes the display dark and gives its memory back; [`Self::acquire`] waits until [`Self::switch_on`].
    pub fn switch_off(&self) {
        self.face.switch_off();
    }

    /// Shows pictures again, beginning with a frame of age 0.
    pub fn switch_on(&self) {
        self.face.switch_on();
    }

    /// Page flips and what went wrong with them, since the connection was made.
    pub fn statistics(&self) -> Statistics {
        self.face.statistics()
    }

    /// Grants that a back end still maps although their buffers are gone; they end as soon as it lets go.
    pub fn grants_in_quarantine(&self) -> usize {
        self.face.grants_in_quarantine()
    }

    /// Sets when a frame counts as done: at the mode's refresh, or as soon as the back end says so.
    pub fn set_pacing(&self, pacing: Pacing) {
        self.face.set_pacing(pacing);
    }
}

/// The back buffer, lent out: a [`DrawTarget`] straight over the memory that the back end shows.
///
/// Dropping a frame without presenting it gives the buffer back; its content is undefined then.
pub struct Frame<'a> {
    surface: Surface<FrameMemory>,
    frame: face::Frame<'a, Xen>,
    shown: &'a mut bool,
}

impl Frame<'_> {
    /// How many flips old the content is: 1 for what is on the screen now, 2 for what was there before it; 0 when the
    /// content is undefined and the frame has to be drawn whole.
    pub fn age(&self) -> u64 {
        self.frame.age()
    }

    /// The pixels, for what [`DrawTarget`] can't say.
    pub fn surface(&mut self) -> &mut Surface<FrameMemory> {
        &mut self.surface
    }

    /// Sends frames to several displays, one right after the other, and resolves when all are there. What is told is how the
    /// first of them ended that is not on its screen.
    pub async fn present_together(frames: Vec<Self>) -> Result<Presented, Error> {
        let (frames, shown): (Vec<_>, Vec<_>) = frames.into_iter().map(|frame| (frame.frame, frame.shown)).unzip();
        let presented = face::Frame::present_together(frames).await?;
        if presented == Presented::Shown {
            shown.into_iter().for_each(note_shown);
        }
        Ok(presented)
    }

    /// Sends the frame to the screen; resolves when it is there.
    pub async fn present(self) -> Result<Presented, Error> {
        let presented = self.frame.present().await?;
        if presented == Presented::Shown {
            note_shown(self.shown);
        }
        Ok(presented)
    }
}

/// Says, once, that the first picture is on the screen.
fn note_shown(shown: &mut bool) {
    if !core::mem::replace(shown, true) {
        vitrine_seat::machine::milestone("first-flip");
    }
}

impl OriginDimensions for Frame<'_> {
    fn size(&self) -> Size {
        self.surface.size()
    }
}

impl DrawTarget for Frame<'_> {
    type Color = Rgb888;
    type Error = core::convert::Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<Rgb888>>>(&mut self, pixels: I) -> Result<(), Self::Error> {
        self.surface.draw_iter(pixels)
    }

    fn fill_contiguous<I: IntoIterator<Item = Rgb888>>(
        &mut self,
        area: &Rectangle,
        colors: I,
    ) -> Result<(), Self::Error> {
        self.surface.fill_contiguous(area, colors)
    }

    fn fill_solid(&mut self, area: &Rectangle, color: Rgb888) -> Result<(), Self::Error> {
        self.surface.fill_solid(area, color)
    }

    fn clear(&mut self, color: Rgb888) -> Result<(), Self::Error> {
        self.surface.clear(color)
    }
}
