//! What a guest may have, and that no guest keeps another from being served.

use core::time::Duration;

use vitrine_backend::engine::Limits;
use vitrine_xen::DomainId;
use vitrine_xen::fake::Vdispl;
use vitrine_xen::io::displif::{Event, Operation, PixelFormat, Status};
use vitrine_xen::ring::{CONTROL_SLOTS, EVENT_SLOTS};
use vitrine_xen::xenbus::XenbusState;

use crate::support::{DOM0, GUEST, Scene, framebuffer, whole};
use Operation::{BufferCreate, BufferDestroy, FramebufferDetach, PageFlip, SetConfig};

const SIZE: (u32, u32) = (64, 48);
const BYTES: u32 = 64 * 48 * 4;

#[test]
fn buffers_framebuffers_and_pages_have_limits() {
    let mut scene = Scene::new(Limits { buffers: 3, framebuffers: 2, pages: 7, ..Limits::default() });
    let mut frontend = scene.connect(GUEST, &Vdispl::one("Virtual-1", "64x48"));
    let buffers = [1, 2, 3, 4].map(|cookie| frontend.buffer(cookie, BYTES));
    let mut create = |scene: &mut Scene, index: usize| scene.ask(&mut frontend, 0, BufferCreate(buffers[index].1));
    assert_eq!(create(&mut scene, 0), Status::OK);
    assert_eq!(create(&mut scene, 1), Status::OK);
    assert_eq!(create(&mut scene, 2), Status::NO_MEMORY, "3 + 3 + 3 pages are more than 7");
    let small = frontend.buffer(3, 100);
    assert_eq!(scene.ask(&mut frontend, 0, BufferCreate(small.1)), Status::OK);
    let fourth = frontend.buffer(4, 100);
    assert_eq!(scene.ask(&mut frontend, 0, BufferCreate(fourth.1)), Status::NO_MEMORY, "4 buffers");
    assert_eq!(scene.ask(&mut frontend, 0, BufferDestroy(1)), Status::OK);
    assert_eq!(scene.ask(&mut frontend, 0, BufferCreate(buffers[2].1)), Status::EXISTS);
    assert_eq!(scene.ask(&mut frontend, 0, BufferCreate(buffers[3].1)), Status::OK, "there is room again");
    for (cookie, expected) in [(11, Status::OK), (12, Status::OK), (13, Status::NO_MEMORY)] {
        assert_eq!(scene.ask(&mut frontend, 0, framebuffer(2, cookie, SIZE, PixelFormat::Xrgb8888)), expected);
    }
}

#[test]
fn devices_and_connectors_have_limits() {
    let mut scene = Scene::new(Limits { devices: 1, connectors: 1, ..Limits::default() });
    let two = Vdispl::one("Virtual-1", "64x48").and("Virtual-2", "64x48");
    scene.world.add_vdispl(GUEST, DOM0, 0, &two);
    scene.run();
    assert_eq!(scene.backend_state(GUEST), XenbusState::Closed);
    let error = scene.world.store_read("/local/domain/0/error/backend/vdispl/5/0/error").unwrap();
    assert_eq!(String::from_utf8(error).unwrap(), "-22 more than 1 connectors (--connector-limit)");
    scene.world.add_vdispl(DomainId(6), DOM0, 0, &Vdispl::one("Virtual-1", "64x48"));
    scene.run();
    assert_eq!(scene.backend_state(DomainId(6)), XenbusState::Initialising, "not served");
    scene.world.remove_vdispl(GUEST, DOM0, 0);
    scene.run();
    assert_eq!(scene.backend_state(DomainId(6)), XenbusState::InitWait, "now there is room");
}

#[test]
fn a_full_ring_does_not_keep_other_guests_waiting() {
    let mut scene = Scene::new(Limits { requests_per_turn: 4, ..Limits::default() });
    let mut greedy = scene.connect(GUEST, &Vdispl::one("Virtual-1", "64x48"));
    let mut modest = scene.connect(DomainId(6), &Vdispl::one("Virtual-2", "64x48"));
    for _ in 0..CONTROL_SLOTS {
        greedy.send(0, FramebufferDetach(1));
    }
    modest.send(0, FramebufferDetach(1));
    assert!(scene.turn(), "there is more to do");
    assert!(modest.response(0).is_some());
    let served = core::iter::from_fn(|| greedy.response(0)).count();
    assert_eq!(served, 4);
    scene.run();
    assert_eq!(core::iter::from_fn(|| greedy.response(0)).count(), CONTROL_SLOTS as usize - served);
}

