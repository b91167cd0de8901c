//! Who goes to which state when, on a whole xenstore: starts, ends, and restarts of either end.

use vitrine_backend::engine::Limits;
use vitrine_xen::DomainId;
use vitrine_xen::fake::vdispl::frontend_path;
use vitrine_xen::fake::{Fault, Operation, Usage, Vdispl, World};
use vitrine_xen::io::displif::{self, Status};
use vitrine_xen::platform::StoreError;
use vitrine_xen::xenbus::XenbusState::{Closed, Closing, Connected, InitWait, Initialised, Initialising, Unknown};

use crate::support::{Buffer, DOM0, GUEST, RawFrontend, Scene, framebuffer, whole};

fn vdispl() -> Vdispl {
    Vdispl::one("Virtual-1", "64x48")
}

/// What dom0 holds while nobody is connected: the watch on all devices and the one on this front end.
const AT_REST: Usage = Usage { pages: 0, grants: 0, mapped: 0, ports: 0, mapping: 0, watches: 2 };

#[test]
fn a_guest_that_is_destroyed_leaves_nothing_behind() {
    let (mut scene, mut frontend) = Scene::connected();
    let (_buffer, request) = frontend.buffer(1, 10 * 4096);
    assert_eq!(scene.ask(&mut frontend, 0, displif::Operation::BufferCreate(request)), Status::OK);
    assert_eq!(scene.dom0.usage(), Usage { ports: 2, mapping: 12, ..AT_REST });
    scene.world.destroy(GUEST);
    scene.world.remove_vdispl(GUEST, DOM0, 0);
    scene.run();
    assert_eq!(scene.dom0.usage(), Usage { watches: 1, ..AT_REST });
    assert_eq!(scene.canvas.heads(), []);
    assert_eq!(scene.engine.devices().count(), 0);
    assert_eq!(scene.world.store_read("/local/domain/0/backend/vdispl/5/0/state"), None, "not written again");
}

#[test]
fn a_front_end_that_vanishes_is_closed_at_once() {
    let (mut scene, _frontend) = Scene::connected();
    scene.world.destroy(GUEST);
    scene.run();
    assert_eq!(scene.backend_state(GUEST), Closed);
    assert_eq!(scene.dom0.usage(), AT_REST);
}

#[test]
fn a_front_end_can_close_and_come_back() {
    let (mut scene, mut frontend) = Scene::connected();
    for end in [[Closing, Closed], [Closed, Closed], [Initialising, Initialising]] {
        let (_buffer, request) = frontend.buffer(1, 4096);
        assert_eq!(scene.ask(&mut frontend, 0, displif::Operation::BufferCreate(request)), Status::OK);
        for state in end {
            frontend.set_state(state);
            scene.run();
            assert_eq!(scene.dom0.usage(), AT_REST);
        }
        frontend.set_state(Initialising);
        scene.run();
        assert_eq!(scene.backend_state(GUEST), InitWait);
        let mut again = RawFrontend::new(&scene.world, GUEST, 1);
        again.publish();
        scene.run();
        assert_eq!(scene.backend_state(GUEST), Connected);
        again.set_state(Connected);
        scene.run();
        frontend = again;
    }
}

#[test]
fn linux_finds_the_back_end_waiting_after_it_has_closed() {
    let (mut scene, frontend) = Scene::connected();
    frontend.set_state(Closing);
    scene.run();
    assert_eq!(scene.backend_state(GUEST), InitWait);
}

#[test]
fn merged_watch_events_make_no_difference() {
    let (mut scene, frontend) = Scene::connected();
    scene.world.set_watch_coalescing(true);
    // The back end sees only the last of these.
    for state in [Closing, Closed, Initialising] {
        frontend.set_state(state);
    }
    scene.run();
    assert_eq!(scene.backend_state(GUEST), InitWait);
    assert_eq!(scene.dom0.usage(), AT_REST);
}

