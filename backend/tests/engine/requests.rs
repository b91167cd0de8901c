//! Every operation, done right and in every way wrong.

use vitrine_xen::fake::Vdispl;
use vitrine_xen::io::displif::directory::GRANTS_PER_PAGE;
use vitrine_xen::io::displif::{
    DisplayBuffer, Event, FLAG_REQUEST_ALLOCATION, Operation, PixelFormat, Request, Response, Scanout, Status,
};
use vitrine_xen::platform::{FrontPlatform, OwnPages, SharedPages};
use vitrine_xen::{Access, DomainId, GrantRef, PAGE_SIZE};

use crate::support::{GUEST, RawFrontend, Scene, framebuffer, whole};
use Operation::{BufferCreate, BufferDestroy, FramebufferDetach, GetEdid, PageFlip, SetConfig};
use PixelFormat::{Rgb565, Xrgb8888, Yuyv};

const SIZE: (u32, u32) = (64, 48);
const BYTES: u32 = 64 * 48 * 4;

/// A guest with display buffer 1 and framebuffer 2 over it.
fn with_framebuffer() -> (Scene, RawFrontend, crate::support::Buffer) {
    let (mut scene, mut frontend) = Scene::connected();
    let (buffer, request) = frontend.buffer(1, BYTES);
    assert_eq!(scene.ask(&mut frontend, 0, BufferCreate(request)), Status::OK);
    assert_eq!(scene.ask(&mut frontend, 0, framebuffer(1, 2, SIZE, Xrgb8888)), Status::OK);
    (scene, frontend, buffer)
}

#[test]
fn a_picture_goes_all_the_way() {
    let (mut scene, mut frontend, buffer) = with_framebuffer();
    buffer.memory().fill_words(0, 64 * 48, 0x0010_2030);
    buffer.memory().write_u32(4 * (64 * 47 + 63), 0x00a0_b0c0);
    assert_eq!(scene.ask(&mut frontend, 0, SetConfig(whole(2, SIZE))), Status::OK);
    assert_eq!(frontend.event(0), None, "SET_CONFIG has no event");
    let shown = &scene.canvas.heads()[0];
    assert_eq!(shown.label, "d5-0-Virtual-1");
    let (size, pixels) = shown.picture.as_ref().unwrap();
    assert_eq!(*size, SIZE);
    assert_eq!(pixels[..4], [0x30, 0x20, 0x10, 0]);
    assert_eq!(pixels[pixels.len() - 4..], [0xc0, 0xb0, 0xa0, 0]);

    for flip in 0..200u16 {
        buffer.memory().write_u32(0, u32::from(flip));
        assert_eq!(scene.ask(&mut frontend, 0, PageFlip(2)), Status::OK);
        assert_eq!(scene.canvas.heads()[0].picture.as_ref().unwrap().1[..2], flip.to_le_bytes(), "copied by now");
        assert_eq!(frontend.event(0), None, "not on the screen yet");
        scene.canvas.finish_flips();
        scene.run();
        assert!(frontend.was_told(frontend.channels[0].event_port));
        assert_eq!(frontend.event(0), Some(Event::PageFlip { id: flip, fb_cookie: 2 }));
    }

    assert_eq!(scene.ask(&mut frontend, 0, SetConfig(Scanout::default())), Status::OK);
    assert_eq!(scene.canvas.heads()[0].picture, None);
    assert_eq!(scene.ask(&mut frontend, 0, FramebufferDetach(2)), Status::OK);
    assert_eq!(scene.ask(&mut frontend, 0, BufferDestroy(1)), Status::OK);
    assert_eq!(scene.dom0.usage().mapping, 2, "the two rings");
    assert_eq!(scene.world.violations(), [""; 0]);
}

