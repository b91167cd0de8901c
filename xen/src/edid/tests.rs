use super::timing::Timing;
use super::*;
use proptest::prelude::*;
use std::vec;

/// What displ_be answers for a connector of 1920x1080.
const DISPL_BE: [u8; 128] = [
    0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00, 0x60, 0xae, 0x4d, 0x56, 0x05, 0x05, 0x20, 0x20, //
    0x01, 0x1e, 0x01, 0x04, 0xa5, 0x00, 0x00, 0x78, 0x06, 0xee, 0x91, 0xa3, 0x54, 0x4c, 0x99, 0x26, //
    0x0f, 0x50, 0x54, 0x00, 0x00, 0x00, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, //
    0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0xdb, 0x43, 0x80, 0xa0, 0x72, 0x38, 0x25, 0x40, 0xe0, 0x39, //
    0x55, 0x40, 0xf3, 0xa9, 0x21, 0x00, 0x00, 0x18, 0x00, 0x00, 0x00, 0xfc, 0x00, 0x70, 0x76, 0x2d, //
    0x64, 0x69, 0x73, 0x70, 0x6c, 0x61, 0x79, 0x0a, 0x20, 0x20, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, //
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, //
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x61,
];

/// The 18 bytes of 1920x1080 at 60 Hz in CTA-861: clock 148.5 MHz, blanks 280 and 45, 300 by 200 mm.
const FULL_HD: [u8; 18] =
    [0x02, 0x3a, 0x80, 0x18, 0x71, 0x38, 0x2d, 0x40, 0x58, 0x2c, 0x45, 0x00, 0x2c, 0xc8, 0x10, 0x00, 0x00, 0x1e];

fn mode(width: u32, height: u32, refresh_millihertz: u32) -> Mode {
    Mode { width, height, refresh_millihertz, preferred: false }
}

fn preferred(width: u32, height: u32, refresh_millihertz: u32) -> Mode {
    Mode { preferred: true, ..mode(width, height, refresh_millihertz) }
}

/// The base block with nothing in it but what every EDID of ours says.
fn bare() -> Vec<u8> {
    build(&Edid::default())
}

/// Sets bytes and makes the block's checksum right again.
fn with(mut bytes: Vec<u8>, at: usize, values: &[u8]) -> Vec<u8> {
    bytes[at..at + values.len()].copy_from_slice(values);
    let block = at / BLOCK_SIZE * BLOCK_SIZE;
    let last = block + BLOCK_SIZE - 1;
    bytes[last] = checksum(&bytes[block..last]).wrapping_neg();
    bytes
}

/// Adds an extension block that begins with these bytes.
fn extended(bytes: Vec<u8>, begin: &[u8]) -> Vec<u8> {
    let count = bytes.len() / BLOCK_SIZE;
    let mut bytes = with(bytes, base::EXTENSIONS, &[count as u8]);
    bytes.resize((count + 1) * BLOCK_SIZE, 0);
    with(bytes, count * BLOCK_SIZE, begin)
}

fn modes(bytes: &[u8]) -> Vec<Mode> {
    parse(bytes).expect("it is an EDID").modes
}

#[test]
fn the_one_of_displ_be_is_read() {
    let size = PhysicalSize { width_millimetres: 755, height_millimetres: 425 };
    let expected =
        Edid { name: Some("pv-display".into()), size: Some(size), modes: vec![preferred(1920, 1080, 59_998)] };
    assert_eq!(parse(&DISPL_BE), Ok(expected));
}

#[test]
fn what_is_no_edid_is_told_apart() {
    assert_eq!(parse(&[]), Err(EdidError::Short));
    assert_eq!(parse(&DISPL_BE[..127]), Err(EdidError::Short));
    assert_eq!(parse(&[0; 128]), Err(EdidError::Header));
    assert_eq!(parse(&[0xff; 32768]), Err(EdidError::Header));
    assert_eq!(parse(&with(bare(), base::VERSION, &[2])), Err(EdidError::Version(2)));
}