#[test]
fn a_detached_device_closes_and_is_forgotten() {
    let (mut scene, _frontend) = Scene::connected();
    scene.world.detach_vdispl(GUEST, DOM0, 0);
    scene.run();
    assert_eq!(scene.backend_state(GUEST), Closed);
    scene.world.remove_vdispl(GUEST, DOM0, 0);
    scene.run();
    assert_eq!(scene.engine.devices().count(), 0);
    let again = scene.connect(GUEST, &Vdispl::one("Virtual-2", "32x32"));
    assert_eq!(scene.canvas.heads()[0].label, "d5-0-Virtual-2");
    drop(again);
}

#[test]
fn a_device_that_was_replaced_unseen_is_a_new_one() {
    let (mut scene, _frontend) = Scene::connected();
    scene.world.remove_vdispl(GUEST, DOM0, 0);
    scene.world.add_vdispl(GUEST, DOM0, 0, &Vdispl::one("Virtual-2", "32x32"));
    scene.run();
    assert_eq!(scene.backend_state(GUEST), InitWait);
    assert_eq!(scene.dom0.usage(), AT_REST);
    let mut again = RawFrontend::new(&scene.world, GUEST, 1);
    again.publish();
    scene.run();
    assert_eq!(scene.canvas.heads()[0].label, "d5-0-Virtual-2");
}

#[test]
fn all_devices_of_a_guest_can_be_removed_at_once() {
    let (mut scene, _frontend) = Scene::connected();
    scene.world.store_remove("/local/domain/0/backend/vdispl/5");
    scene.run();
    assert_eq!(scene.dom0.usage(), Usage { watches: 1, ..AT_REST });
    assert_eq!(scene.engine.devices().count(), 0);
    assert_eq!(scene.canvas.heads(), [], "the screen was given back");
}

#[test]
fn a_guest_gets_its_connector_when_another_one_gives_it_back() {
    let (mut scene, first) = Scene::connected();
    let second = DomainId(6);
    scene.world.add_vdispl(second, DOM0, 0, &vdispl());
    scene.run();
    let mut frontend = RawFrontend::new(&scene.world, second, 1);
    frontend.publish();
    scene.run();
    assert_eq!(scene.backend_state(second), Closed);
    let error = scene.world.store_read("/local/domain/0/error/backend/vdispl/6/0/error").unwrap();
    assert_eq!(String::from_utf8(error).unwrap(), "-22 connector Virtual-1 shows another guest already");
    first.set_state(Closed);
    scene.run();
    assert_eq!(scene.backend_state(second), Connected);
    assert_eq!(scene.canvas.heads()[0].label, "d6-0-Virtual-1");
}

#[test]
fn a_back_end_that_ends_closes_every_device() {
    let (mut scene, _frontend) = Scene::connected();
    scene.engine.leave();
    scene.run();
    assert_eq!(scene.backend_state(GUEST), Closed);
    assert_eq!(scene.dom0.usage(), AT_REST);
    scene.world.add_vdispl(DomainId(6), DOM0, 0, &vdispl());
    scene.run();
    assert_eq!(scene.backend_state(DomainId(6)), Initialising, "no new device");
}

#[test]
fn a_back_end_that_died_never_binds_the_old_ring_again() {
    let (scene, frontend) = Scene::connected();
    let mut scene = Scene::in_world(scene.kill(), Limits::default());
    scene.run();
    assert_eq!(scene.backend_state(GUEST), Closed, "until the front end has left its connection");
    frontend.set_state(Initialising);
    scene.run();
    assert_eq!(scene.backend_state(GUEST), InitWait);
    let mut again = RawFrontend::new(&scene.world, GUEST, 1);
    again.publish();
    scene.run();
    assert_eq!(scene.backend_state(GUEST), Connected);
}

