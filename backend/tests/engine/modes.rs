//! What SET_CONFIG may show, and in which mode: parts of a framebuffer, Linux's way of saying it, and mode changes.

use vitrine_xen::edid::{Edid, Mode};
use vitrine_xen::fake::Vdispl;
use vitrine_xen::io::displif::{Event, Operation, PixelFormat, Scanout, Status};

use crate::support::{Buffer, GUEST, RawFrontend, Scene, framebuffer, whole};
use Operation::{BufferCreate, PageFlip, SetConfig};

/// A guest with connectors of 64x48 pixels, display buffer 1, and framebuffer 2 of `size` whose pixels are numbered. The
/// screens have modes of 64x48 and of 128x96.
fn with_framebuffer(connectors: usize, version: Option<&str>, size: (u32, u32)) -> (Scene, RawFrontend, Buffer) {
    let mut scene = Scene::new(Default::default());
    let modes = [(128, 96), (64, 48)].map(|(width, height)| Mode::new(width, height, 60_000).unwrap());
    scene.canvas.set_screen(Edid { modes: modes.into(), ..Edid::default() });
    let vdispl = (1..connectors)
        .fold(Vdispl::one("Virtual-0", "64x48"), |vdispl, index| vdispl.and(&format!("Virtual-{index}"), "64x48"));
    let mut frontend = scene.connect_as(GUEST, &vdispl, version);
    let (buffer, request) = frontend.buffer(1, size.0 * size.1 * 4);
    for word in 0..size.0 * size.1 {
        buffer.memory().write_u32(4 * word as usize, word);
    }
    assert_eq!(scene.ask(&mut frontend, 0, BufferCreate(request)), Status::OK);
    assert_eq!(scene.ask(&mut frontend, 0, framebuffer(1, 2, size, PixelFormat::Xrgb8888)), Status::OK);
    (scene, frontend, buffer)
}

/// The mode, the size of the picture, and the number of its first and its last pixel.
fn shown(scene: &Scene, head: usize) -> ((u32, u32), (u32, u32), u32, u32) {
    let shown = scene.canvas.heads().remove(head);
    let (size, pixels) = shown.picture.expect("a picture");
    let words: Vec<u32> = pixels.chunks_exact(4).map(|pixel| u32::from_le_bytes(pixel.try_into().unwrap())).collect();
    (shown.mode.expect("a mode"), size, words[0], words[words.len() - 1])
}

#[test]
fn one_framebuffer_spans_connectors() {
    let (mut scene, mut frontend, _buffer) = with_framebuffer(3, None, (100, 96));
    // The right column and the lower row are smaller than the connector.
    let parts = [
        (0, Scanout { x: 0, y: 0, width: 64, height: 48, ..whole(2, (0, 0)) }),
        (1, Scanout { x: 64, y: 0, width: 36, height: 48, ..whole(2, (0, 0)) }),
        (2, Scanout { x: 36, y: 48, width: 64, height: 48, ..whole(2, (0, 0)) }),
    ];
    for (connector, part) in parts {
        assert_eq!(scene.ask(&mut frontend, connector, SetConfig(part)), Status::OK);
    }
    assert_eq!(shown(&scene, 0), ((64, 48), (64, 48), 0, 47 * 100 + 63));
    assert_eq!(shown(&scene, 1), ((64, 48), (36, 48), 64, 47 * 100 + 99));
    assert_eq!(shown(&scene, 2), ((64, 48), (64, 48), 48 * 100 + 36, 95 * 100 + 99));
}

#[test]
fn linux_names_the_whole_framebuffer_wherever_its_part_begins() {
    let (mut scene, mut frontend, _buffer) = with_framebuffer(2, None, (100, 96));
    let part = |x, y| SetConfig(Scanout { x, y, ..whole(2, (100, 96)) });
    for (connector, (x, y)) in [(0, (0, 0)), (1, (64, 10))] {
        assert_eq!(scene.ask(&mut frontend, connector, part(x, y)), Status::OK);
    }
    assert_eq!(shown(&scene, 0), ((64, 48), (64, 48), 0, 47 * 100 + 63));
    assert_eq!(shown(&scene, 1), ((64, 48), (36, 48), 1064, 57 * 100 + 99));
    // The flips that follow show the same parts.
    for connector in [0, 1] {
        assert_eq!(scene.ask(&mut frontend, connector, PageFlip(2)), Status::OK);
    }
    assert_eq!(shown(&scene, 1), ((64, 48), (36, 48), 1064, 57 * 100 + 99));
    for (x, y) in [(100, 0), (0, 96), (u32::MAX, u32::MAX)] {
        assert_eq!(scene.ask(&mut frontend, 1, part(x, y)), Status::INVALID, "nothing is left at {x},{y}");
    }
}