#[test]
fn a_picture_reaches_over_several_directory_pages() {
    let mut scene = Scene::new(Default::default());
    let mut frontend = scene.connect(GUEST, &Vdispl::one("Virtual-1", "1366x768"));
    frontend.domain.scatter_frames(true);
    let size = (1366, 768);
    let (buffer, request) = frontend.buffer(1, 1366 * 768 * 4);
    assert!(buffer.references.len() > GRANTS_PER_PAGE);
    assert_eq!(scene.ask(&mut frontend, 0, BufferCreate(request)), Status::OK);
    assert_eq!(scene.dom0.usage().mapping, 2 + 1025, "the directory is not kept");
    assert_eq!(scene.ask(&mut frontend, 0, framebuffer(1, 2, size, Xrgb8888)), Status::OK);
    for word in 0..1366 * 768 {
        buffer.memory().write_u32(4 * word, word as u32);
    }
    assert_eq!(scene.ask(&mut frontend, 0, SetConfig(whole(2, size))), Status::OK);
    let (_, pixels) = scene.canvas.heads()[0].picture.clone().unwrap();
    let words = pixels.chunks_exact(4).map(|pixel| u32::from_le_bytes(pixel.try_into().unwrap()));
    assert!(words.eq(0..1366 * 768));
}

#[test]
fn buffers_are_checked() {
    let (mut scene, mut frontend) = Scene::connected();
    let (_buffer, good) = frontend.buffer(1, BYTES);
    let shaped = DisplayBuffer { width: 64, height: 48, bits_per_pixel: 32, ..good };
    let cases = [
        ("cookie 0", DisplayBuffer { dbuf_cookie: 0, ..good }, Status::INVALID),
        ("unknown flag", DisplayBuffer { flags: 2, ..good }, Status::INVALID),
        ("be-alloc", DisplayBuffer { flags: FLAG_REQUEST_ALLOCATION, ..shaped }, Status::NOT_SUPPORTED),
        ("no bytes", DisplayBuffer { buffer_size: 0, ..good }, Status::INVALID),
        ("no directory", DisplayBuffer { directory: GrantRef(0), ..good }, Status::INVALID),
        ("directory not granted", DisplayBuffer { directory: GrantRef(4000), ..good }, Status::INVALID),
        ("one byte too few", DisplayBuffer { buffer_size: BYTES - 1, ..shaped }, Status::INVALID),
        ("a row too many", DisplayBuffer { height: 49, ..shaped }, Status::INVALID),
        ("width 0", DisplayBuffer { width: 0, ..shaped }, Status::INVALID),
        ("height 0", DisplayBuffer { height: 0, ..shaped }, Status::INVALID),
        ("depth 0", DisplayBuffer { bits_per_pixel: 0, ..shaped }, Status::INVALID),
        ("depth 31", DisplayBuffer { bits_per_pixel: 31, ..shaped }, Status::INVALID),
        ("stride overflows", DisplayBuffer { width: u32::MAX, ..shaped }, Status::INVALID),
        ("size overflows", DisplayBuffer { width: 65536, height: 65536, ..shaped }, Status::INVALID),
        ("more pages than listed", DisplayBuffer { buffer_size: BYTES + PAGE_SIZE as u32, ..good }, Status::INVALID),
        ("offset beyond the page", DisplayBuffer { data_offset: 4096, ..good }, Status::INVALID),
        ("offset needs a page more", DisplayBuffer { data_offset: 1, ..good }, Status::INVALID),
        ("more pages than allowed", DisplayBuffer { buffer_size: u32::MAX, ..good }, Status::NO_MEMORY),
        ("good", shaped, Status::OK),
        ("taken", good, Status::EXISTS),
    ];
    for (what, request, expected) in cases {
        assert_eq!(scene.ask(&mut frontend, 0, BufferCreate(request)), expected, "{what}");
    }
    assert_eq!(scene.dom0.usage().mapping, 2 + 3, "what was refused is not mapped");
    assert_eq!(scene.ask(&mut frontend, 0, BufferDestroy(7)), Status::NOT_FOUND);
    assert_eq!(scene.ask(&mut frontend, 0, BufferDestroy(1)), Status::OK);
    assert_eq!(scene.ask(&mut frontend, 0, BufferDestroy(1)), Status::NOT_FOUND);
    assert_eq!(scene.dom0.usage().mapping, 2);
}

