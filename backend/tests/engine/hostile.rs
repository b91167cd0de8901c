//! A front end that breaks every rule: whatever it writes, the back end goes on, and holds nothing in the end.

use proptest::prelude::*;
use vitrine_backend::engine::Limits;
use vitrine_xen::DomainId;
use vitrine_xen::fake::Vdispl;
use vitrine_xen::io::displif::{DisplayBuffer, Operation, PixelFormat, Request, Scanout, Status};
use vitrine_xen::platform::SharedPages;
use vitrine_xen::ring::Slot;
use vitrine_xen::xenbus::XenbusState;

use crate::support::{DOM0, GUEST, RawFrontend, Scene, framebuffer};

#[test]
fn a_ring_index_that_makes_no_sense_ends_the_connection() {
    for producer in [33, 1000, u32::MAX, 1 << 31] {
        let (mut scene, frontend) = Scene::connected();
        let other = scene.connect(DomainId(6), &Vdispl::one("Virtual-2", "64x48"));
        frontend.channels[0].ring.page().memory().write_u32(0, producer);
        frontend.domain.notify(frontend.channels[0].request_port);
        scene.run();
        assert_eq!(scene.backend_state(GUEST), XenbusState::Closed, "{producer}");
        assert_eq!(scene.backend_state(other.domain.id()), XenbusState::Connected);
        assert_eq!(scene.dom0.usage().ports, 2, "those of the other guest");
    }
}

#[test]
fn a_ring_that_is_broken_before_it_is_bound_is_tried_once() {
    let mut scene = Scene::new(Limits::default());
    scene.world.add_vdispl(GUEST, DOM0, 0, &Vdispl::one("Virtual-1", "64x48"));
    scene.run();
    let mut frontend = RawFrontend::new(&scene.world, GUEST, 1);
    frontend.channels[0].ring.page().memory().write_u32(0, 1000);
    frontend.publish();
    assert!(scene.run() < 10);
    assert_eq!(scene.backend_state(GUEST), XenbusState::Closed);
}

#[test]
fn a_consumer_index_that_makes_no_sense_only_loses_events() {
    let (mut scene, mut frontend) = Scene::connected();
    let (_buffer, request) = frontend.buffer(1, 64 * 48 * 4);
    assert_eq!(scene.ask(&mut frontend, 0, Operation::BufferCreate(request)), Status::OK);
    assert_eq!(scene.ask(&mut frontend, 0, framebuffer(1, 2, (64, 48), PixelFormat::Xrgb8888)), Status::OK);
    let scanout = Scanout { fb_cookie: 2, x: 0, y: 0, width: 64, height: 48, bits_per_pixel: 32 };
    assert_eq!(scene.ask(&mut frontend, 0, Operation::SetConfig(scanout)), Status::OK);
    frontend.channels[0].events.page().memory().write_u32(0, 0x8000_0000);
    for _ in 0..3 {
        assert_eq!(scene.ask(&mut frontend, 0, Operation::PageFlip(2)), Status::OK);
        scene.canvas.finish_flips();
        scene.run();
    }
    assert_eq!(frontend.event(0), None);
    assert_eq!(scene.backend_state(GUEST), XenbusState::Connected);
}

#[test]
fn events_without_end_are_survived() {
    let (mut scene, frontend) = Scene::connected();
    for _ in 0..1000 {
        frontend.domain.notify(frontend.channels[0].request_port);
        frontend.domain.notify(frontend.channels[0].event_port);
        scene.turn();
    }
    assert_eq!(scene.backend_state(GUEST), XenbusState::Connected);
}

/// Numbers that are likely to be right, and such as are likely to be wrong.
fn number() -> impl Strategy<Value = u32> {
    prop_oneof![0..8u32, 8..40u32, Just(64), Just(48), Just(32), Just(16), Just(12288), Just(u32::MAX), any::<u32>()]
}

fn cookie() -> impl Strategy<Value = u64> {
    prop_oneof![0..6u64, Just(u64::MAX)]
}