/// What a guest with buffers of either kind does until it shows pictures, step by step; the back end has a turn after each.
const SESSION: [fn(&mut Scene, &mut Option<Guest>); 12] = [
    |scene, _| scene.world.add_vdispl(GUEST, DOM0, 0, &Vdispl { be_alloc: "1".into(), ..vdispl() }),
    |_, _| (),
    |scene, guest| {
        let mut frontend = RawFrontend::new(&scene.world, GUEST, 1);
        frontend.write("version", "2");
        frontend.publish();
        *guest = Some(Guest { frontend, kept: Vec::new() });
    },
    |_, guest| guest.as_mut().unwrap().frontend.set_state(Connected),
    |_, guest| guest.as_mut().unwrap().create(1, 0),
    |_, guest| guest.as_mut().unwrap().create(2, displif::FLAG_REQUEST_ALLOCATION),
    |_, guest| guest.as_mut().unwrap().send(framebuffer(1, 3, (64, 48), displif::PixelFormat::Xrgb8888)),
    |_, guest| guest.as_mut().unwrap().read_edid(),
    |_, guest| guest.as_mut().unwrap().send(displif::Operation::SetConfig(whole(3, (64, 48)))),
    |_, guest| guest.as_mut().unwrap().send(displif::Operation::PageFlip(3)),
    |scene, _| scene.canvas.finish_flips(),
    |_, guest| guest.as_mut().unwrap().send(displif::Operation::PageFlip(3)),
];

struct Guest {
    frontend: RawFrontend,
    /// Pages that the back end may map.
    kept: Vec<Buffer>,
}

impl Guest {
    fn send(&mut self, operation: displif::Operation) {
        while self.frontend.response(0).is_some() {}
        self.frontend.send(0, operation);
    }

    fn create(&mut self, cookie: u64, flags: u32) {
        let (buffer, request) = self.frontend.buffer(cookie, 64 * 48 * 4);
        self.kept.push(buffer);
        let shaped = displif::DisplayBuffer { width: 64, height: 48, bits_per_pixel: 32, flags, ..request };
        self.send(displif::Operation::BufferCreate(shaped));
    }

    fn read_edid(&mut self) {
        let (buffer, request) = self.frontend.buffer(9, displif::EDID_BUFFER_SIZE);
        self.kept.push(buffer);
        let (buffer_size, directory) = (displif::EDID_BUFFER_SIZE, request.directory);
        self.send(displif::Operation::GetEdid { buffer_size, directory });
    }
}

#[test]
fn a_back_end_that_is_killed_at_any_moment_takes_its_guest_back() {
    for moment in 0..=SESSION.len() {
        let (mut scene, mut guest) = (Scene::new(Limits::default()), None);
        for step in &SESSION[..moment] {
            step(&mut scene, &mut guest);
            scene.turn();
        }
        let mut scene = Scene::in_world(scene.kill(), Limits::default());
        scene.run();
        match &mut guest {
            None if moment == 0 => SESSION[0](&mut scene, &mut guest),
            None => {}
            // It has seen that the back end has left, and lets go of everything.
            Some(guest) => guest.frontend.set_state(Initialising),
        }
        scene.run();
        assert_eq!(scene.backend_state(GUEST), InitWait, "killed after step {moment}");
        // What was granted stays, for the front end of this test never ends a grant.
        let _earlier = guest.take();
        for step in &SESSION[2..] {
            step(&mut scene, &mut guest);
            scene.run();
        }
        assert_eq!(scene.canvas.heads()[0].copies, 3, "killed after step {moment}");
        let usage = scene.dom0.usage();
        assert_eq!(
            (usage.pages, usage.mapping, usage.ports, usage.watches),
            (3, 5, 2, 2),
            "killed after step {moment}"
        );
        scene.world.destroy(GUEST);
        scene.world.remove_vdispl(GUEST, DOM0, 0);
        scene.run();
        assert_eq!(scene.dom0.usage(), Usage { watches: 1, ..AT_REST });
        assert_eq!(scene.world.violations(), [""; 0]);
    }
}

#[test]
fn an_error_of_an_earlier_back_end_goes() {
    let error = "/local/domain/0/error/backend/vdispl/5/0";
    let world = World::new();
    world.add_vdispl(GUEST, DOM0, 0, &vdispl());
    world.store_write(&format!("{error}/error"), "-22 something");
    let mut scene = Scene::in_world(world, Limits::default());
    let mut frontend = RawFrontend::new(&scene.world, GUEST, 1);
    scene.run();
    frontend.publish();
    scene.run();
    assert_eq!(scene.backend_state(GUEST), Connected);
    assert!(scene.world.store_read(&format!("{error}/error")).is_none());
}

