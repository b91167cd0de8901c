//! EDIDs on the way to a connector's mode: asked for by the engine, believed or not, early, late or never.

use std::time::Duration;

use vitrine_frontend::Pacing;
use vitrine_xen::edid::{self, Edid, Mode, PhysicalSize};
use vitrine_xen::fake::{Fault, Operation as Xen, Vdispl};
use vitrine_xen::io::displif::nodes::Resolution;
use vitrine_xen::io::displif::{Operation, Request, Response, Status, directory, opcode};
use vitrine_xen::platform::SharedPages;
use vitrine_xen::{DomainId, GrantRef};

use crate::rig::Rig;
use crate::scripted::ScriptedBackEnd;
use crate::setup::GUEST;

/// What the toolstack says, in setup's mode.
const WRITTEN: Resolution = Resolution { width: 123, height: 77 };

/// What the screens of these tests like better.
const PREFERRED: Resolution = Resolution { width: 160, height: 100 };

/// An open connector beside a back end that has answered everything but GET_EDID.
fn asked(versions: Option<&str>) -> (Rig, ScriptedBackEnd, Request) {
    let (mut rig, mut back_end) = Rig::scripted(versions, |device| device.open(0, Pacing::Free));
    let mut edid = None;
    while let Some(request) = back_end.next() {
        match request.operation {
            Operation::GetEdid { .. } => edid = Some(request),
            _ => back_end.answer(&request, Status::OK),
        }
        rig.settle();
    }
    (rig, back_end, edid.expect("the EDID is asked for"))
}

/// What a screen says that likes [`PREFERRED`] best.
fn screen() -> Edid {
    let best = Mode { preferred: true, ..Mode::new(160, 100, 60_000).unwrap() };
    let size = PhysicalSize { width_millimetres: 160, height_millimetres: 100 };
    Edid { name: Some("scripted".into()), size: Some(size), modes: vec![best, Mode::new(64, 48, 60_000).unwrap()] }
}

/// Writes an EDID where the request says, and answers with its size.
fn tell(rig: &Rig, back_end: &mut ScriptedBackEnd, request: &Request, bytes: &[u8], size: u32) {
    let Operation::GetEdid { directory, buffer_size: 32768 } = request.operation else { panic!("{request:?}") };
    let dom0 = &rig.both.dom0;
    let page = dom0.map(GUEST, &[directory]).unwrap();
    let mut references: Vec<GrantRef> = Vec::new();
    directory::read_page(page.memory(), 8, |reference| references.push(reference));
    let buffer = dom0.map(GUEST, &references).unwrap();
    buffer.memory().write(0, bytes);
    let response = Response { id: request.id, code: opcode::GET_EDID, status: Status::OK, edid_size: size };
    back_end.send(&response);
}

fn tell_screen(rig: &Rig, back_end: &mut ScriptedBackEnd, request: &Request) {
    let bytes = edid::build(&screen());
    tell(rig, back_end, request, &bytes, bytes.len() as u32);
}

#[test]
fn a_preferred_mode_overrides_what_the_toolstack_says_before_anything_is_shown() {
    let (mut rig, mut back_end, request) = asked(Some("1,2"));
    assert_eq!((rig.device.mode(0), rig.show(0, 1)), (None, None), "version 2 is waited for");
    tell_screen(&rig, &mut back_end, &request);
    back_end.answer_all(&mut rig);
    assert_eq!(rig.device.mode(0), Some(PREFERRED));
    let known = rig.device.connectors()[0].edid.clone().unwrap();
    assert_eq!((known.name, known.size), (screen().name, screen().size));
    assert_eq!(known.modes.len(), 2);
    assert!(rig.show(0, 1).is_some());
    assert_eq!(back_end.answer_all(&mut rig).len(), 1);
    let pages = 2 + 2 * (160 * 100 * 4_usize).div_ceil(4096) + 2;
    let usage = rig.both.guest.usage();
    assert_eq!((usage.pages, usage.grants), (pages, pages), "the other buffers and the EDID's are gone");
}

#[test]
fn a_back_end_that_says_nothing_of_versions_may_answer_later() {
    let (mut rig, mut back_end, request) = asked(None);
    assert_eq!(rig.device.mode(0), Some(WRITTEN), "it is not waited for");
    rig.show(0, 1).unwrap();
    back_end.answer_all(&mut rig);
    rig.run_for(Duration::from_millis(900));
    tell_screen(&rig, &mut back_end, &request);
    back_end.answer_all(&mut rig);
    assert_eq!(rig.device.mode(0), Some(PREFERRED));
    assert!(rig.show(0, 2).is_some());
}

#[test]
fn a_back_end_of_version_1_is_not_asked() {
    let (mut rig, mut back_end) = Rig::scripted(Some("1"), |device| device.open(0, Pacing::Free));
    rig.settle();
    let requests: Vec<Request> = core::iter::from_fn(|| back_end.next()).collect();
    assert_eq!(requests.iter().map(|request| request.operation.code()).collect::<Vec<u8>>(), [0x10, 0x10, 0x12, 0x12]);
    requests.iter().for_each(|request| back_end.answer(request, Status::OK));
    rig.settle();
    assert_eq!(rig.device.mode(0), Some(WRITTEN));
}