fn operation(buffers: Vec<DisplayBuffer>) -> impl Strategy<Value = Operation> {
    let near = prop::sample::select(buffers);
    let changed = (near.clone(), cookie(), number(), number(), number()).prop_map(
        |(buffer, dbuf_cookie, width, height, bits_per_pixel)| DisplayBuffer {
            dbuf_cookie,
            width,
            height,
            bits_per_pixel,
            ..buffer
        },
    );
    let wild = (near.clone(), number(), number(), number()).prop_map(|(buffer, buffer_size, flags, data_offset)| {
        DisplayBuffer { buffer_size, flags, data_offset, ..buffer }
    });
    let formats = prop::sample::select(PixelFormat::ALL.to_vec());
    prop_oneof![
        prop_oneof![near.clone(), changed, wild].prop_map(Operation::BufferCreate),
        cookie().prop_map(Operation::BufferDestroy),
        (cookie(), cookie(), number(), number(), formats).prop_map(|(dbuf, fb, width, height, format)| framebuffer(
            dbuf,
            fb,
            (width, height),
            format
        )),
        cookie().prop_map(Operation::FramebufferDetach),
        (cookie(), number(), number(), number(), number(), number()).prop_map(
            |(fb_cookie, x, y, width, height, bits_per_pixel)| {
                Operation::SetConfig(Scanout { fb_cookie, x, y, width, height, bits_per_pixel })
            }
        ),
        cookie().prop_map(Operation::PageFlip),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Requests that are almost right, in any order: each is answered, nothing panics, nothing stays mapped.
    #[test]
    fn any_requests_are_answered(
        choices in prop::collection::vec((any::<prop::sample::Index>(), any::<bool>()), 1..120),
        seed in prop::collection::vec(operation(vec![template(); 1]), 120),
    ) {
        let (mut scene, mut frontend) = Scene::connected();
        let buffers = [1, 2, 3].map(|cookie| frontend.buffer(cookie, 64 * 48 * 4));
        for (choice, finish) in choices {
            let operation = match *choice.get(&seed) {
                Operation::BufferCreate(buffer) => {
                    let (_, granted) = &buffers[(buffer.dbuf_cookie % 3) as usize];
                    Operation::BufferCreate(DisplayBuffer { directory: granted.directory, ..buffer })
                }
                other => other,
            };
            scene.ask(&mut frontend, 0, operation);
            if finish {
                scene.canvas.finish_flips();
                scene.run();
                while frontend.event(0).is_some() {}
            }
        }
        scene.world.destroy(GUEST);
        scene.world.remove_vdispl(GUEST, DOM0, 0);
        scene.run();
        prop_assert_eq!(scene.dom0.usage().mapping, 0);
        prop_assert_eq!(scene.dom0.usage().ports, 0);
    }

    /// Any bytes at all in the slots.
    #[test]
    fn any_bytes_are_answered(slots in prop::collection::vec(prop::collection::vec(any::<u8>(), 64), 1..40)) {
        let (mut scene, mut frontend) = Scene::connected();
        for bytes in slots {
            let slot: Slot = bytes.try_into().unwrap();
            let strays = |request: Request| request.stray_bytes(&without_status(slot));
            let right = Request::decode(&slot).is_ok_and(|request| !strays(request));
            frontend.send_slot(0, &slot);
            scene.run();
            let response = frontend.response(0).unwrap();
            prop_assert_eq!(response.id, u16::from_le_bytes([slot[0], slot[1]]));
            prop_assert!(right || response.status == Status::INVALID);
        }
    }

    /// Any states, and any nodes, in any order.
    #[test]
    fn any_states_are_survived(states in prop::collection::vec((0..9usize, any::<bool>(), 0..3u8), 1..60)) {
        let mut scene = Scene::new(Limits::default());
        let mut frontend = scene.connect(GUEST, &Vdispl::one("Virtual-1", "64x48"));
        let mut earlier = Vec::new();
        for (state, run, detach) in states {
            frontend.set_state(XenbusState::ALL[state]);
            if run {
                scene.run();
            }
            match detach {
                0 => {
                    let next = RawFrontend::new(&scene.world, GUEST, 1);
                    earlier.push(core::mem::replace(&mut frontend, next));
                }
                1 => frontend.publish(),
                _ => {}
            }
        }
        frontend.set_state(XenbusState::Closed);
        scene.run();
        prop_assert_eq!(scene.dom0.usage().mapping, 0);
        prop_assert_eq!(scene.world.violations().len(), 0, "{:?}", scene.world.violations());
    }
}

/// A request without what the slot's last answer said of its status, which Linux leaves there.
fn without_status(mut slot: Slot) -> Slot {
    slot[4..8].fill(0);
    slot
}

/// A buffer that the test's own replaces.
fn template() -> DisplayBuffer {
    DisplayBuffer {
        dbuf_cookie: 1,
        width: 64,
        height: 48,
        bits_per_pixel: 32,
        buffer_size: 64 * 48 * 4,
        flags: 0,
        directory: vitrine_xen::GrantRef(0),
        data_offset: 0,
    }
}