#[test]
fn a_front_end_that_waits_with_a_fresh_ring_is_taken_over() {
    let world = World::new();
    world.add_vdispl(GUEST, DOM0, 0, &vdispl());
    world.store_write("/local/domain/0/backend/vdispl/5/0/state", "2");
    let mut frontend = RawFrontend::new(&world, GUEST, 1);
    frontend.publish();
    let mut scene = Scene::in_world(world, Limits::default());
    scene.run();
    assert_eq!(scene.backend_state(GUEST), Connected);
}

#[test]
fn a_used_ring_is_refused() {
    let mut scene = Scene::new(Limits::default());
    scene.world.add_vdispl(GUEST, DOM0, 0, &vdispl());
    scene.run();
    let mut frontend = RawFrontend::new(&scene.world, GUEST, 1);
    use vitrine_xen::platform::SharedPages;
    frontend.channels[0].ring.page().memory().write_u32(8, 3);
    frontend.publish();
    scene.run();
    assert_eq!(scene.backend_state(GUEST), Closed);
    assert_eq!(scene.dom0.usage(), AT_REST);
}

#[test]
fn what_can_not_be_bound_closes_the_device_until_the_front_end_starts_anew() {
    let nodes = ["req-ring-ref", "req-event-channel", "evt-ring-ref", "evt-event-channel"];
    for node in nodes {
        for wrong in ["", "0", "-1", "4711", "99999999999", "x"] {
            let mut scene = Scene::new(Limits::default());
            scene.world.add_vdispl(GUEST, DOM0, 0, &vdispl());
            scene.run();
            let mut frontend = RawFrontend::new(&scene.world, GUEST, 1);
            frontend.publish();
            frontend.write(&format!("0/{node}"), wrong);
            scene.run();
            assert_eq!(scene.backend_state(GUEST), Closed, "{node} = {wrong:?}");
            assert_eq!(scene.dom0.usage(), AT_REST, "{node} = {wrong:?}");
            frontend.set_state(Initialising);
            scene.run();
            assert_eq!(scene.backend_state(GUEST), InitWait);
            let mut again = RawFrontend::new(&scene.world, GUEST, 1);
            again.publish();
            scene.run();
            assert_eq!(scene.backend_state(GUEST), Connected);
        }
    }
}

#[test]
fn a_configuration_that_can_not_be_shown_is_refused_with_a_message() {
    let cases = [
        (Vdispl::one("Missing-1", "64x48"), "no connector \"Missing-1\"; there is Other-1"),
        (Vdispl::one("Virtual-1", "64"), "/resolution: it has to be WIDTHxHEIGHT"),
        (Vdispl::one("Virtual-1", "0x48"), "/resolution: width and height have to be from 1"),
        (Vdispl::one("", "64x48"), "/unique-id: a connector's name"),
        (Vdispl::one("../../etc", "64x48"), "/unique-id: a connector's name"),
        (Vdispl { be_alloc: "0".into(), connectors: Vec::new() }, "is there connectors=NAME:WIDTHxHEIGHT in vdispl?"),
    ];
    for (vdispl, message) in cases {
        let mut scene = Scene::new(Limits::default());
        scene.canvas.lacks("Missing-1");
        scene.world.add_vdispl(GUEST, DOM0, 0, &vdispl);
        scene.run();
        assert_eq!(scene.backend_state(GUEST), Closed, "{vdispl:?}");
        let error = scene.world.store_read("/local/domain/0/error/backend/vdispl/5/0/error").unwrap();
        let error = String::from_utf8(error).unwrap();
        assert!(error.contains(message), "{error:?} instead of {message:?}");
    }
}

#[test]
fn a_message_goes_when_its_cause_is_gone() {
    let error = "/local/domain/0/error/backend/vdispl/5/0";
    let mut scene = Scene::new(Limits::default());
    scene.world.add_vdispl(GUEST, DOM0, 0, &vdispl());
    scene.run();
    let frontend = RawFrontend::new(&scene.world, GUEST, 1);
    frontend.set_state(Initialised);
    scene.run();
    assert!(scene.world.store_read(error).is_some(), "nothing was published");
    frontend.set_state(Initialising);
    scene.run();
    let mut again = RawFrontend::new(&scene.world, GUEST, 1);
    again.publish();
    scene.run();
    assert_eq!(scene.backend_state(GUEST), Connected);
    assert!(scene.world.store_read(error).is_none());
}

