//! What divides areas: parts stay inside, don't overlap, and waste nothing, whatever the sizes.

use embedded_graphics_core::geometry::{Point, Size};
use embedded_graphics_core::primitives::Rectangle;
use proptest::prelude::*;
use vitrine_kit::layout::{Grid, Length, bounded, centered, column, inset, row, square};

/// Any rectangle, ordinary ones among them.
fn area() -> impl Strategy<Value = Rectangle> {
    let side = || prop_oneof![0_u32..400, Just(u32::MAX), any::<u32>()];
    let at = || prop_oneof![-200..400, Just(i32::MIN), Just(i32::MAX), any::<i32>()];
    (at(), at(), side(), side())
        .prop_map(|(x, y, width, height)| Rectangle::new(Point::new(x, y), Size::new(width, height)))
}

fn length() -> impl Strategy<Value = Length> {
    prop_oneof![
        (0_u32..200).prop_map(Length::Pixels),
        any::<u32>().prop_map(Length::Pixels),
        (0_u32..5).prop_map(Length::Share),
        any::<u32>().prop_map(Length::Share),
    ]
}

/// The edges of an area, in numbers that don't overflow.
fn edges(area: &Rectangle) -> [i64; 4] {
    let (x, y) = (i64::from(area.top_left.x), i64::from(area.top_left.y));
    [x, y, x + i64::from(area.size.width), y + i64::from(area.size.height)]
}

fn is_within(part: &Rectangle, whole: &Rectangle) -> bool {
    let ([left, top, right, bottom], [from_x, from_y, to_x, to_y]) = (edges(part), edges(whole));
    left >= from_x && top >= from_y && right <= to_x && bottom <= to_y
}

fn overlap(one: &Rectangle, other: &Rectangle) -> bool {
    let ([left, top, right, bottom], [from_x, from_y, to_x, to_y]) = (edges(one), edges(other));
    left.max(from_x) < right.min(to_x) && top.max(from_y) < bottom.min(to_y)
}

fn check_parts(parts: &[Rectangle], whole: &Rectangle) -> Result<(), TestCaseError> {
    for (index, part) in parts.iter().enumerate() {
        prop_assert!(is_within(part, whole), "{part:?} is not within {whole:?}");
        for other in &parts[index + 1..] {
            prop_assert!(!overlap(part, other), "{part:?} and {other:?} overlap");
        }
    }
    Ok(())
}

#[test]
fn lengths_are_served_in_their_order() {
    let area = Rectangle::new(Point::new(10, 20), Size::new(100, 30));
    let widths = |lengths| row(area, 5, lengths).map(|part| (part.top_left.x, part.size.width));
    assert_eq!(widths([Length::Pixels(20), Length::Share(1), Length::Share(2)]), [(10, 20), (35, 23), (63, 47)]);
    assert_eq!(widths([Length::Pixels(80), Length::Share(1), Length::Pixels(20)]), [(10, 80), (95, 0), (100, 10)]);
    assert_eq!(square(area), Rectangle::new(Point::new(45, 20), Size::new(30, 30)));
    assert_eq!(inset(area, 16), Rectangle::new(Point::new(26, 35), Size::new(68, 0)));
    let grid = Grid::new(area, 3, 2, 2);
    assert_eq!(grid.cell(1, 1), Rectangle::new(Point::new(44, 36), Size::new(32, 14)));
    assert_eq!(grid.span(0, 0, 3, 2), area);
}

proptest! {
    #[test]
    fn rows_and_columns(area in area(), gap in prop_oneof![0_u32..40, any::<u32>()], kinds in [length(), length(), length(), length(), length()]) {
        let whole = bounded(area);
        check_parts(&row(area, gap, kinds), &whole)?;
        check_parts(&column(area, gap, kinds), &whole)?;
        // Where there is something to share, nothing is wasted.
        let shares = kinds.iter().any(|kind| matches!(kind, Length::Share(1..)));
        let gaps = gap.saturating_mul(4);
        if shares && gaps <= whole.size.width {
            let used: u32 = row(area, gap, kinds).iter().map(|part| part.size.width).sum();
            prop_assert_eq!(used + gaps, whole.size.width);
        }
    }

    #[test]
    fn grids(area in area(), columns in prop_oneof![0_u32..9, any::<u32>()], rows in prop_oneof![0_u32..9, any::<u32>()], gap in prop_oneof![0_u32..40, any::<u32>()]) {
        let grid = Grid::new(area, columns, rows, gap);
        let cells: Vec<_> = (0..columns.min(6)).flat_map(|column| (0..rows.min(6)).map(move |row| grid.cell(column, row))).collect();
        check_parts(&cells, &bounded(area))?;
        prop_assert!(is_within(&grid.span(columns / 2, rows / 2, columns, rows), &bounded(area)));
    }

    #[test]
    fn what_is_inside(area in area(), by in prop_oneof![0_u32..300, any::<u32>()], width: u32, height: u32) {
        let whole = bounded(area);
        for part in [inset(area, by), centered(area, Size::new(width, height)), square(area)] {
            prop_assert!(is_within(&part, &whole), "{part:?}");
        }
    }
}