#[test]
fn directories_are_checked() {
    let (mut scene, mut frontend) = Scene::connected();
    let (buffer, request) = frontend.buffer(1, 1030 * PAGE_SIZE as u32);
    let directory = buffer.directory.memory();
    let second = directory.read_u32(0);
    let place = |page: usize| PAGE_SIZE * (page / GRANTS_PER_PAGE) + 4 + 4 * (page % GRANTS_PER_PAGE);
    // Granted, but not to us.
    let frames = frontend.domain.allocate(1).unwrap();
    let foreign = frontend.domain.grant(DomainId(7), frames.gfn(0), Access::ReadWrite).unwrap().0;
    // A word of the directory, and what it says instead.
    let cases = [
        (0, 0),
        (0, 5000),
        (0, foreign),
        (place(0), 0),
        (place(7), 5000),
        (place(8), foreign),
        (place(1029), 0),
        (place(1023), u32::MAX),
    ];
    for (at, wrong) in cases {
        let right = directory.read_u32(at);
        directory.write_u32(at, wrong);
        assert_eq!(scene.ask(&mut frontend, 0, BufferCreate(request)), Status::INVALID, "{wrong} at {at}");
        assert_eq!(scene.dom0.usage().mapping, 2, "{wrong} at {at}");
        directory.write_u32(at, right);
    }
    // A directory that lists itself, and a page twice, is strange but harmless.
    directory.write_u32(PAGE_SIZE, second);
    directory.write_u32(place(7), directory.read_u32(place(8)));
    assert_eq!(scene.ask(&mut frontend, 0, BufferCreate(request)), Status::OK);
}

#[test]
fn a_circle_of_directory_pages_is_read_as_often_as_it_is_long() {
    let (mut scene, mut frontend) = Scene::connected();
    let (buffer, request) = frontend.buffer(1, 2000 * PAGE_SIZE as u32);
    // The first page lists itself as the next one, for ever.
    buffer.directory.memory().write_u32(0, request.directory.0);
    let long = DisplayBuffer { buffer_size: 5000 * PAGE_SIZE as u32, ..request };
    assert_eq!(scene.ask(&mut frontend, 0, BufferCreate(long)), Status::OK);
    assert_eq!(scene.dom0.usage().mapping, 2 + 5000, "each page several times, which only costs the guest's own limit");
    assert_eq!(scene.ask(&mut frontend, 0, BufferDestroy(1)), Status::OK);
    assert_eq!(scene.dom0.usage().mapping, 2);
}

#[test]
fn an_import_may_begin_within_a_page() {
    for offset in [1, 1027, 4095] {
        let (mut scene, mut frontend) = Scene::connected();
        let (buffer, request) = frontend.buffer(1, BYTES + offset);
        for pixel in 0..64 * 48u32 {
            let bytes = pixel.to_le_bytes();
            buffer.memory().write((offset + 4 * pixel) as usize, &bytes);
        }
        let imported = DisplayBuffer { buffer_size: BYTES, data_offset: offset, ..request };
        assert_eq!(scene.ask(&mut frontend, 0, BufferCreate(imported)), Status::OK);
        assert_eq!(scene.dom0.usage().mapping, 2 + (BYTES + offset).div_ceil(4096) as usize);
        assert_eq!(scene.ask(&mut frontend, 0, framebuffer(1, 2, SIZE, Xrgb8888)), Status::OK);
        assert_eq!(scene.ask(&mut frontend, 0, SetConfig(whole(2, SIZE))), Status::OK);
        let (_, pixels) = scene.canvas.heads()[0].picture.clone().unwrap();
        let words = pixels.chunks_exact(4).map(|pixel| u32::from_le_bytes(pixel.try_into().unwrap()));
        assert!(words.eq(0..64 * 48), "{offset}");
    }
}