#[test]
fn a_guest_that_asks_too_often_waits_and_loses_nothing() {
    let mut scene = Scene::new(Limits { requests_per_second: 1000, ..Limits::default() });
    let mut greedy = scene.connect(GUEST, &Vdispl::one("Virtual-1", "64x48").and("Virtual-2", "64x48"));
    let mut modest = scene.connect(DomainId(6), &Vdispl::one("Virtual-3", "64x48"));
    // As many requests as fit into both rings, for two seconds; time stands still while the back end works.
    let (mut asked, mut answered, mut waited) = (0, 0, Duration::ZERO);
    while waited < Duration::from_secs(2) {
        for ring in [0, 1] {
            while greedy.try_send(ring, FramebufferDetach(1)) {
                asked += 1;
            }
        }
        assert_eq!(scene.ask(&mut modest, 0, FramebufferDetach(1)), Status::NOT_FOUND, "at once");
        for ring in [0, 1] {
            answered += core::iter::from_fn(|| greedy.response(ring)).count() as u64;
        }
        if let Some(time) = scene.engine.wake_at() {
            let pause = time.saturating_sub(scene.dom0.now());
            assert!(pause >= Duration::from_millis(9), "not woken for each request: {pause:?}");
            scene.world.advance(pause);
            waited += pause;
        }
    }
    assert!((2900..=3100).contains(&answered), "{answered}: a second's worth at once, and then two seconds'");
    scene.world.advance(Duration::from_secs(1));
    scene.run();
    for ring in [0, 1] {
        answered += core::iter::from_fn(|| greedy.response(ring)).count() as u64;
    }
    assert_eq!((answered, scene.engine.wake_at()), (asked, None));
}

#[test]
fn a_storm_of_what_takes_long_is_slower_still() {
    let mut scene = Scene::new(Limits { requests_per_second: 1000, ..Limits::default() });
    let mut greedy = scene.connect(GUEST, &Vdispl::one("Virtual-1", "64x48"));
    let mut answered = 0;
    for second in 0..3 {
        loop {
            while greedy.try_send(0, BufferDestroy(1)) {}
            scene.run();
            let answers = core::iter::from_fn(|| greedy.response(0)).count();
            answered += answers;
            if answers == 0 {
                break;
            }
        }
        assert_eq!(answered, 10 * (second + 1));
        scene.world.advance(Duration::from_secs(1));
    }
}

#[test]
fn a_copied_picture_ends_the_turn() {
    let (mut scene, mut frontend) = Scene::connected();
    let (_buffer, request) = frontend.buffer(1, BYTES);
    assert_eq!(scene.ask(&mut frontend, 0, BufferCreate(request)), Status::OK);
    assert_eq!(scene.ask(&mut frontend, 0, framebuffer(1, 2, SIZE, PixelFormat::Xrgb8888)), Status::OK);
    for _ in 0..5 {
        frontend.send(0, SetConfig(whole(2, SIZE)));
    }
    for copies in 1..=5 {
        scene.turn();
        assert_eq!(scene.canvas.heads()[0].copies, copies);
    }
}

#[test]
fn a_full_event_page_loses_events_and_overwrites_none() {
    let (mut scene, mut frontend) = Scene::connected();
    let (_buffer, request) = frontend.buffer(1, BYTES);
    assert_eq!(scene.ask(&mut frontend, 0, BufferCreate(request)), Status::OK);
    assert_eq!(scene.ask(&mut frontend, 0, framebuffer(1, 2, SIZE, PixelFormat::Xrgb8888)), Status::OK);
    assert_eq!(scene.ask(&mut frontend, 0, SetConfig(whole(2, SIZE))), Status::OK);
    let flip = |scene: &mut Scene, frontend: &mut crate::support::RawFrontend| {
        assert_eq!(scene.ask(frontend, 0, PageFlip(2)), Status::OK);
        scene.canvas.finish_flips();
        scene.run();
    };
    for _ in 0..70 {
        flip(&mut scene, &mut frontend);
    }
    for id in 0..EVENT_SLOTS as u16 {
        assert_eq!(frontend.event(0), Some(Event::PageFlip { id, fb_cookie: 2 }));
    }
    assert_eq!(frontend.event(0), None);
    flip(&mut scene, &mut frontend);
    assert_eq!(frontend.event(0), Some(Event::PageFlip { id: 63, fb_cookie: 2 }), "numbers have no gap");
}