#[test]
fn a_folder_that_is_removed_is_not_made_anew() {
    // The toolstack removes the device just before the back end writes into it.
    let mut scene = Scene::new(Limits::default());
    scene.world.add_vdispl(GUEST, DOM0, 0, &vdispl());
    let world = scene.world.clone();
    scene.world.set_faults(move |caller: DomainId, operation: &Operation<'_>| {
        if caller == DOM0 && matches!(operation, Operation::Write(..)) {
            world.remove_vdispl(GUEST, DOM0, 0);
        }
        None
    });
    scene.run();
    assert_eq!(scene.world.store_read("/local/domain/0/backend/vdispl/5/0/state"), None);
    assert_eq!(scene.engine.devices().count(), 0);
}

#[test]
fn a_watch_that_xenstored_refuses_costs_one_device_only() {
    let mut scene = Scene::new(Limits::default());
    scene.world.set_faults(|caller: DomainId, operation: &Operation<'_>| match operation {
        Operation::Watch(path) if caller == DOM0 && path.contains("/5/") => Some(Fault::Store(StoreError::TooBig)),
        _ => None,
    });
    scene.world.add_vdispl(GUEST, DOM0, 0, &vdispl());
    scene.connect(DomainId(6), &Vdispl::one("Virtual-2", "64x48"));
    assert_eq!(scene.backend_state(GUEST), Initialising);
}

#[test]
fn the_versions_of_the_protocol_are_listed() {
    let (scene, _frontend) = Scene::connected();
    let versions = scene.world.store_read("/local/domain/0/backend/vdispl/5/0/versions");
    assert_eq!(versions.as_deref(), Some(&b"1,2"[..]));
}

#[test]
fn a_front_end_may_choose_a_version_that_is_listed() {
    for version in ["1", "2"] {
        Scene::new(Limits::default()).connect_as(GUEST, &vdispl(), Some(version));
    }
    for wrong in ["", "0", "3", "1,2", "02", "two"] {
        let mut scene = Scene::new(Limits::default());
        scene.world.add_vdispl(GUEST, DOM0, 0, &vdispl());
        scene.run();
        let mut frontend = RawFrontend::new(&scene.world, GUEST, 1);
        frontend.write("version", wrong);
        frontend.publish();
        scene.run();
        assert_eq!(scene.backend_state(GUEST), Closed, "{wrong:?}");
        assert_eq!(scene.dom0.usage(), AT_REST);
        let error = scene.world.store_read("/local/domain/0/error/backend/vdispl/5/0/error").unwrap();
        let expected = "-22 /local/domain/5/device/vdispl/0/version: not one of the versions 1,2";
        assert_eq!(String::from_utf8(error).unwrap(), expected);
    }
}

#[test]
fn a_guest_can_not_take_another_connector_by_rewriting_its_configuration() {
    let mut scene = Scene::new(Limits::default());
    scene.world.add_vdispl(GUEST, DOM0, 0, &vdispl());
    scene.run();
    // The guest owns the connector's folder, so it can remove what is in it and make it anew.
    scene.world.store_write(&format!("{}/0/unique-id", frontend_path(GUEST, 0)), "HDMI-A-1");
    let mut frontend = RawFrontend::new(&scene.world, GUEST, 1);
    frontend.publish();
    scene.run();
    assert_eq!(scene.canvas.heads()[0].label, "d5-0-Virtual-1");
}

#[test]
fn states_that_mean_nothing_are_survived() {
    let (mut scene, frontend) = Scene::connected();
    for state in ["", "9", "banana", "44"] {
        frontend.write("state", state);
        scene.run();
        assert_eq!(scene.backend_state(GUEST), Closed);
    }
    frontend.set_state(Unknown);
    frontend.set_state(Initialised);
    scene.run();
    assert_eq!(scene.backend_state(GUEST), Connected, "its ring is as good as new");
}
