//! Which characters stand closer together or further apart than their advances say.

use std::collections::BTreeMap;
use ttf_parser::{
    Face, GlyphId,
    gpos::{PairAdjustment, PositioningSubtable},
};

/// Pairs as a matrix of classes: characters that behave alike on the left of others share a row, those that behave alike
/// on the right a column. One look-up finds a pair, in a few hundred bytes.
pub struct Kerning {
    /// The row of each character.
    pub rows: Vec<u8>,
    /// The column of each character.
    pub columns: Vec<u8>,
    /// Row by row, in 1/512 em, negative when closer.
    pub units: Vec<i8>,
}

impl Kerning {
    /// The kerning between these characters. What exceeds 255 classes stands as far apart as its advance says.
    pub fn of(face: &Face<'_>, characters: &[char]) -> Self {
        let pair = |left: char, right: char| between(face, left, right);
        let row = |left: &char| characters.iter().map(|right| pair(*left, *right)).collect::<Vec<_>>();
        let all: Vec<Vec<i8>> = characters.iter().map(row).collect();
        let (rows, row_count) = classes(all.iter().cloned());
        let column = |index: usize| all.iter().map(|row| row[index]).collect::<Vec<_>>();
        let (columns, column_count) = classes((0..characters.len()).map(column));

        let mut units = vec![0; row_count * column_count];
        for (row, values) in rows.iter().zip(&all) {
            for (column, &value) in columns.iter().zip(values) {
                if *row == UNCLASSED || *column == UNCLASSED {
                    continue;
                }
                units[usize::from(*row) * column_count + usize::from(*column)] = value;
            }
        }
        Self { rows, columns, units }
    }
}

/// The class of characters for which there was no class left; it has no kerning.
const UNCLASSED: u8 = u8::MAX;

/// Numbers what is equal alike, in the order of appearance, and counts how many kinds there are.
fn classes(lines: impl Iterator<Item = Vec<i8>>) -> (Vec<u8>, usize) {
    let mut known = BTreeMap::new();
    let mut number = |line| {
        let next = known.len().min(usize::from(UNCLASSED));
        *known.entry(line).or_insert(next) as u8
    };
    let classes = lines.map(&mut number).collect();
    (classes, known.len().min(usize::from(UNCLASSED) + 1))
}

/// In 1/512 em, at most a quarter of it either way.
fn between(face: &Face<'_>, left: char, right: char) -> i8 {
    // Digits stay in columns.
    if left.is_ascii_digit() && right.is_ascii_digit() {
        return 0;
    }
    let (Some(left), Some(right)) = (face.glyph_index(left), face.glyph_index(right)) else { return 0 };
    let units = positioned(face, left, right).unwrap_or_else(|| listed(face, left, right));
    (f32::from(units) * 512.0 / f32::from(face.units_per_em())).round() as i8
}

/// By the GPOS table; `None` when there is none.
fn positioned(face: &Face<'_>, left: GlyphId, right: GlyphId) -> Option<i16> {
    let lookups = face.tables().gpos?.lookups;
    for lookup in lookups {
        for subtable in lookup.subtables.into_iter::<PositioningSubtable>() {
            let PositioningSubtable::Pair(pair) = subtable else { continue };
            // The first subtable that knows the pair decides.
            let adjustment = match pair {
                PairAdjustment::Format1 { coverage, sets } => {
                    coverage.get(left).and_then(|index| sets.get(index)).and_then(|set| set.get(right))
                }
                PairAdjustment::Format2 { coverage, classes, matrix } => {
                    coverage.get(left).and_then(|_| matrix.get((classes.0.get(left), classes.1.get(right))))
                }
            };
            if let Some((record, _)) = adjustment {
                return Some(record.x_advance);
            }
        }
    }
    Some(0)
}

/// By the older `kern` table.
fn listed(face: &Face<'_>, left: GlyphId, right: GlyphId) -> i16 {
    let subtables = face.tables().kern.into_iter().flat_map(|table| table.subtables);
    subtables.filter(|table| table.horizontal).find_map(|table| table.glyphs_kerning(left, right)).unwrap_or(0)
}
