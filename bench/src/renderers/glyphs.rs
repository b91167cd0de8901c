//! Glyphs for renderers that draw coverage and leave fonts to others: rasterised by fontdue, once.

use std::collections::HashMap;

use embedded_graphics::geometry::Point;
use fontdue::{Font, FontSettings};
use vitrine_scenes::{Face, Item, Scene};

/// The font file of a face.
pub fn file(face: Face) -> &'static [u8] {
    match face.weight() {
        "Medium" => include_bytes!("../../../gfx/fonts/Roboto-Medium.ttf"),
        "Light" => include_bytes!("../../../gfx/fonts/Roboto-Light.ttf"),
        _ => include_bytes!("../../../gfx/fonts/Roboto-Regular.ttf"),
    }
}

/// A glyph: coverage, rows without a gap.
pub struct Glyph {
    pub width: usize,
    pub height: usize,
    /// From the pen to the left edge, in pixels.
    pub left: i32,
    /// From the baseline up to the top edge, in pixels.
    pub top: i32,
    /// How far the pen moves, in pixels.
    pub advance: f32,
    pub coverage: Vec<u8>,
}

/// All glyphs of a scene, by the number of their face and the character.
pub struct Glyphs(Vec<Vec<Option<Glyph>>>);

/// No scene has a character from here on.
const CHARACTERS: usize = 0x2100;

impl Glyphs {
    pub fn new(scene: &Scene) -> Self {
        let empty = || std::iter::repeat_with(|| None).take(CHARACTERS).collect::<Vec<_>>();
        let mut glyphs: Vec<_> = Face::ALL.iter().map(|_| empty()).collect();
        let mut fonts = HashMap::new();
        for item in &scene.items {
            let Item::Text(_, text, face, _) = item else { continue };
            let font = fonts.entry(*face).or_insert_with(|| {
                Font::from_bytes(file(*face), FontSettings::default()).expect("the font files are in order")
            });
            for character in text.chars() {
                glyphs[*face as usize][character as usize]
                    .get_or_insert_with(|| rasterised(font, character, face.em()));
            }
        }
        Self(glyphs)
    }

    /// Each character of a line, and where its glyph's top left corner is. The pen moves by parts of pixels, and glyphs stand on whole
    /// ones.
    pub fn line<'g>(&'g self, text: &'g str, face: Face, at: Point) -> impl Iterator<Item = (char, Point)> {
        let mut pen = 0.0;
        text.chars().filter_map(move |character| {
            let glyph = self.0[face as usize][character as usize].as_ref()?;
            let place = at + Point::new((pen + 0.5_f32) as i32 + glyph.left, -glyph.top);
            pen += glyph.advance;
            Some((character, place))
        })
    }

    /// Every glyph that there is.
    pub fn all(&self) -> impl Iterator<Item = (Face, char, &Glyph)> {
        Face::ALL.into_iter().zip(&self.0).flat_map(|(face, glyphs)| {
            glyphs
                .iter()
                .enumerate()
                .filter_map(move |(code, glyph)| Some((face, char::from_u32(code as u32)?, glyph.as_ref()?)))
        })
    }
}

fn rasterised(font: &Font, character: char, em: f32) -> Glyph {
    let (metrics, coverage) = font.rasterize(character, em);
    Glyph {
        width: metrics.width,
        height: metrics.height,
        left: metrics.xmin,
        top: metrics.ymin + metrics.height as i32,
        advance: metrics.advance_width,
        coverage,
    }
}
