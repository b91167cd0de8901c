//! Paragraphs: lines are as wide as they may be, and nothing is lost unless an ellipsis says so.

use embedded_graphics::{pixelcolor::Rgb888, prelude::*, primitives::Rectangle};
use proptest::prelude::*;
use unicode_linebreak::linebreaks;
use vitrine_gfx::{
    Surface,
    text::{Align, Font, LineEnd, Paragraph, TextStyle, Vertical, fonts},
};

const COLOR: Rgb888 = Rgb888::WHITE;

fn paragraph(font: &'static Font, width: u32, height: u32) -> Paragraph<'static> {
    Paragraph::new(TextStyle::new(font, COLOR), Rectangle::new(Point::new(3, 4), Size::new(width, height)))
}

fn visible(text: &str) -> String {
    text.chars().filter(|character| !character.is_whitespace()).collect()
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "([a-zA-Z.,]{1,9} {1,2}){0,20}",
        2 => "[a-z -\u{2014}/\n]{0,60}",
        1 => "([a-z\u{ad}]{1,9} ?){0,10}",
        1 => "[a-z 一-五ก-ญ\u{200b}\u{2028}\r\n]{0,30}",
        1 => any::<String>(),
    ]
}

/// The lines by their definition: the longest piece between two places for a break that has room.
fn reference(font: &Font, text: &str, width: i32) -> Vec<String> {
    let breaks: Vec<usize> = linebreaks(text).map(|(at, _)| at).collect();
    let must: Vec<usize> = linebreaks(text)
        .filter(|(_, kind)| *kind == unicode_linebreak::BreakOpportunity::Mandatory)
        .map(|(at, _)| at)
        .collect();
    let (mut start, mut lines) = (0, vec![]);
    while !text[start..].trim_start().is_empty() {
        let last = must.iter().copied().find(|&end| end > start).unwrap();
        let fits = |end: usize| font.measure(text[start..end].trim_end()) <= width;
        let ends = breaks.iter().copied().filter(|&end| end > start && end <= last);
        let end = ends.take_while(|&end| fits(end)).last().unwrap_or_else(|| {
            let characters = text[start..].char_indices().map(|(at, character)| start + at + character.len_utf8());
            let fitting = characters.enumerate().take_while(|&(index, end)| index == 0 || fits(end));
            fitting.last().unwrap().1
        });
        lines.push(text[start..end].trim_end().to_owned());
        start = end;
    }
    lines
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    /// Without an ellipsis, all of the text is there, and no line is wider than the box but for single characters.
    #[test]
    fn nothing_is_lost(text in text(), width in 0u32..400) {
        let lines: Vec<_> = paragraph(&fonts::REGULAR_17, width, 100_000).lines(&text).collect();
        for line in &lines {
            prop_assert!(line.width <= width as i32 || line.text.chars().count() <= 1, "{:?}", line);
            prop_assert_ne!(line.end, LineEnd::Cut);
            prop_assert_eq!(line.width, fonts::REGULAR_17.measure(line.text) + fonts::REGULAR_17.measure(line.suffix));
        }
        let shown: String = lines.iter().map(|line| line.text).collect();
        prop_assert_eq!(visible(&shown), visible(&text));
    }

    /// A line takes all that has room.
    #[test]
    fn lines_are_as_long_as_they_may_be(text in text(), width in 0u32..400) {
        // A soft hyphen's width depends on whether the line ends there.
        let text = text.replace('\u{ad}', "");
        let shown = paragraph(&fonts::MEDIUM_13, width, 100_000).lines(&text).map(|line| line.text.to_owned());
        prop_assert_eq!(shown.collect::<Vec<_>>(), reference(&fonts::MEDIUM_13, &text, width as i32));
    }

    /// With fewer lines than needed, the last one ends with an ellipsis and has room; those before are as they were.
    #[test]
    fn the_last_line_says_that_there_is_more(text in text(), width in 30u32..400, max in 1usize..5) {
        let whole: Vec<_> = paragraph(&fonts::REGULAR_17, width, 100_000).lines(&text).collect();
        let cut: Vec<_> = paragraph(&fonts::REGULAR_17, width, 100_000).max_lines(max).lines(&text).collect();
        prop_assert_eq!(cut.len(), whole.len().min(max));
        if whole.len() <= max {
            prop_assert_eq!(cut, whole);
        } else {
            prop_assert_eq!(&cut[..max - 1], &whole[..max - 1]);
            let last = cut[max - 1];
            prop_assert_eq!((last.suffix, last.end), ("…", LineEnd::Cut));
            prop_assert!(last.width <= width as i32);
        }
    }

    /// What is drawn stays in the box but for what letters reach beyond their line, whatever the alignment.
    #[test]
    fn drawn_in_the_box(text in "[a-zA-Z ,.\n]{0,80}", width in 60u32..180, height in 24u32..90, how in 0usize..12) {
        let area = Rectangle::new(Point::new(30, 20), Size::new(width, height));
        let align = [Align::Left, Align::Center, Align::Right, Align::Justified][how % 4];
        let vertical = [Vertical::Top, Vertical::Middle, Vertical::Bottom][how / 4];
        let style = TextStyle::new(&fonts::REGULAR_17, COLOR).aligned(align);
        let mut surface = Surface::new(vec![0; 240 * 130], Size::new(240, 130)).unwrap();
        Paragraph::new(style, area).vertical(vertical).draw(&mut surface, &text);
        let beyond = area.offset(3);
        for (index, pixel) in surface.into_memory().into_iter().enumerate() {
            let point = Point::new(index as i32 % 240, index as i32 / 240);
            prop_assert!(pixel == 0 || beyond.contains(point), "{} is outside of {:?}", point, area);
        }
    }

    /// No box and no text make it panic.
    #[test]
    fn no_box_panics(text in any::<String>(), x: i32, y: i32, width: u32, height: u32, spacing: u16, how in 0usize..12) {
        let align = [Align::Left, Align::Center, Align::Right, Align::Justified][how % 4];
        let vertical = [Vertical::Top, Vertical::Middle, Vertical::Bottom][how / 4];
        let mut surface = Surface::new(vec![0; 240 * 130], Size::new(240, 130)).unwrap();
        for (x, y) in [(x, y), (x % 300, y % 200), (i32::MIN, i32::MAX)] {
            let area = Rectangle::new(Point::new(x, y), Size::new(width, height));
            let style = TextStyle::new(&fonts::LIGHT_47, COLOR).aligned(align);
            let paragraph = Paragraph::new(style, area).vertical(vertical).line_spacing(spacing);
            paragraph.draw(&mut surface, &text);
            paragraph.fitted(&fonts::REGULAR, &text).draw(&mut surface, &text);
        }
    }
}

