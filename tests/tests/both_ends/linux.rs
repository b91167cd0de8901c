//! What Linux's front end (`xen_drm_front`) and 9xen do otherwise than the header or than ours, and how our back end takes
//! it. `docs/displif.md` lists these differences with the tests that show them; those that are here are tested nowhere else.
//! The real driver is in the boot tests.

use vitrine_xen::fake::Vdispl;
use vitrine_xen::io::displif::{
    DisplayBuffer, Event, Framebuffer, Operation, PixelFormat, Request, Response, Scanout, Status,
};
use vitrine_xen::platform::SharedPages;
use vitrine_xen::xenbus::XenbusState::{
    Closed, Closing, Connected, InitWait, Initialised, Initialising, Reconfiguring,
};

use crate::hostile::{Shared, framebuffer, scanout, share};
use crate::scripted::ScriptedFrontEnd;
use crate::setup::{Both, LONG, picture, pixel};

/// What Linux takes for a cookie: where a kernel object lies.
const BUFFER: u64 = 0xffff_8880_0463_1a00;
const FRAMEBUFFER: u64 = 0xffff_8880_02f7_d400;

/// A front end that shows its first picture.
fn showing() -> (Both, ScriptedFrontEnd, Shared) {
    let (mut both, mut front_end) = ScriptedFrontEnd::meet();
    let shared = share(&both, BUFFER);
    for operation in [
        Operation::BufferCreate(shared.request),
        Operation::FramebufferAttach(framebuffer(BUFFER, FRAMEBUFFER)),
        Operation::SetConfig(scanout(FRAMEBUFFER)),
    ] {
        assert_eq!(front_end.request(&mut both, operation), Some(Status::OK), "{operation:?}");
    }
    (both, front_end, shared)
}

#[test]
fn linux_has_addresses_for_cookies() {
    let (mut both, mut front_end, _shared) = showing();
    assert_eq!(front_end.request(&mut both, Operation::PageFlip(FRAMEBUFFER)), Some(Status::OK));
    let event = front_end.events.pop().unwrap().expect("the flip is done");
    assert_eq!(Event::decode(&event), Event::PageFlip { id: 0, fb_cookie: FRAMEBUFFER });
}

/// It uses a cookie again as soon as the kernel uses the memory again.
#[test]
fn linux_reuses_a_cookie_at_once() {
    let (mut both, mut front_end, shared) = showing();
    for _ in 0..3 {
        for operation in [
            Operation::FramebufferDetach(FRAMEBUFFER),
            Operation::BufferDestroy(BUFFER),
            Operation::BufferCreate(shared.request),
            Operation::FramebufferAttach(framebuffer(BUFFER, FRAMEBUFFER)),
            Operation::PageFlip(FRAMEBUFFER),
        ] {
            assert_eq!(front_end.request(&mut both, operation), Some(Status::OK), "{operation:?}");
        }
    }
}

/// Slots are not zeroed before they are used: the status of the response that was there stays in the request.
#[test]
fn linux_does_not_clear_its_slots() {
    let (mut both, mut front_end, _shared) = showing();
    for id in 0..100u16 {
        let mut slot = Request { id, operation: Operation::PageFlip(FRAMEBUFFER) }.encode();
        slot[4..8].copy_from_slice(&Status::BUSY.0.to_le_bytes());
        front_end.send(&slot);
        both.settle();
        let response = Response::decode(&front_end.ring.pop().unwrap().expect("an answer"));
        assert_eq!((response.id, response.status), (id, Status::OK));
        assert!(front_end.events.pop().unwrap().is_some());
    }
}

/// 9xen sends an event for each event that it has taken, Linux none; there is nothing to say in either.
#[test]
fn nine_xen_answers_events_with_events() {
    let (mut both, mut front_end, _shared) = showing();
    let before = both.back_end.as_ref().map(|_| both.states()).unwrap();
    for id in 0..200 {
        assert_eq!(front_end.request(&mut both, Operation::PageFlip(FRAMEBUFFER)), Some(Status::OK));
        let event = front_end.events.pop().unwrap().expect("the flip is done");
        assert_eq!(Event::decode(&event), Event::PageFlip { id, fb_cookie: FRAMEBUFFER });
        front_end.notify_events();
        both.settle();
    }
    assert_eq!(both.states(), before);
}

