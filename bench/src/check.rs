//! Whether all contestants draw the same picture, so that none is measured drawing nothing.

use std::{fs::File, io::BufWriter, path::Path};

use anyhow::{Context, Result, bail};
use vitrine_gfx::Surface;
use vitrine_scenes::{HEIGHT, Item, PIXELS, Scene, WIDTH, paint};

use crate::{measure::Contestant, renderers::Kind};

/// By how much, in 1/255, the means of a block's channels may differ on average, over the blocks that the scene changes.
/// Renderers cover edges a little differently, some have no kerning, and glyphs stand on whole or on parts of pixels.
const MEAN_DIFFERENCE: f64 = 12.0;

/// Width and height of a block, in pixels.
const BLOCK: (usize, usize) = (32, 24);

/// Draws the scene with each contestant and compares with what vitrine-gfx draws.
pub fn pictures(
    scene: &Scene,
    contestants: &mut [Contestant],
    target: &mut [u32],
    folder: Option<&Path>,
) -> Result<()> {
    let mut below = vec![0; PIXELS];
    draw(&scene.below, &mut below);
    let mut expected = below.clone();
    draw(&scene.items, &mut expected);
    for contestant in contestants {
        target.copy_from_slice(&below);
        contestant.drawing.load(target);
        contestant.drawing.draw(target);
        contestant.drawing.save(target);
        if let Some(folder) = folder {
            save(&folder.join(format!("{}-{}.png", scene.name, contestant.name.replace(' ', "-"))), target)?;
        }
        // memset can't write the color.
        let mean = difference(&below, &expected, target);
        if mean > MEAN_DIFFERENCE && !(contestant.kind == Kind::Limit && contestant.name == "memset") {
            bail!("{} draws something else as {}: the mean difference is {mean:.1}", contestant.name, scene.name);
        }
    }
    Ok(())
}

fn draw(items: &[Item], pixels: &mut [u32]) {
    let size = embedded_graphics::geometry::Size::new(WIDTH as u32, HEIGHT as u32);
    paint(&mut Surface::new(pixels, size).expect("the size fits"), items);
}

/// The mean difference of the channels' means of those blocks that one of two pictures has changed.
fn difference(below: &[u32], expected: &[u32], drawn: &[u32]) -> f64 {
    let (mut sum, mut count) = (0.0, 0);
    for block in 0..PIXELS / (BLOCK.0 * BLOCK.1) {
        let [below, expected, drawn] = [below, expected, drawn].map(|pixels| means(pixels, block));
        if below != expected || below != drawn {
            sum += expected.iter().zip(drawn).map(|(one, other)| (one - other).abs()).sum::<f64>();
            count += 3;
        }
    }
    sum / f64::from(count.max(1))
}

/// The means of a block's channels.
fn means(pixels: &[u32], block: usize) -> [f64; 3] {
    let across = WIDTH / BLOCK.0;
    let start = block / across * BLOCK.1 * WIDTH + block % across * BLOCK.0;
    let rows = (0..BLOCK.1).flat_map(|row| &pixels[start + row * WIDTH..][..BLOCK.0]);
    let sums = rows.fold([0; 3], |sums, pixel| {
        let channels = pixel.to_le_bytes();
        std::array::from_fn(|channel| sums[channel] + u32::from(channels[channel]))
    });
    sums.map(|sum| f64::from(sum) / (BLOCK.0 * BLOCK.1) as f64)
}

fn save(file: &Path, pixels: &[u32]) -> Result<()> {
    let writer = BufWriter::new(File::create(file).with_context(|| format!("can't write {}", file.display()))?);
    let mut encoder = png::Encoder::new(writer, WIDTH as u32, HEIGHT as u32);
    encoder.set_color(png::ColorType::Rgb);
    let bytes: Vec<u8> = pixels
        .iter()
        .flat_map(|pixel| {
            let [blue, green, red, _] = pixel.to_le_bytes();
            [red, green, blue]
        })
        .collect();
    encoder.write_header()?.write_image_data(&bytes)?;
    Ok(())
}