#[test]
fn words_are_divided_at_soft_hyphens() {
    let text = "Donau\u{ad}dampf\u{ad}schiff";
    let lines = |width| paragraph(&fonts::REGULAR_17, width, 1000).lines(text).collect::<Vec<_>>();
    let [one] = lines(400)[..] else { panic!("one line") };
    assert_eq!((one.suffix, one.width), ("", fonts::REGULAR_17.measure("Donaudampfschiff")));
    let two = lines(one.width as u32 - 1);
    assert_eq!((two[0].text, two[0].suffix), ("Donau\u{ad}dampf\u{ad}", "-"));
    assert_eq!(two[1].text, "schiff");
}

#[test]
fn the_largest_font_that_fits_is_taken() {
    let text = "Platform 9: the train to Wien is 5 minutes late";
    let in_box = |width, height| paragraph(&fonts::REGULAR_13, width, height).fitted(&fonts::REGULAR, text);
    assert!(core::ptr::eq(in_box(1000, 40).font(), fonts::REGULAR[5]));
    assert!(core::ptr::eq(in_box(20, 20).font(), fonts::REGULAR[0]), "nothing fits");
    let between = in_box(200, 60);
    assert!(between.measure(text).height <= 60 && between.lines(text).all(|line| line.end != LineEnd::Cut));
    assert!(!core::ptr::eq(between.font(), fonts::REGULAR[0]));
}

#[test]
fn justified_lines_reach_the_edge() {
    let style = TextStyle::new(&fonts::REGULAR_17, COLOR).aligned(Align::Justified);
    let paragraph = Paragraph::new(style, Rectangle::new(Point::zero(), Size::new(200, 200)));
    let text = "Words that need more than a single line to say what they say";
    let mut surface = Surface::new(vec![0; 220 * 200], Size::new(220, 200)).unwrap();
    paragraph.draw(&mut surface, text);
    let lines: Vec<_> = paragraph.lines(text).collect();
    assert!(lines.len() > 2);
    let rightmost = |line: usize| {
        let rows = line as u32 * fonts::REGULAR_17.line_height() as u32
            ..(line as u32 + 1) * fonts::REGULAR_17.line_height() as u32;
        let lit = |x: &i32| rows.clone().any(|y| surface.pixel(Point::new(*x, y as i32)).unwrap() != Rgb888::BLACK);
        (0..220).rev().find(lit).unwrap()
    };
    for line in 0..lines.len() - 1 {
        assert!((196..=201).contains(&rightmost(line)), "line {line} ends at {}", rightmost(line));
    }
    assert!(rightmost(lines.len() - 1) < 190, "the last line is not stretched");
}

#[test]
fn nothing_is_allocated() {
    let text = "Words that need more than a single line, Donau\u{ad}dampf\u{ad}schiff, 漢字\nand the end.";
    let mut surface = Surface::new(vec![0; 220 * 200], Size::new(220, 200)).unwrap();
    let allocated = allocation_counter::measure(|| {
        let paragraph = paragraph(&fonts::REGULAR_17, 150, 60).fitted(&fonts::REGULAR, text);
        paragraph.measure(text);
        paragraph.draw(&mut surface, text);
    });
    assert_eq!(allocated.count_total, 0);
}