#[test]
fn framebuffers_are_checked() {
    let (mut scene, mut frontend, _buffer) = with_framebuffer();
    let unknown = Operation::FramebufferAttach(vitrine_xen::io::displif::Framebuffer {
        dbuf_cookie: 1,
        fb_cookie: 3,
        width: 64,
        height: 48,
        pixel_format: 0x3032_3449,
    });
    let cases = [
        ("cookie 0", framebuffer(1, 0, SIZE, Xrgb8888), Status::INVALID),
        ("taken", framebuffer(1, 2, SIZE, Xrgb8888), Status::EXISTS),
        ("no buffer", framebuffer(9, 3, SIZE, Xrgb8888), Status::NOT_FOUND),
        ("unknown format", unknown, Status::INVALID),
        ("a row too many", framebuffer(1, 3, (64, 49), Xrgb8888), Status::INVALID),
        ("a column too many", framebuffer(1, 3, (65, 48), Xrgb8888), Status::INVALID),
        ("no columns", framebuffer(1, 3, (0, 48), Xrgb8888), Status::INVALID),
        ("no rows", framebuffer(1, 3, (64, 0), Xrgb8888), Status::INVALID),
        ("overflow", framebuffer(1, 3, (0x4000_0001, 4), Xrgb8888), Status::INVALID),
        ("less depth, more rows", framebuffer(1, 3, (64, 96), Rgb565), Status::OK),
    ];
    for (what, request, expected) in cases {
        assert_eq!(scene.ask(&mut frontend, 0, request), expected, "{what}");
    }
    assert_eq!(scene.ask(&mut frontend, 0, BufferDestroy(1)), Status::BUSY);
    assert_eq!(scene.ask(&mut frontend, 0, FramebufferDetach(9)), Status::NOT_FOUND);
    assert_eq!(scene.ask(&mut frontend, 0, FramebufferDetach(3)), Status::OK);
    assert_eq!(scene.ask(&mut frontend, 0, BufferDestroy(1)), Status::BUSY);
    assert_eq!(scene.ask(&mut frontend, 0, FramebufferDetach(2)), Status::OK);
    assert_eq!(scene.ask(&mut frontend, 0, BufferDestroy(1)), Status::OK);
}

#[test]
fn linux_ends_its_rows_at_a_byte() {
    let mut scene = Scene::new(Default::default());
    let mut frontend = scene.connect(GUEST, &Vdispl::one("Virtual-1", "5x3"));
    let depths = [(Rgb565, 16, 10), (PixelFormat::Rgb888, 24, 15)];
    for (cookie, (format, bits_per_pixel, pitch)) in (1..).zip(depths) {
        let (buffer, request) = frontend.buffer(cookie, pitch * 3);
        let shaped = DisplayBuffer { width: 5, height: 3, bits_per_pixel, ..request };
        let pixel = 2 * pitch as usize + 4 * bits_per_pixel as usize / 8;
        buffer.memory().write(pixel, &[0xff; 3][..bits_per_pixel as usize / 8]);
        assert_eq!(scene.ask(&mut frontend, 0, BufferCreate(shaped)), Status::OK);
        assert_eq!(scene.ask(&mut frontend, 0, framebuffer(cookie, cookie, (5, 3), format)), Status::OK);
        let scanout = Scanout { bits_per_pixel, ..whole(cookie, (5, 3)) };
        assert_eq!(scene.ask(&mut frontend, 0, SetConfig(scanout)), Status::OK);
        let (_, pixels) = scene.canvas.heads()[0].picture.clone().unwrap();
        let white = pixels.chunks_exact(4).map(|pixel| pixel[..3] == [0xff; 3]);
        assert!(white.eq((0..15).map(|pixel| pixel == 14)), "{format:?}: only the last pixel");
    }
}