#[test]
fn any_other_size_beyond_the_connector_is_refused() {
    for version in [None, Some("2")] {
        let (mut scene, mut frontend, _buffer) = with_framebuffer(1, version, (200, 100));
        for size in [(65, 48), (64, 49), (200, 48), (200, 99), (129, 96)] {
            assert_eq!(scene.ask(&mut frontend, 0, SetConfig(whole(2, size))), Status::INVALID, "{size:?}");
        }
        assert_eq!(scene.canvas.heads()[0].picture, None);
    }
}

#[test]
fn one_framebuffer_is_mirrored_and_each_connector_has_its_own_flips() {
    let (mut scene, mut frontend, _buffer) = with_framebuffer(2, None, (64, 48));
    for connector in [0, 1] {
        assert_eq!(scene.ask(&mut frontend, connector, SetConfig(whole(2, (64, 48)))), Status::OK);
        assert_eq!(scene.ask(&mut frontend, connector, PageFlip(2)), Status::OK);
        assert_eq!(scene.ask(&mut frontend, connector, PageFlip(2)), Status::BUSY);
    }
    assert_eq!(shown(&scene, 0), shown(&scene, 1));
    scene.canvas.finish_flip("Virtual-1");
    scene.run();
    let done = Some(Event::PageFlip { id: 0, fb_cookie: 2 });
    assert_eq!((frontend.event(0), frontend.event(1)), (None, done));
    assert_eq!(scene.ask(&mut frontend, 0, PageFlip(2)), Status::BUSY);
    assert_eq!(scene.ask(&mut frontend, 1, PageFlip(2)), Status::OK);
    scene.canvas.finish_flips();
    scene.run();
    assert_eq!(frontend.event(0), done);
    assert_eq!(frontend.event(1), Some(Event::PageFlip { id: 1, fb_cookie: 2 }));
}

#[test]
fn the_size_chooses_the_mode() {
    let (mut scene, mut frontend, _buffer) = with_framebuffer(1, Some("2"), (128, 96));
    assert_eq!(scene.ask(&mut frontend, 0, SetConfig(whole(2, (64, 48)))), Status::OK);
    assert_eq!(shown(&scene, 0).0, (64, 48));
    assert_eq!(scene.ask(&mut frontend, 0, SetConfig(whole(2, (128, 96)))), Status::OK);
    assert_eq!(shown(&scene, 0), ((128, 96), (128, 96), 0, 128 * 96 - 1));
    assert_eq!(scene.ask(&mut frontend, 0, PageFlip(2)), Status::OK);
    assert_eq!(shown(&scene, 0).1, (128, 96));
    assert_eq!(scene.ask(&mut frontend, 0, SetConfig(whole(2, (60, 40)))), Status::OK);
    assert_eq!(
        shown(&scene, 0),
        ((64, 48), (60, 40), 0, 39 * 128 + 59),
        "no mode: in the middle of the configured one"
    );
}

#[test]
fn linux_does_not_change_the_mode() {
    let (mut scene, mut frontend, _buffer) = with_framebuffer(1, None, (128, 96));
    assert_eq!(scene.ask(&mut frontend, 0, SetConfig(whole(2, (128, 96)))), Status::OK);
    assert_eq!(shown(&scene, 0), ((64, 48), (64, 48), 0, 47 * 128 + 63), "it means a span over four connectors");
}

#[test]
fn a_mode_that_can_not_be_set_changes_nothing() {
    let (mut scene, mut frontend, _buffer) = with_framebuffer(1, Some("2"), (128, 96));
    assert_eq!(scene.ask(&mut frontend, 0, SetConfig(whole(2, (64, 48)))), Status::OK);
    scene.canvas.refuses((128, 96));
    assert_eq!(scene.ask(&mut frontend, 0, SetConfig(whole(2, (128, 96)))), Status::IO);
    assert_eq!(shown(&scene, 0).1, (64, 48));
    assert_eq!(scene.ask(&mut frontend, 0, PageFlip(2)), Status::OK);
    assert_eq!(shown(&scene, 0).1, (64, 48));
}
