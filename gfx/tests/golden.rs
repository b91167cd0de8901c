//! Golden pictures of text: see the crate `vitrine_golden`.

use embedded_graphics::{pixelcolor::Rgb888, prelude::*, primitives::Rectangle};
use vitrine_gfx::{
    Surface,
    text::{Align, Paragraph, TextStyle, Vertical, fonts},
};

const GROUND: Rgb888 = Rgb888::new(16, 18, 32);
const WRITING: Rgb888 = Rgb888::new(240, 242, 250);

fn sheet(width: u32, height: u32) -> Surface<Vec<u32>> {
    let size = Size::new(width, height);
    let mut surface = Surface::new(vec![0; (width * height) as usize], size).unwrap();
    let Ok(()) = surface.clear(GROUND);
    surface
}

const CARD: Rgb888 = Rgb888::new(30, 33, 54);

#[test]
fn paragraphs() {
    const TEXT: &str = "A display appliance draws on a CPU into plain memory. What limits it should be the memory; what it \
                        shows should look designed, in any box and at any width – even a Donau\u{ad}dampf\u{ad}schiff.";
    let mut surface = sheet(660, 430);
    let aligns = [Align::Left, Align::Center, Align::Right, Align::Justified];
    let boxes =
        (0..6).map(|index| Rectangle::new(Point::new(10 + index % 3 * 216, 10 + index / 3 * 142), Size::new(208, 134)));
    for (index, area) in boxes.enumerate() {
        let Ok(()) = surface.fill_solid(&area, CARD);
        let inside = area.offset(-10);
        let style = TextStyle::new(&fonts::REGULAR_15, WRITING).aligned(aligns[index % 4]);
        let paragraph = Paragraph::new(style, inside);
        match index {
            0..4 => paragraph.draw(&mut surface, TEXT),
            4 => paragraph.vertical(Vertical::Middle).max_lines(3).draw(&mut surface, TEXT),
            _ => paragraph.vertical(Vertical::Bottom).line_spacing(150).draw(&mut surface, TEXT),
        }
    }
    for (index, width) in [120, 200, 296].into_iter().enumerate() {
        let area = Rectangle::new(Point::new([10, 138, 346][index], 300), Size::new(width, 64));
        let Ok(()) = surface.fill_solid(&area, CARD);
        let style = TextStyle::new(&fonts::MEDIUM_13, WRITING).aligned(Align::Center);
        let text = "Departure in 5 minutes";
        let paragraph = Paragraph::new(style, area.offset(-6)).vertical(Vertical::Middle);
        paragraph.fitted(&fonts::MEDIUM, text).draw(&mut surface, text);
    }
    let european = TextStyle::new(&fonts::european::MEDIUM_17, WRITING).aligned(Align::Right);
    european.draw(&mut surface, "„Žluťoučký kůň“ – Größe, œuvre, İstanbul, 5 €", Point::new(650, 400));
    TextStyle::new(&fonts::REGULAR_19, WRITING).draw(&mut surface, "Nobody has 漢字 or 🚆 here", Point::new(10, 400));
    vitrine_golden::check!("paragraphs", 660, &surface.into_memory());
}

#[test]
fn faces_and_sizes() {
    let mut surface = sheet(560, 430);
    let mut y = 8;
    for font in fonts::REGULAR.iter().chain(&fonts::MEDIUM) {
        y += font.ascent();
        TextStyle::new(font, WRITING).draw(&mut surface, "Hamburgefonts, AVATAR To. 1984 °µ", Point::new(10, y));
        y += font.descent() + 2;
    }
    y += fonts::LIGHT_101.cap_height() + 16;
    TextStyle::new(&fonts::LIGHT_72, WRITING).draw(&mut surface, "Wave", Point::new(10, y));
    let clock = TextStyle::new(&fonts::LIGHT_101, WRITING).aligned(Align::Right);
    clock.draw(&mut surface, "16:08", Point::new(550, y));
    vitrine_golden::check!("faces_and_sizes", 560, &surface.into_memory());
}
