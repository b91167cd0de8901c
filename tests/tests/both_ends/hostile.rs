//! The real back end and a guest that does not care for the protocol.

use proptest::prelude::*;
use vitrine_xen::fake::vdispl;
use vitrine_xen::io::displif::{
    DisplayBuffer, Framebuffer, Operation, PixelFormat, Request, Scanout, Status, directory,
};
use vitrine_xen::platform::{FrontPlatform, SharedPages};
use vitrine_xen::xenbus::XenbusState;
use vitrine_xen::{GrantRef, PAGE_SIZE};

use crate::scripted::{ScriptedFrontEnd, grant};
use crate::setup::{Both, GUEST, LONG, pages, picture, pixel};

/// A buffer of the mode with all its grants, as the protocol wants it.
pub struct Shared {
    pub buffer: vitrine_xen::fake::Pages,
    /// The directory's page, which the guest can change at any time.
    pub listing: vitrine_xen::fake::Pages,
    pub request: DisplayBuffer,
}

pub fn share(both: &Both, dbuf_cookie: u64) -> Shared {
    let guest = &both.guest;
    let buffer = guest.allocate(pages(123, 77)).unwrap();
    let listing = guest.allocate(1).unwrap();
    let references: Vec<GrantRef> = (0..pages(123, 77)).map(|index| grant(guest, &buffer, index)).collect();
    let own = grant(guest, &listing, 0);
    directory::write(listing.memory(), &[own], &references);
    let request = DisplayBuffer {
        dbuf_cookie,
        width: 123,
        height: 77,
        bits_per_pixel: 32,
        buffer_size: 123 * 77 * 4,
        flags: 0,
        directory: own,
        data_offset: 0,
    };
    Shared { buffer, listing, request }
}

pub fn framebuffer(dbuf_cookie: u64, fb_cookie: u64) -> Framebuffer {
    Framebuffer { dbuf_cookie, fb_cookie, width: 123, height: 77, pixel_format: PixelFormat::Xrgb8888.code() }
}

pub fn scanout(fb_cookie: u64) -> Scanout {
    Scanout { fb_cookie, x: 0, y: 0, width: 123, height: 77, bits_per_pixel: 32 }
}

#[test]
fn a_front_end_by_the_book_shows_its_picture() {
    let (mut both, mut front_end) = ScriptedFrontEnd::meet();
    let shared = share(&both, 1);
    let words: Vec<u32> = (0..123 * 77).map(|index| pixel(4, index)).collect();
    shared.buffer.memory().write_words(0, &words);
    let requests = [
        Operation::BufferCreate(shared.request),
        Operation::FramebufferAttach(framebuffer(1, 2)),
        Operation::SetConfig(scanout(2)),
        Operation::PageFlip(2),
    ];
    for operation in requests {
        assert_eq!(front_end.request(&mut both, operation), Some(Status::OK), "{operation:?}");
    }
    assert_eq!(both.image(), Some(picture(4, 123, 77)));
    assert!(front_end.events.pop().unwrap().is_some());
}

#[test]
fn what_makes_no_sense_is_refused_and_what_follows_is_served() {
    let (mut both, mut front_end) = ScriptedFrontEnd::meet();
    let shared = share(&both, 1);
    let good = shared.request;
    let bad_buffers = [
        DisplayBuffer { dbuf_cookie: 0, ..good },
        DisplayBuffer { width: 0, ..good },
        DisplayBuffer { width: u32::MAX, height: u32::MAX, ..good },
        DisplayBuffer { buffer_size: 0, ..good },
        DisplayBuffer { buffer_size: 123 * 77 * 4 - 1, ..good },
        DisplayBuffer { buffer_size: u32::MAX, ..good },
        DisplayBuffer { bits_per_pixel: 0, ..good },
        DisplayBuffer { bits_per_pixel: 31, ..good },
        DisplayBuffer { flags: 1, ..good },
        DisplayBuffer { flags: 2, ..good },
        DisplayBuffer { directory: GrantRef(0), ..good },
        DisplayBuffer { directory: GrantRef(u32::MAX), ..good },
        DisplayBuffer { data_offset: u32::MAX, ..good },
        DisplayBuffer { data_offset: 4096, ..good },
    ];
    for bad in bad_buffers {
        let status = front_end.request(&mut both, Operation::BufferCreate(bad)).unwrap();
        assert!(!status.is_ok(), "{bad:?}");
    }
    let strays = [
        Operation::FramebufferAttach(framebuffer(99, 2)),
        Operation::FramebufferDetach(2),
        Operation::BufferDestroy(1),
        Operation::SetConfig(scanout(2)),
        Operation::PageFlip(2),
    ];
    for stray in strays {
        assert!(!front_end.request(&mut both, stray).unwrap().is_ok(), "{stray:?}");
    }
    assert_eq!(both.dom0.usage().mapping, 2, "nothing of all this is mapped");
    assert_eq!(front_end.request(&mut both, Operation::BufferCreate(good)), Some(Status::OK));
    let attach = Operation::FramebufferAttach(framebuffer(1, 2));
    assert_eq!(front_end.request(&mut both, attach), Some(Status::OK));
    assert!(!front_end.request(&mut both, attach).unwrap().is_ok(), "a cookie is given once");
    assert!(!front_end.request(&mut both, Operation::BufferDestroy(1)).unwrap().is_ok(), "it has a framebuffer");
}