#[test]
fn configurations_are_checked() {
    let (mut scene, mut frontend, _buffer) = with_framebuffer();
    assert_eq!(scene.ask(&mut frontend, 0, framebuffer(1, 3, (128, 48), Rgb565)), Status::OK);
    assert_eq!(scene.ask(&mut frontend, 0, framebuffer(1, 4, (64, 48), Yuyv)), Status::OK);
    let good = whole(2, SIZE);
    let rgb565 = Scanout { bits_per_pixel: 16, ..whole(3, SIZE) };
    let yuyv = Scanout { width: 32, bits_per_pixel: 16, ..whole(4, SIZE) };
    let cases = [
        ("no framebuffer", whole(9, SIZE), Status::NOT_FOUND),
        ("cookie 0 is no reset", whole(0, SIZE), Status::NOT_FOUND),
        ("no columns", Scanout { width: 0, ..good }, Status::INVALID),
        ("no rows", Scanout { height: 0, ..good }, Status::INVALID),
        ("to the right", Scanout { x: 2, width: 63, ..good }, Status::INVALID),
        ("below", Scanout { y: 2, height: 47, ..good }, Status::INVALID),
        ("overflow", Scanout { x: u32::MAX, width: 63, ..good }, Status::INVALID),
        ("nothing of it", Scanout { x: u32::MAX, ..good }, Status::INVALID),
        ("wider than the connector", Scanout { width: 100, ..rgb565 }, Status::INVALID),
        ("another depth", Scanout { bits_per_pixel: 16, ..good }, Status::INVALID),
        ("half a pair", Scanout { x: 1, ..yuyv }, Status::INVALID),
        ("the second pair", Scanout { x: 2, ..yuyv }, Status::OK),
        ("a part", Scanout { x: 64, ..rgb565 }, Status::OK),
        ("a corner", Scanout { x: 60, y: 40, width: 4, height: 8, ..good }, Status::OK),
        ("all", good, Status::OK),
    ];
    for (what, scanout, expected) in cases {
        assert_eq!(scene.ask(&mut frontend, 0, SetConfig(scanout)), expected, "{what}");
    }
}

#[test]
fn the_visible_part_is_cut_out() {
    let (mut scene, mut frontend, buffer) = with_framebuffer();
    for word in 0..64 * 48 {
        buffer.memory().write_u32(4 * word, word as u32);
    }
    let corner = Scanout { x: 60, y: 46, width: 4, height: 2, ..whole(2, SIZE) };
    assert_eq!(scene.ask(&mut frontend, 0, SetConfig(corner)), Status::OK);
    let (size, pixels) = scene.canvas.heads()[0].picture.clone().unwrap();
    let words: Vec<u32> = pixels.chunks_exact(4).map(|pixel| u32::from_le_bytes(pixel.try_into().unwrap())).collect();
    assert_eq!(size, (4, 2));
    assert_eq!(words, [46 * 64 + 60, 46 * 64 + 61, 46 * 64 + 62, 46 * 64 + 63, 47 * 64 + 60, 3069, 3070, 3071]);
}

#[test]
fn flips_are_checked() {
    let (mut scene, mut frontend, _buffer) = with_framebuffer();
    assert_eq!(scene.ask(&mut frontend, 0, framebuffer(1, 3, (32, 48), Xrgb8888)), Status::OK);
    assert_eq!(scene.ask(&mut frontend, 0, PageFlip(2)), Status::NOT_PERMITTED, "nothing is shown yet");
    assert_eq!(scene.ask(&mut frontend, 0, SetConfig(whole(2, SIZE))), Status::OK);
    assert_eq!(scene.ask(&mut frontend, 0, PageFlip(9)), Status::NOT_FOUND);
    assert_eq!(scene.ask(&mut frontend, 0, PageFlip(3)), Status::INVALID, "smaller than what is shown");
    assert_eq!(scene.ask(&mut frontend, 0, PageFlip(2)), Status::OK);
    assert_eq!(scene.ask(&mut frontend, 0, PageFlip(2)), Status::BUSY);
    scene.canvas.finish_flips();
    scene.run();
    assert_eq!(frontend.event(0), Some(Event::PageFlip { id: 0, fb_cookie: 2 }));
    assert_eq!(frontend.event(0), None, "the refused one has no event");
    assert_eq!(scene.ask(&mut frontend, 0, SetConfig(Scanout::default())), Status::OK);
    assert_eq!(scene.ask(&mut frontend, 0, PageFlip(2)), Status::NOT_PERMITTED);
}