/// 9xen has one buffer, and draws into it as soon as the flip is answered: the picture was copied by then.
#[test]
fn nine_xen_draws_into_what_it_shows() {
    let (mut both, mut front_end, shared) = showing();
    for number in 1..5 {
        let words: Vec<u32> = (0..123 * 77).map(|index| pixel(number, index)).collect();
        shared.buffer.memory().write_words(0, &words);
        assert_eq!(front_end.request(&mut both, Operation::PageFlip(FRAMEBUFFER)), Some(Status::OK));
        shared.buffer.memory().fill_words(0, 123 * 77, 0);
        both.settle();
        assert_eq!(both.image(), Some(picture(number, 123, 77)));
        front_end.events.pop().unwrap().expect("the flip is done");
    }
}

/// Linux imports a buffer as one without a shape; displ_be does not know all nine formats then.
#[test]
fn linux_imports_without_a_shape() {
    for format in PixelFormat::ALL {
        let (mut both, mut front_end) = ScriptedFrontEnd::meet();
        let shared = share(&both, BUFFER);
        let imported = DisplayBuffer { width: 0, height: 0, bits_per_pixel: 0, ..shared.request };
        let attached = Framebuffer { pixel_format: format.code(), width: 122, ..framebuffer(BUFFER, FRAMEBUFFER) };
        let visible = Scanout { width: 122, bits_per_pixel: format.bits_per_pixel(), ..scanout(FRAMEBUFFER) };
        for operation in [
            Operation::BufferCreate(imported),
            Operation::FramebufferAttach(attached),
            Operation::SetConfig(visible),
            Operation::PageFlip(FRAMEBUFFER),
        ] {
            assert_eq!(front_end.request(&mut both, operation), Some(Status::OK), "{format:?} {operation:?}");
        }
    }
}

/// An import whose first byte is not a page's first one: Linux lists ceil(length / 4096) pages, which can be one too few. Then
/// the last bytes are nowhere, and a wrong picture is not shown instead of them.
#[test]
fn linux_lists_a_page_too_few_of_an_import_with_an_offset() {
    let (mut both, mut front_end) = ScriptedFrontEnd::meet();
    let shared = share(&both, BUFFER);
    // Ten pages are listed, and 37,884 bytes need them; from byte 4000 on they would need eleven.
    let imported = DisplayBuffer { width: 0, height: 0, bits_per_pixel: 0, data_offset: 4000, ..shared.request };
    assert_eq!(front_end.request(&mut both, Operation::BufferCreate(imported)), Some(Status::INVALID));
    let fitting = DisplayBuffer { data_offset: 3000, ..imported };
    assert_eq!(front_end.request(&mut both, Operation::BufferCreate(fitting)), Some(Status::OK));
}

/// When the back end goes, Linux passes through Reconfiguring, for as long as a program has the card open, and through
/// Initialising; an offer that it does not see at once has to stay.
#[test]
fn linux_lingers_in_reconfiguring() {
    let (mut both, front_end, _shared) = showing();
    front_end.enter(&both, Reconfiguring);
    both.run_for(LONG);
    assert_eq!((both.dom0.usage().mapping, both.dom0.usage().ports), (0, 0), "nothing of the old connection is held");
    front_end.enter(&both, Initialising);
    both.run_for(LONG);
    assert_eq!(both.states(), (Initialising, InitWait));
    let again = ScriptedFrontEnd::new(&both);
    again.publish(&both);
    both.settle();
    assert_eq!(both.states(), (Initialised, Connected));
}

/// When it powers off, Linux writes Closing and waits for nobody.
#[test]
fn linux_powers_off_in_closing() {
    let (mut both, front_end, _shared) = showing();
    front_end.enter(&both, Closing);
    both.run_for(LONG);
    assert_eq!(both.states().1, InitWait);
    assert_eq!((both.dom0.usage().mapping, both.dom0.usage().ports, both.screens.open_heads()), (0, 0, 0));
}

/// Linux reads no `unique-id`; displ_be throws without one, and then serves nobody. Ours says what is missing, and serves
/// the others.
#[test]
fn a_missing_unique_id_costs_one_device() {
    let both = Both::with(&Vdispl::one("", "123x77"));
    assert_eq!(both.states().1, Closed);
    let error = both.world.store_read("/local/domain/0/error/backend/vdispl/5/0/error").expect("it says why");
    assert!(String::from_utf8(error).unwrap().contains("unique-id"));
    let (_, _front_end, _) = showing();
}