#[test]
fn a_directory_that_lies_is_refused() {
    // A page that lists itself for ever, one that ends early, and one that lists what is not granted.
    let lies: [fn(&Shared); 4] = [
        |shared| shared.listing.memory().write_u32(4 + 4 * 3, 0),
        |shared| shared.listing.memory().write_u32(4 + 4 * 9, u32::MAX),
        |shared| shared.listing.memory().clear(),
        |shared| shared.listing.memory().fill_words(4, 10, 7),
    ];
    for (number, lie) in lies.into_iter().enumerate() {
        let (mut both, mut front_end) = ScriptedFrontEnd::meet();
        let shared = share(&both, 1);
        lie(&shared);
        let status = front_end.request(&mut both, Operation::BufferCreate(shared.request)).unwrap();
        assert!(!status.is_ok(), "lie {number}");
        assert_eq!(both.dom0.usage().mapping, 2);
    }
    // A long buffer whose directory is a loop: it ends, because it is counted.
    let (mut both, mut front_end) = ScriptedFrontEnd::meet();
    let shared = share(&both, 1);
    let own = shared.request.directory.0;
    shared.listing.memory().fill_words(0, PAGE_SIZE / 4, own);
    let size = 3000 * PAGE_SIZE as u32;
    let request = DisplayBuffer { buffer_size: size, ..shared.request };
    assert!(front_end.request(&mut both, Operation::BufferCreate(request)).is_some());
}

#[test]
fn a_picture_never_leaves_its_buffer() {
    let (mut both, mut front_end) = ScriptedFrontEnd::meet();
    let shared = share(&both, 1);
    front_end.request(&mut both, Operation::BufferCreate(shared.request));
    let bad = [
        Framebuffer { width: 124, ..framebuffer(1, 2) },
        Framebuffer { height: 78, ..framebuffer(1, 2) },
        Framebuffer { width: u32::MAX, height: 2, ..framebuffer(1, 2) },
        Framebuffer { height: 0, ..framebuffer(1, 2) },
        Framebuffer { pixel_format: 0, ..framebuffer(1, 2) },
        framebuffer(1, 0),
    ];
    for bad in bad {
        let status = front_end.request(&mut both, Operation::FramebufferAttach(bad)).unwrap();
        assert!(!status.is_ok(), "{bad:?}");
    }
    assert_eq!(front_end.request(&mut both, Operation::FramebufferAttach(framebuffer(1, 2))), Some(Status::OK));
    let bad = [
        Scanout { x: 2, width: 122, ..scanout(2) },
        Scanout { y: u32::MAX, ..scanout(2) },
        Scanout { width: 124, ..scanout(2) },
        Scanout { height: u32::MAX, ..scanout(2) },
        Scanout { bits_per_pixel: 16, ..scanout(2) },
    ];
    for bad in bad {
        let status = front_end.request(&mut both, Operation::SetConfig(bad)).unwrap();
        assert!(!status.is_ok(), "{bad:?}");
    }
}

#[test]
fn an_impossible_number_of_requests_closes_the_device() {
    for produced in [33, 1000, 0x8000_0000, u32::MAX] {
        let (mut both, front_end) = ScriptedFrontEnd::meet();
        front_end.pages[0].memory().write_u32(0, produced);
        front_end.notify();
        both.run_for(LONG);
        assert_eq!(both.states().1, XenbusState::Closed, "{produced}");
        assert_eq!((both.dom0.usage().mapping, both.dom0.usage().ports), (0, 0));
        assert_eq!(both.world.violations(), [""; 0]);
    }
}

