//! Every pixel format of the protocol, from the appliance's memory through the back end's conversion to the screen.

use anyhow::{Context, Result};
use embedded_graphics::prelude::Size;
use vitrine_gfx::format::{self, Formatted};
use vitrine_gfx::{PixelMemory, Surface, testcard};
use vitrine_xen::io::displif::PixelFormat;
use xtask::picture::Picture;

use crate::Case;
use crate::stage::{LIMIT, Stage};

pub const CASES: &[Case] = &[
    ("formats_are_exact_at_an_odd_stride_and_offset", every_format),
    ("formats_follow_each_other_in_one_connection", one_after_the_other),
];

/// The screen's size.
const SCREEN: Size = Size::new(1024, 768);

/// 1,367 pixels in a row: rows of 2,734 bytes at 16 bits, and of 4,101 at 24, neither of whole words.
const MARGIN: u32 = 343;

fn every_format(stage: &Stage) -> Result<()> {
    PixelFormat::ALL.into_iter().try_for_each(|format| {
        let code = format.code().to_le_bytes().escape_ascii().to_string();
        show_one(stage, format, &code).with_context(|| code)
    })
}

fn show_one(stage: &Stage, format: PixelFormat, code: &str) -> Result<()> {
    let scene = stage.scene()?;
    let guest = scene.guest("formats", |config| config.command_line = format!("format={code} margin={MARGIN}"))?;
    guest.wait_line(&format!("formats: {code} is shown"), LIMIT)?;
    stage.screen()?.expect_equal(&expected(format, MARGIN))
}

fn one_after_the_other(stage: &Stage) -> Result<()> {
    let scene = stage.scene()?;
    let guest = scene.guest("formats", |config| config.command_line = "seconds=0".into())?;
    guest.wait_line("formats: all were shown", LIMIT)?;
    stage.screen()?.expect_equal(&expected(*PixelFormat::ALL.last().context("there are formats")?, 0))
}

/// What the screen has to show, as gfx draws it here, and as it reads its own pixels back.
fn expected(format: PixelFormat, margin: u32) -> Picture {
    let size = SCREEN + Size::new_equal(margin);
    let bytes = vec![0u8; 4 * ((size.width + 1) * size.height) as usize];
    let x = if format == PixelFormat::Yuyv { margin & !1 } else { margin };
    match format {
        PixelFormat::Xrgb8888 => part(vec![0u32; (size.width * size.height) as usize], size, (x, margin)),
        PixelFormat::Argb8888 => part(Formatted::<format::Argb8888, _>::new(bytes), size, (x, margin)),
        PixelFormat::Rgb888 => part(Formatted::<format::Rgb888, _>::new(bytes), size, (x, margin)),
        PixelFormat::Rgb565 => part(Formatted::<format::Rgb565, _>::new(bytes), size, (x, margin)),
        PixelFormat::Xrgb4444 => part(Formatted::<format::Xrgb4444, _>::new(bytes), size, (x, margin)),
        PixelFormat::Argb4444 => part(Formatted::<format::Argb4444, _>::new(bytes), size, (x, margin)),
        PixelFormat::Xrgb1555 => part(Formatted::<format::Xrgb1555, _>::new(bytes), size, (x, margin)),
        PixelFormat::Argb1555 => part(Formatted::<format::Argb1555, _>::new(bytes), size, (x, margin)),
        PixelFormat::Yuyv => part(format::Yuyv::new(bytes), size, (x, margin)),
    }
}

/// The card, and of it what the screen shows from this place on.
fn part<M: PixelMemory>(memory: M, size: Size, (left, top): (u32, u32)) -> Picture {
    let mut surface = Surface::new(memory, size).expect("the buffer has the picture's size");
    testcard::draw(&mut surface, 1);
    let stride = surface.stride();
    let memory = surface.into_memory();
    let mut row = vec![0; SCREEN.width as usize];
    let mut rgb = Vec::new();
    for y in top..top + SCREEN.height {
        memory.read(y as usize * stride + left as usize * M::BYTES, &mut row);
        rgb.extend(row.iter().flat_map(|pixel| [(pixel >> 16) as u8, (pixel >> 8) as u8, *pixel as u8]));
    }
    Picture { width: SCREEN.width, height: SCREEN.height, rgb }
}