#[test]
fn an_edid_that_never_comes_costs_a_second_and_its_buffer_only() {
    for versions in [None, Some("2")] {
        let (mut rig, mut back_end, request) = asked(versions);
        rig.run_for(Duration::from_millis(990));
        assert_eq!(rig.device.mode(0).is_some(), versions.is_none());
        rig.run_for(Duration::from_millis(10));
        assert_eq!(rig.device.mode(0), Some(WRITTEN));
        assert!(rig.show(0, 1).is_some());
        back_end.answer_all(&mut rig);
        // The back end may still write into the buffer: it stays granted until the answer is there, which changes nothing.
        let before = rig.both.guest.usage();
        rig.run_for(Duration::from_secs(60));
        assert_eq!(rig.both.guest.usage(), before);
        tell_screen(&rig, &mut back_end, &request);
        back_end.answer_all(&mut rig);
        assert_eq!(rig.both.guest.usage().grants, before.grants - 9);
        assert_eq!((rig.device.mode(0), rig.device.connectors()[0].edid.is_none()), (Some(WRITTEN), true));
        assert!(rig.device.is_connected());
    }
}

#[test]
fn an_edid_that_can_not_be_believed_is_passed_over() {
    let good = edid::build(&screen());
    let changed = |at: usize| {
        let mut bytes = good.clone();
        bytes[at] ^= 0x10;
        bytes
    };
    let bad: [(Vec<u8>, u32); 9] = [
        (good.to_vec(), 0),
        (good.to_vec(), 127),
        (good.to_vec(), 32768 + 128),
        (good.to_vec(), u32::MAX),
        (changed(0), 128),
        (changed(60), 128),
        (changed(126), 128),
        (vec![0; 128], 128),
        (vec![0xff; 32768], 32768),
    ];
    for (bytes, size) in bad {
        let (mut rig, mut back_end, request) = asked(Some("2"));
        tell(&rig, &mut back_end, &request, &bytes, size);
        rig.settle();
        assert_eq!(rig.device.mode(0), Some(WRITTEN), "{size}");
        assert!(rig.device.is_connected() && rig.device.connector_error(0).is_none());
    }
    for status in [Status::INVALID, Status::NOT_SUPPORTED, Status(i32::MIN), Status(1)] {
        let (mut rig, mut back_end, request) = asked(Some("2"));
        back_end.answer(&request, status);
        rig.settle();
        assert_eq!(rig.device.mode(0), Some(WRITTEN), "{status}");
    }
}

#[test]
fn a_preferred_mode_that_does_not_fit_leaves_the_one_that_does() {
    let (mut rig, mut back_end, request) = asked(Some("2"));
    let huge = Mode { preferred: true, ..Mode::new(4000, 4000, 60_000).unwrap() };
    let bytes = edid::build(&Edid { modes: vec![huge], ..screen() });
    rig.both.guest.set_memory(200);
    tell(&rig, &mut back_end, &request, &bytes, 128);
    back_end.answer_all(&mut rig);
    assert_eq!(rig.device.mode(0), Some(WRITTEN));
    assert!(rig.show(0, 1).is_some());
}

#[test]
fn without_memory_for_an_edid_the_resolution_node_has_to_do() {
    let (mut rig, mut back_end) = Rig::scripted(Some("2"), |device| device.open(0, Pacing::Free));
    back_end.answer_all(&mut rig);
    drop((rig, back_end));
    // The rings and the buffers, and nothing else.
    let (mut rig, mut back_end) = Rig::scripted_with(Some("2"), |rig| {
        rig.device.open(0, Pacing::Free);
        rig.both.guest.set_memory(24);
    });
    back_end.answer_all(&mut rig);
    assert_eq!(rig.device.mode(0), Some(WRITTEN));
}

#[test]
fn the_real_back_end_tells_each_connector_what_it_is() {
    let mut rig = Rig::new(&Vdispl::one("Virtual-1", "123x77").and("Virtual-2", "64x48"));
    rig.settle();
    for (index, (width, height)) in [(123, 77), (64, 48)].into_iter().enumerate() {
        let info = &rig.device.connectors()[index];
        let preferred = info.edid.as_ref().and_then(|edid| edid.preferred()).expect("it has an EDID");
        assert_eq!((preferred.width, preferred.height), (width, height));
        rig.open(index);
        assert_eq!(rig.device.mode(index), Some(Resolution { width, height }));
    }
}

#[test]
fn a_lost_event_for_an_edid_is_made_up_for() {
    let (mut rig, mut back_end, request) = asked(Some("2"));
    rig.both.world.set_faults(|caller: DomainId, operation: &Xen<'_>| {
        (caller != GUEST && matches!(operation, Xen::Notify(_))).then_some(Fault::Lose)
    });
    tell_screen(&rig, &mut back_end, &request);
    rig.run_for(Duration::from_millis(1100));
    rig.both.world.clear_faults();
    back_end.answer_all(&mut rig);
    assert!(rig.device.mode(0).is_some());
}