#[test]
fn an_event_page_that_is_never_read_or_full_of_nonsense_stops_nothing() {
    for consumed in [0, 1, 1000, u32::MAX] {
        let (mut both, mut front_end) = ScriptedFrontEnd::meet();
        let shared = share(&both, 1);
        front_end.request(&mut both, Operation::BufferCreate(shared.request));
        front_end.request(&mut both, Operation::FramebufferAttach(framebuffer(1, 2)));
        front_end.request(&mut both, Operation::SetConfig(scanout(2)));
        for _ in 0..200 {
            front_end.pages[1].memory().write_u32(0, consumed);
            let status = front_end.request(&mut both, Operation::PageFlip(2));
            assert_eq!(status, Some(Status::OK));
        }
    }
}

#[test]
fn transport_nodes_that_lie_close_the_device() {
    for node in ["req-ring-ref", "req-event-channel", "evt-ring-ref", "evt-event-channel"] {
        for value in ["", "0", "-1", "4294967295", "99999999999", "x", "7"] {
            let mut both = Both::new();
            let front_end = ScriptedFrontEnd::new(&both);
            front_end.publish(&both);
            both.world.store_write(&format!("{}/0/{node}", vdispl::frontend_path(GUEST, 0)), value);
            both.settle();
            assert_eq!(both.states().1, XenbusState::Closed, "{node} {value:?}");
            assert_eq!((both.dom0.usage().mapping, both.dom0.usage().ports), (0, 0), "{node} {value:?}");
        }
    }
}

#[test]
fn grants_for_another_domain_are_not_mapped() {
    let (mut both, mut front_end) = ScriptedFrontEnd::meet();
    let shared = share(&both, 1);
    let other = vitrine_xen::DomainId(9);
    let foreign = both.guest.allocate(1).unwrap();
    let gfn = vitrine_xen::platform::OwnPages::gfn(&foreign, 0);
    let reference = both.guest.grant(other, gfn, vitrine_xen::Access::ReadWrite).unwrap();
    let readable = both.guest.grant(crate::setup::DOM0, gfn, vitrine_xen::Access::ReadOnly).unwrap();
    for bad in [reference, readable] {
        shared.listing.memory().write_u32(4 + 4 * 5, bad.0);
        let status = front_end.request(&mut both, Operation::BufferCreate(shared.request)).unwrap();
        assert_eq!(status, Status::INVALID);
    }
}

/// 64 bytes of a request. Most get past the first checks: the bytes that its operation does not use are 0 in all but a few.
fn slots() -> impl Strategy<Value = [u8; 64]> {
    let word = prop_oneof![0u32..12, Just(32u32), Just(123), Just(37884), Just(u32::MAX), any::<u32>()];
    let stray = prop::bool::weighted(0.1);
    (0x0fu8..0x18, prop::collection::vec(word, 15), stray).prop_map(|(code, words, stray)| {
        let mut slot = [0; 64];
        slot[2] = code;
        for (place, word) in slot[8..].chunks_mut(4).zip(words) {
            place.copy_from_slice(&word.to_le_bytes());
        }
        if let Ok(request) = Request::decode(&slot)
            && !stray
        {
            slot = request.encode();
        }
        slot
    })
}

/// Whether a request has an EDID written by way of these pages: a guest that asks for one in its own ring has no ring then.
fn writes_into(slot: &[u8; 64], pages: &[GrantRef]) -> bool {
    let operation = Request::decode(slot).map(|request| request.operation);
    matches!(operation, Ok(Operation::GetEdid { directory, .. }) if pages.contains(&directory))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn every_request_is_answered_whatever_it_says(slots in prop::collection::vec(slots(), 1..40)) {
        let (mut both, mut front_end) = ScriptedFrontEnd::meet();
        let shared = share(&both, 1);
        prop_assert_eq!(front_end.request(&mut both, Operation::BufferCreate(shared.request)), Some(Status::OK));
        let rings = front_end.references;
        for slot in slots.iter().filter(|slot| !writes_into(slot, &rings)) {
            front_end.send(slot);
            both.settle();
            prop_assert!(front_end.ring.pop().unwrap().is_some(), "no answer to {slot:x?}");
            while front_end.events.pop().unwrap().is_some() {}
        }
        prop_assert_eq!(both.states().1, XenbusState::Connected);
        front_end.enter(&both, XenbusState::Closed);
        both.settle();
        prop_assert_eq!((both.dom0.usage().mapping, both.dom0.usage().ports, both.screens.open_heads()), (0, 0, 0));
        prop_assert_eq!(both.world.violations(), [""; 0]);
    }
}