#[test]
fn every_wrong_bit_is_noticed() {
    for bit in 64..DISPL_BE.len() * 8 {
        let mut bytes = DISPL_BE;
        bytes[bit / 8] ^= 1 << (bit % 8);
        assert!(parse(&bytes).is_err(), "bit {bit}");
    }
}

#[test]
fn checksums_of_extensions_count() {
    let mut bytes = extended(extended(bare(), &[2, 3, 4]), &[2, 3, 4]);
    assert!(parse(&bytes).is_ok());
    bytes[2 * BLOCK_SIZE + 50] ^= 1;
    assert_eq!(parse(&bytes), Err(EdidError::Checksum(2)));
}

#[test]
fn missing_extensions_are_noticed_and_further_bytes_are_not_looked_at() {
    let bytes = with(bare(), base::EXTENSIONS, &[255]);
    assert_eq!(parse(&bytes), Err(EdidError::Extensions { counted: 255, there: 0 }));
    let bytes = extended(bare(), &[2, 3, 4]);
    assert_eq!(parse(&bytes[..255]), Err(EdidError::Extensions { counted: 1, there: 0 }));
    let mut bytes = bare();
    bytes.resize(32768, 0xa5);
    assert_eq!(parse(&bytes), parse(&bare()));
}

#[test]
fn an_edid_may_say_nothing() {
    assert_eq!(parse(&bare()), Ok(Edid::default()));
    assert_eq!(parse(&bare()).unwrap().preferred(), None);
}

#[test]
fn the_first_detailed_timing_is_preferred_where_the_edid_says_so() {
    let bytes = with(bare(), base::DESCRIPTORS, &FULL_HD);
    assert_eq!(modes(&bytes), [preferred(1920, 1080, 60_000)]);
    let old = with(bytes, base::REVISION, &[2]);
    assert_eq!(modes(&old), [preferred(1920, 1080, 60_000)], "by its bit");
    let silent = with(old, base::FEATURES, &[0]);
    assert_eq!(modes(&silent), [mode(1920, 1080, 60_000)]);
    let second = with(bare(), base::DESCRIPTORS + 18, &FULL_HD);
    assert_eq!(modes(&second), [mode(1920, 1080, 60_000)]);
}

