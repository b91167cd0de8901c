//! A chain of buffers that are shown in turn, as a display has it.

use embedded_graphics::{pixelcolor::Rgb888, prelude::*};
use proptest::test_runner::TestCaseError;
use vitrine_gfx::format::{ByteMemory, Format, Formatted, Yuyv};
use vitrine_gfx::{Canvas, PictureId, PixelMemory, Surface, View};

use crate::operations::Scene;

/// How a picture gets to the screen, or does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// As it should.
    Show,
    /// The front buffer can't be read.
    ShowWithoutFront,
    /// It is painted and never presented.
    Drop,
    /// Before it, somebody else presents a picture in the same chain.
    SomebodyElse,
    /// It is not known what is in the buffer.
    AgeUnknown,
    /// The connection was made anew: all buffers are others.
    NewBuffers,
}

/// Memory for a picture that begins with anything in it.
pub trait Buffer: PixelMemory + PartialEq {
    fn new(size: Size, seed: u8) -> Self;
}

impl Buffer for Vec<u32> {
    fn new(size: Size, seed: u8) -> Self {
        vec![u32::from(seed).wrapping_mul(0x3_0507); (size.width * size.height) as usize]
    }
}

impl<F: Format + PartialEq> Buffer for Formatted<F, Vec<u8>> {
    fn new(size: Size, seed: u8) -> Self {
        let bytes = vec![seed; (size.width as usize * F::BYTES).next_multiple_of(4) * size.height as usize];
        assert_eq!(ByteMemory::len(&bytes), bytes.len());
        Self::new(bytes)
    }
}

impl Buffer for Yuyv<Vec<u8>> {
    fn new(size: Size, seed: u8) -> Self {
        let stride = (size.width as usize * Self::BYTES).next_multiple_of(Self::ALIGNMENT);
        Self::new(vec![seed; stride * size.height as usize])
    }
}

struct Held<B> {
    surface: Surface<B>,
    /// The flip that showed it; 0 when its content is anything.
    flip: u64,
}

/// Buffers, of which one is shown: none before the first flip.
struct Chain<B> {
    buffers: Vec<Held<B>>,
    front: Option<usize>,
    flips: u64,
    connection: u64,
}

impl<B: Buffer> Chain<B> {
    fn new(size: Size, count: usize, connection: u64) -> Self {
        let buffer = |seed| Held { surface: Surface::new(B::new(size, seed), size).unwrap(), flip: 0 };
        let buffers = (0..count as u8).map(|index| buffer(index + 17 * connection as u8)).collect();
        Self { buffers, front: None, flips: 0, connection }
    }

    fn last(&self) -> Option<PictureId> {
        self.front.map(|_| PictureId(self.connection, self.flips))
    }

    /// The buffer that is drawn on next: the one that was shown the longest time ago, the only one if need be.
    fn back(&self) -> usize {
        let others = (0..self.buffers.len()).filter(|index| Some(*index) != self.front);
        others.min_by_key(|index| self.buffers[*index].flip).unwrap_or(0)
    }

    fn flip(&mut self, buffer: usize) -> PictureId {
        self.flips += 1;
        self.buffers[buffer].flip = self.flips;
        self.front = Some(buffer);
        PictureId(self.connection, self.flips)
    }
}

/// Shows pictures, each by way of a canvas, and compares each with one that is drawn as a whole.
pub fn play<B: Buffer>(size: Size, buffers: usize, pictures: &[(Scene, Turn)]) -> Result<(), TestCaseError> {
    let mut canvas = Canvas::new();
    let mut chain = Chain::<B>::new(size, buffers, 1);
    for (number, (scene, turn)) in pictures.iter().enumerate() {
        match turn {
            Turn::NewBuffers => chain = Chain::new(size, buffers, chain.connection + 1),
            Turn::SomebodyElse => {
                let back = chain.back();
                chain.buffers[back].surface.clear(Rgb888::new(number as u8, 99, 17)).unwrap();
                chain.flip(back);
            }
            _ => (),
        }
        let expected = whole::<B>(size, scene);
        let composed = canvas.compose(size, scene).unwrap();
        let last = chain.last();
        if composed.is(last) {
            let front = &chain.buffers[chain.front.unwrap()].surface;
            same(front, &expected).map_err(|at| failed(number, "skipped", at))?;
            continue;
        }
        let back = chain.back();
        let age = match chain.buffers[back].flip {
            0 => 0,
            _ if *turn == Turn::AgeUnknown => 0,
            flip => chain.flips + 1 - flip,
        };
        let front = chain.front.filter(|front| *front != back && *turn != Turn::ShowWithoutFront);
        let (buffer, front) = two(&mut chain.buffers, back, front);
        let painted = composed.paint(buffer, age, last, front);
        same(buffer, &expected).map_err(|at| failed(number, "painted", at))?;
        match turn {
            Turn::Drop => {
                drop(painted);
                chain.buffers[back].flip = 0;
                // A single buffer was on the screen, and what was there is gone.
                if chain.front == Some(back) {
                    chain.front = None;
                }
            }
            _ => painted.presented(chain.flip(back)),
        }
    }
    Ok(())
}

fn failed(number: usize, how: &str, at: Point) -> TestCaseError {
    TestCaseError::fail(format!("picture {number}, {how}, is not what it should be at {at}"))
}

/// The picture as it is when all of it is drawn.
fn whole<B: Buffer>(size: Size, scene: &Scene) -> Surface<B> {
    let mut surface = Surface::new(B::new(size, 0xa5), size).unwrap();
    surface.clear(Rgb888::BLACK).unwrap();
    scene.draw(&mut surface);
    surface
}

/// Where the first difference is, if there is one.
fn same<B: Buffer>(one: &Surface<B>, other: &Surface<B>) -> Result<(), Point> {
    if one.memory() == other.memory() {
        return Ok(());
    }
    let differs = |at: &Point| one.pixel(*at) != other.pixel(*at);
    one.bounding_box().points().find(differs).map_or(Ok(()), Err)
}

/// A buffer to be drawn on, and another to be read.
fn two<B>(buffers: &mut [Held<B>], one: usize, other: Option<usize>) -> (&mut Surface<B>, Option<&Surface<B>>) {
    let Some(other) = other else { return (&mut buffers[one].surface, None) };
    let [one, other] = buffers.get_disjoint_mut([one, other]).unwrap();
    (&mut one.surface, Some(&other.surface))
}
