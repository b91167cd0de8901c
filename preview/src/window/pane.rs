//! The window itself: made as large as the desktop allows, filled with a picture.

use std::num::NonZeroU32;
use std::rc::Rc;

use embedded_graphics_core::geometry::Point;
use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use softbuffer::{Context, Surface};
use winit::dpi::{PhysicalPosition, PhysicalSize};
use winit::event_loop::ActiveEventLoop;
use winit::window::Window;

use super::fit::Fit;
use crate::error::Error;
use crate::picture::Picture;

/// What is around the picture.
const GROUND: u32 = 0x0020_2020;

/// How much of a desktop's width and height a new window may take, in percent: there are panels and title bars.
const MOST_OF_A_DESKTOP: u32 = 90;

/// A window with a picture.
pub struct Pane {
    window: Rc<Window>,
    surface: Surface<Rc<Window>, Rc<Window>>,
    resizer: Resizer,
    fit: Fit,
    pointer: Point,
}

impl Pane {
    /// Opens a window in which this picture fits.
    pub fn open(event_loop: &ActiveEventLoop, picture: &Picture) -> Result<Self, Error> {
        let program = std::env::current_exe().ok();
        let name = program.as_deref().and_then(|path| path.file_name()).unwrap_or_default().to_string_lossy();
        let size = first_size(event_loop, picture);
        let attributes = Window::default_attributes().with_title(format!("{name} - Vitrine")).with_inner_size(size);
        let window = Rc::new(event_loop.create_window(attributes).map_err(Error::no_desktop)?);
        let context = Context::new(window.clone()).map_err(Error::no_desktop)?;
        let surface = Surface::new(&context, window.clone()).map_err(Error::no_desktop)?;
        let fit = Fit::new((picture.width, picture.height), (size.width, size.height));
        Ok(Self { window, surface, resizer: Resizer::new(), fit, pointer: Point::zero() })
    }

    /// Sees to it that the window is drawn again soon.
    pub fn request_redraw(&self) {
        self.window.request_redraw();
    }

    /// Fills the window with a picture.
    pub fn draw(&mut self, picture: &Picture) -> Result<(), Error> {
        let size = self.window.inner_size();
        let (Some(width), Some(height)) = (NonZeroU32::new(size.width), NonZeroU32::new(size.height)) else {
            // A window without pixels shows nothing.
            return Ok(());
        };
        self.fit = Fit::new((picture.width, picture.height), (size.width, size.height));
        self.surface.resize(width, height).map_err(Error::window)?;
        let mut buffer = self.surface.buffer_mut().map_err(Error::window)?;
        buffer.fill(GROUND);
        let fit = self.fit;
        let scaled = if fit.width < picture.width { scaled_down(&mut self.resizer, picture, fit) } else { None };
        let shown = scaled.as_ref().unwrap_or(picture);
        let times = (fit.width / shown.width).max(1) as usize;
        let rows = buffer.chunks_exact_mut(size.width as usize).skip(fit.top as usize).take(fit.height as usize);
        for (y, row) in rows.enumerate() {
            let source = shown.row(y / times);
            let row = &mut row[fit.left as usize..][..fit.width as usize];
            for (pixels, pixel) in row.chunks_mut(times).zip(source) {
                pixels.fill(*pixel);
            }
        }
        self.window.pre_present_notify();
        buffer.present().map_err(Error::window)
    }

    /// The picture's pixel where the pointer is now.
    pub fn point_at(&mut self, position: PhysicalPosition<f64>) -> Point {
        self.pointer = self.fit.point(position.x, position.y);
        self.pointer
    }

    /// The picture's pixel where the pointer was last.
    pub fn pointer(&self) -> Point {
        self.pointer
    }
}

/// The size of a window in which the picture is as large as the desktop scales other things, or smaller where it has to be.
fn first_size(event_loop: &ActiveEventLoop, picture: &Picture) -> PhysicalSize<u32> {
    let monitor = event_loop.primary_monitor().or_else(|| event_loop.available_monitors().next());
    let times = monitor.as_ref().map_or(1, |monitor| (monitor.scale_factor() as u32).max(1));
    let most = monitor.map(|monitor| monitor.size()).filter(|size| size.width > 0 && size.height > 0);
    let most = most.map_or((u32::MAX, u32::MAX), |size| (part_of(size.width), part_of(size.height)));
    let wanted = (picture.width * times, picture.height * times);
    let room = (wanted.0.min(most.0), wanted.1.min(most.1));
    let fit = Fit::new((picture.width, picture.height), room);
    PhysicalSize::new(fit.width, fit.height)
}

fn part_of(length: u32) -> u32 {
    (u64::from(length) * u64::from(MOST_OF_A_DESKTOP) / 100).max(1) as u32
}

/// The picture with every pixel weighed in, in the size that fits.
fn scaled_down(resizer: &mut Resizer, picture: &Picture, fit: Fit) -> Option<Picture> {
    let bytes = bytemuck::cast_slice(&picture.pixels);
    let source = ImageRef::new(picture.width, picture.height, bytes, PixelType::U8x4).ok()?;
    let mut scaled = Picture::black(fit.width, fit.height);
    let bytes = bytemuck::cast_slice_mut(&mut scaled.pixels);
    let mut target = Image::from_slice_u8(fit.width, fit.height, bytes, PixelType::U8x4).ok()?;
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear)).use_alpha(false);
    resizer.resize(&source, &mut target, &options).ok()?;
    Some(scaled)
}