#[test]
fn timings_that_can_not_be_are_passed_over() {
    let change = |at: usize, values: &[u8]| {
        let mut timing = FULL_HD;
        timing[at..at + values.len()].copy_from_slice(values);
        modes(&with(bare(), base::DESCRIPTORS, &timing))
    };
    assert_eq!(change(0, &[0, 0]), [], "no clock: a descriptor, not a timing");
    assert_eq!(change(2, &[0, 0x18, 0x01]), [], "no width");
    assert_eq!(change(5, &[0, 0x2d, 0]), [], "no height");
    assert_eq!(change(2, &[0, 0, 0, 0, 0, 0]), [], "nothing at all");
    assert_eq!(change(17, &[0x9e]), [], "interlaced");
    assert_eq!(change(0, &[0xff, 0xff, 1, 0, 0, 1, 0, 0]), [], "655 million pictures a second");
    assert_eq!(change(0, &[1, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), [], "a picture in two hours");
    assert_eq!(change(0, &[100, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), [preferred(4095, 4095, 15)]);
}

#[test]
fn sizes_are_taken_from_the_best_place() {
    let centimetres = with(bare(), base::CENTIMETRES, &[60, 34]);
    let size = |bytes: &[u8]| parse(bytes).unwrap().size.map(|size| (size.width_millimetres, size.height_millimetres));
    assert_eq!(size(&centimetres), Some((600, 340)));
    assert_eq!(size(&with(bare(), base::CENTIMETRES, &[79, 0])), None, "an aspect ratio");
    assert_eq!(size(&with(centimetres.clone(), base::DESCRIPTORS, &FULL_HD)), Some((300, 200)));
    let mut timing = FULL_HD;
    timing[12..15].fill(0);
    assert_eq!(size(&with(centimetres, base::DESCRIPTORS, &timing)), Some((600, 340)));
}

#[test]
fn standard_timings() {
    let bytes = with(bare(), base::STANDARD, &[0xd1, 0xc0, 0xb3, 0x00, 0x81, 0x80, 0x61, 0x4f, 0x8b, 0xc0]);
    let expected = [
        mode(1920, 1080, 60_000),
        mode(1680, 1050, 60_000),
        mode(1280, 1024, 60_000),
        mode(1024, 768, 75_000),
        mode(1366, 768, 60_000),
    ];
    assert_eq!(modes(&bytes), expected);
    let square = with(bytes, base::REVISION, &[2]);
    assert_eq!(modes(&square)[1], mode(1680, 1680, 60_000), "before revision 3 it was 1:1");
    let descriptor = [0, 0, 0, base::TAG_STANDARD, 0, 0xd1, 0xc0, 1, 1, 0, 0, 0x20, 0x20, 0xff, 0x7f, 1, 1, 0x0a];
    let bytes = with(bare(), base::DESCRIPTORS + 18, &descriptor);
    assert_eq!(modes(&bytes), [mode(1920, 1080, 60_000), mode(2288, 1716, 123_000)]);
}

#[test]
fn established_timings() {
    assert_eq!(modes(&with(bare(), base::ESTABLISHED, &[0x80, 0, 0])), [mode(720, 400, 70_000)]);
    let common = with(bare(), base::ESTABLISHED, &[0x21, 0x08, 0x00]);
    assert_eq!(modes(&common), [mode(640, 480, 60_000), mode(800, 600, 60_000), mode(1024, 768, 60_000)]);
    assert_eq!(modes(&with(bare(), base::ESTABLISHED, &[0, 0x10, 0x7f])), [], "interlaced, and the maker's own");
    assert_eq!(
        modes(&with(bare(), base::ESTABLISHED, &[0, 0x01, 0x80])),
        [mode(1280, 1024, 75_000), mode(1152, 870, 75_000)]
    );
    assert_eq!(modes(&with(bare(), base::ESTABLISHED, &[0xff; 3])).len(), 16);
}

#[test]
fn detailed_timings_of_cta_extensions() {
    let block = |begin: u8, at: usize| {
        let mut block = vec![0; 127];
        block[..4].copy_from_slice(&[0x02, 3, begin, 0]);
        block[at..(at + 18).min(127)].copy_from_slice(&FULL_HD[..18.min(127 - at)]);
        modes(&extended(bare(), &block))
    };
    assert_eq!(block(4, 4), [mode(1920, 1080, 60_000)]);
    assert_eq!(block(30, 30), [mode(1920, 1080, 60_000)]);
    assert_eq!(block(109, 109), [mode(1920, 1080, 60_000)], "the last one that fits");
    assert_eq!(block(110, 110), [], "one byte is missing");
    assert_eq!(block(4, 23), [], "after the end of the timings");
    for begin in [0, 1, 2, 3, 127, 128, 255] {
        assert_eq!(block(begin, 4), [], "{begin}");
    }
}

#[test]
fn detailed_timings_of_displayid_extensions() {
    let timing = Timing::of(&mode(7680, 4320, 60_000)).write_displayid(true).unwrap();
    let read = |head: &[u8]| modes(&extended(with(bare(), base::DESCRIPTORS, &FULL_HD), &[head, &timing].concat()));
    let full_hd = mode(1920, 1080, 60_000);
    assert_eq!(read(&[0x70, 0x13, 23, 0, 0, 3, 0, 20]), [full_hd, preferred(7680, 4320, 60_000)]);
    assert_eq!(read(&[0x70, 0x20, 23, 0, 0, 0x22, 0, 20])[1], preferred(7680, 4320, 6_000), "its clock is in kHz");
    let unread = [preferred(1920, 1080, 60_000)];
    assert_eq!(read(&[0x70, 0x13, 23, 0, 0, 9, 0, 20]), unread, "an unknown data block");
    assert_eq!(read(&[0x70, 0x13, 22, 0, 0, 3, 0, 20]), unread, "longer than its section");
    assert_eq!(read(&[0x70, 0x13, 123, 0, 0, 3, 0, 20]), unread, "a section longer than the block");
    assert_eq!(read(&[0x70, 0x13, 23, 0, 0, 3, 0, 19]), unread, "not a whole timing");
    assert_eq!(read(&[0x70, 0x13, 26, 0, 0, 9, 0, 0, 3, 0, 20])[1], preferred(7680, 4320, 60_000));
}

#[test]
fn unknown_extensions_are_passed_over() {
    assert_eq!(modes(&extended(bare(), &[0xf0, 2, 2])), []);
}

#[test]
fn a_mode_is_listed_once() {
    let mut bytes = with(bare(), base::DESCRIPTORS, &FULL_HD);
    bytes = with(bytes, base::DESCRIPTORS + 18, &FULL_HD);
    bytes = with(bytes, base::STANDARD, &[0xd1, 0xc0, 0xd1, 0xc0]);
    assert_eq!(modes(&bytes), [preferred(1920, 1080, 60_000)]);
}

#[test]
fn there_are_at_most_so_many_modes() {
    let many: Vec<Mode> = (1..=200).map(|side| mode(side, 1000, 60_000)).collect();
    let bytes = build(&Edid { modes: many, ..Edid::default() });
    let read = modes(&bytes);
    assert_eq!(read.len(), MOST_MODES);
    // One more in a block of its own is too many.
    let timing = Timing::of(&mode(300, 1000, 60_000)).write_displayid(true).unwrap();
    let more = extended(bytes, &[&[0x70, 0x13, 23, 0, 0, 3, 0, 20][..], &timing].concat());
    assert_eq!(modes(&more), read);
}

#[test]
fn names_are_printable_and_short() {
    let name = |bytes: &[u8]| {
        let descriptor = [&[0, 0, 0, base::TAG_NAME, 0], bytes].concat();
        parse(&with(bare(), base::DESCRIPTORS, &descriptor)).unwrap().name
    };
    assert_eq!(name(b"exactly 13 ch").as_deref(), Some("exactly 13 ch"));
    assert_eq!(name(b"short\n       ").as_deref(), Some("short"));
    assert_eq!(name(b"a\x1b[31m\xff\0\nsecret").as_deref(), Some("a?[31m??"));
    assert_eq!(name(b"\n            "), None);
    assert_eq!(name(b"             "), None);
    let built = |text: &str| parse(&build(&Edid { name: Some(text.into()), ..Edid::default() })).unwrap().name;
    assert_eq!(built("Vitrine").as_deref(), Some("Vitrine"));
    assert_eq!(built("fourteen bytes").as_deref(), Some("fourteen byte"));
    assert_eq!(built("grün\u{1f5bc}").as_deref(), Some("gr?n?"));
    assert_eq!(built(""), None);
}

#[test]
fn what_was_built_is_laid_out_as_others_read_it() {
    let size = PhysicalSize { width_millimetres: 527, height_millimetres: 296 };
    let modes = vec![mode(1024, 768, 60_000), preferred(1920, 1080, 60_000)];
    let bytes = build(&Edid { name: Some("Vitrine".into()), size: Some(size), modes });
    assert_eq!(bytes.len(), BLOCK_SIZE);
    assert_eq!((bytes[21], bytes[22]), (53, 30), "centimetres, rounded");
    assert_eq!(bytes[56], 1920u32 as u8, "the preferred one comes first");
    assert_eq!(&bytes[54 + 36..54 + 36 + 13], b"\0\0\0\xfc\0Vitrine\n");
    let large = build(&Edid { modes: vec![preferred(7680, 4320, 60_000)], ..Edid::default() });
    assert_eq!(large.len(), 2 * BLOCK_SIZE);
    assert_eq!(checksum(&large[BLOCK_SIZE + 1..2 * BLOCK_SIZE - 1]), 0, "the section's own checksum");
}

#[test]
fn what_can_not_be_said_is_left_out() {
    let modes = [(0, 1, 1), (1, 0, 1), (1, 1, 0), (16385, 1, 1), (1, u32::MAX, 1), (1, 1, u32::MAX), (1, 1, 1)];
    let modes: Vec<Mode> =
        modes.into_iter().map(|(width, height, refresh)| preferred(width, height, refresh)).collect();
    let size = PhysicalSize { width_millimetres: u32::MAX, height_millimetres: 1 };
    assert_eq!(parse(&build(&Edid { modes, size: Some(size), ..Edid::default() })), Ok(Edid::default()));
}

/// Anything that could be taken for an EDID: right header, version and checksums, the rest at random.
fn credible() -> impl Strategy<Value = Vec<u8>> {
    let tag = prop_oneof![Just(0x02), Just(0x70), any::<u8>()];
    let extension = (tag, prop::array::uniform32(any::<[u8; 4]>()));
    (prop::array::uniform32(any::<[u8; 4]>()), prop::collection::vec(extension, 0..6)).prop_map(|(first, further)| {
        let bytes = with(first.as_flattened().to_vec(), 0, &base::HEADER);
        let bytes = with(with(bytes, base::VERSION, &[1]), base::EXTENSIONS, &[0]);
        further
            .into_iter()
            .fold(bytes, |bytes, (tag, block)| extended(bytes, &[&[tag], &block.as_flattened()[1..]].concat()))
    })
}

fn some_mode() -> impl Strategy<Value = Mode> {
    (64..=16384u32, 64..=16384u32, 20_000..=240_000u32)
        .prop_map(|(width, height, refresh)| mode(width, height, refresh))
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..1024)) {
        let _ = parse(&bytes);
    }

    #[test]
    fn whatever_is_read_is_in_bounds(bytes in credible()) {
        let edid = parse(&bytes).unwrap();
        prop_assert!(edid.modes.len() <= MOST_MODES);
        prop_assert!(edid.modes.iter().filter(|mode| mode.preferred).count() <= 1);
        for (index, mode) in edid.modes.iter().enumerate() {
            prop_assert!(Mode::new(mode.width, mode.height, mode.refresh_millihertz).is_some());
            prop_assert!(!edid.modes[..index].iter().any(|other| other.looks_like(mode)));
        }
        let name = edid.name.unwrap_or("x".into());
        prop_assert!((1..=13).contains(&name.len()) && name.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
        prop_assert!(edid.size.is_none_or(|size| size.width_millimetres > 0 && size.height_millimetres > 0));
    }

    #[test]
    fn what_is_built_is_read(
        mut modes in prop::collection::vec(some_mode(), 1..=MOST_MODES),
        favourite in any::<prop::sample::Index>(),
        name in prop::option::of("[!-~]([ -~]{0,11}[!-~])?"),
        size in prop::option::of((10..=2550u32, 10..=2550u32)),
    ) {
        modes.dedup_by_key(|mode| (mode.width, mode.height));
        let favourite = favourite.index(modes.len());
        modes[favourite].preferred = true;
        let size = size.and_then(|(width, height)| timing::size(width, height));
        let edid = Edid { name, size, modes };
        let read = parse(&build(&edid)).unwrap();
        prop_assert_eq!(&read.name, &edid.name);
        let matching = |mode: &Mode| {
            let near = |other: &&Mode| other.refresh_millihertz.abs_diff(mode.refresh_millihertz) <= 100;
            let same = |other: &&Mode| (other.width, other.height) == (mode.width, mode.height);
            read.modes.iter().filter(same).find(near).copied()
        };
        for mode in &edid.modes {
            let found = matching(mode).expect("every mode is there");
            prop_assert_eq!(found.preferred, mode.preferred);
        }
        let rounded = edid.size.zip(read.size).map(|(size, read)| {
            (size.width_millimetres.abs_diff(read.width_millimetres), size.height_millimetres.abs_diff(read.height_millimetres))
        });
        prop_assert_eq!(edid.size.is_some(), rounded.is_some());
        prop_assert!(rounded.is_none_or(|(width, height)| width <= 5 && height <= 5));
    }
}