#[test]
fn a_framebuffer_that_is_shown_can_go() {
    let (mut scene, mut frontend, _buffer) = with_framebuffer();
    assert_eq!(scene.ask(&mut frontend, 0, SetConfig(whole(2, SIZE))), Status::OK);
    assert_eq!(scene.ask(&mut frontend, 0, FramebufferDetach(2)), Status::OK);
    assert_eq!(scene.ask(&mut frontend, 0, BufferDestroy(1)), Status::OK);
    assert!(scene.canvas.heads()[0].picture.is_some());
    assert_eq!(scene.ask(&mut frontend, 0, PageFlip(2)), Status::NOT_FOUND);
}

#[test]
fn buffers_belong_on_the_ring_of_connector_0() {
    let mut scene = Scene::new(Default::default());
    let two = Vdispl::one("Virtual-1", "64x48").and("Virtual-2", "64x48");
    let mut frontend = scene.connect(GUEST, &two);
    let (_buffer, request) = frontend.buffer(1, BYTES);
    let attach = framebuffer(1, 2, SIZE, Xrgb8888);
    for operation in [BufferCreate(request), attach, FramebufferDetach(2), BufferDestroy(1)] {
        assert_eq!(scene.ask(&mut frontend, 1, operation), Status::INVALID, "{operation:?}");
    }
    for operation in [BufferCreate(request), attach] {
        assert_eq!(scene.ask(&mut frontend, 0, operation), Status::OK);
    }
    assert_eq!(scene.ask(&mut frontend, 1, SetConfig(whole(2, SIZE))), Status::OK);
    assert_eq!(scene.ask(&mut frontend, 1, PageFlip(2)), Status::OK);
    scene.canvas.finish_flips();
    scene.run();
    assert_eq!(frontend.event(0), None);
    assert_eq!(frontend.event(1), Some(Event::PageFlip { id: 0, fb_cookie: 2 }));
    let heads = scene.canvas.heads();
    assert!(heads[0].picture.is_none() && heads[1].picture.is_some());
}

#[test]
fn operations_that_do_not_exist_are_refused() {
    let (mut scene, mut frontend) = Scene::connected();
    for code in [0x00, 0x0f, 0x17, 0x20, 0xff] {
        let mut slot = [0xee; 64];
        slot[2] = code;
        frontend.send_slot(0, &slot);
        scene.run();
        let response = frontend.response(0).unwrap();
        assert_eq!((response.id, response.code, response.status), (0xeeee, code, Status::INVALID));
    }
}

#[test]
fn reserved_bytes_have_to_be_0() {
    let (mut scene, mut frontend, buffer) = with_framebuffer();
    let shared = buffer.directory.memory().read_u32(4);
    let edid = GetEdid { buffer_size: 32768, directory: GrantRef(shared) };
    // Each with where its own bytes end (`io/displif.h`).
    let requests = [
        (BufferDestroy(9), 16),
        (framebuffer(9, 9, SIZE, Xrgb8888), 36),
        (FramebufferDetach(9), 16),
        (SetConfig(whole(2, SIZE)), 36),
        (PageFlip(2), 16),
        (edid, 16),
    ];
    for (operation, end) in requests {
        for at in [3, end, end + 1, 63] {
            let mut slot = Request { id: 77, operation }.encode();
            slot[at] = 1;
            frontend.send_slot(0, &slot);
            scene.run();
            assert_eq!(frontend.response(0).unwrap().status, Status::INVALID, "{operation:?} with byte {at}");
        }
    }
    assert_eq!(scene.canvas.heads()[0].picture, None);
}

#[test]
fn the_status_that_linux_leaves_in_a_slot_does_not_matter() {
    let (mut scene, mut frontend, _buffer) = with_framebuffer();
    // Linux clears no slot: it writes its next request over the answer that was there.
    let mut slot = Response { id: 7, code: 0x15, status: Status::BUSY, edid_size: 0 }.encode();
    let request = Request { id: 77, operation: SetConfig(whole(2, SIZE)) }.encode();
    slot[..3].copy_from_slice(&request[..3]);
    slot[8..36].copy_from_slice(&request[8..36]);
    frontend.send_slot(0, &slot);
    scene.run();
    assert_eq!(frontend.response(0).unwrap().status, Status::OK);
}
