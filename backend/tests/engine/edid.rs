//! GET_EDID: what a guest is told of its screens, and every way of asking wrongly.

use vitrine_xen::edid::{self, Edid, Mode, PhysicalSize};
use vitrine_xen::fake::Vdispl;
use vitrine_xen::io::displif::{DisplayBuffer, EDID_BUFFER_SIZE, Operation, Response, Status};
use vitrine_xen::platform::SharedPages;
use vitrine_xen::{GrantRef, PAGE_SIZE};

use crate::support::{Buffer, GUEST, RawFrontend, Scene};

const SIZE: PhysicalSize = PhysicalSize { width_millimetres: 600, height_millimetres: 340 };

/// A guest of version 1 with two connectors, and a buffer for an EDID.
fn with_buffer() -> (Scene, RawFrontend, Buffer, DisplayBuffer) {
    let mut scene = Scene::new(Default::default());
    let modes = [(1920, 1080), (1024, 768)].map(|(width, height)| Mode::new(width, height, 60_000).unwrap());
    scene.canvas.set_screen(Edid { name: Some("U2720Q".into()), size: Some(SIZE), modes: modes.into() });
    let two = Vdispl::one("Virtual-1", "1024x768").and("Virtual-2", "320x240");
    let frontend = scene.connect(GUEST, &two);
    let (buffer, request) = frontend.buffer(0, EDID_BUFFER_SIZE);
    (scene, frontend, buffer, request)
}

fn ask(scene: &mut Scene, frontend: &mut RawFrontend, index: usize, (size, directory): (u32, GrantRef)) -> Response {
    scene.ask_for(frontend, index, Operation::GetEdid { buffer_size: size, directory })
}

#[test]
fn each_connector_has_its_own() {
    let (mut scene, mut frontend, buffer, request) = with_buffer();
    for (connector, resolution) in [(0, (1024, 768)), (1, (320, 240))] {
        let response = ask(&mut scene, &mut frontend, connector, (EDID_BUFFER_SIZE, request.directory));
        assert_eq!(response.status, Status::OK);
        let mut bytes = vec![0; response.edid_size as usize];
        buffer.memory().read(0, &mut bytes);
        let edid = edid::parse(&bytes).unwrap();
        let preferred = edid.preferred().unwrap();
        assert_eq!((preferred.width, preferred.height), resolution);
        assert!(edid.modes.iter().any(|mode| (mode.width, mode.height) == (1920, 1080)));
        assert_eq!((edid.name.as_deref(), edid.size), (Some("U2720Q"), Some(SIZE)));
    }
    assert_eq!(scene.dom0.usage().mapping, 4, "the rings");
    assert_eq!(scene.world.violations(), [""; 0]);
}

#[test]
fn only_what_is_written_is_mapped() {
    let (mut scene, mut frontend, buffer, request) = with_buffer();
    buffer.memory().fill_words(0, 8 * PAGE_SIZE / 4, 0x5555_5555);
    // The second page's grant is none.
    buffer.directory.memory().write_u32(8, 0);
    let response = ask(&mut scene, &mut frontend, 0, (u32::MAX, request.directory));
    assert_eq!((response.status, response.edid_size), (Status::OK, 128));
    assert_eq!(buffer.memory().read_u32(128), 0x5555_5555);
}

#[test]
fn what_can_not_be_written_is_refused() {
    let (mut scene, mut frontend, buffer, request) = with_buffer();
    for size in [0, 128, EDID_BUFFER_SIZE - 1] {
        let response = ask(&mut scene, &mut frontend, 0, (size, request.directory));
        assert_eq!((response.status, response.edid_size), (Status::INVALID, 0), "{size} bytes");
    }
    for directory in [0, 4000, u32::MAX] {
        let response = ask(&mut scene, &mut frontend, 0, (EDID_BUFFER_SIZE, GrantRef(directory)));
        assert_eq!((response.status, response.edid_size), (Status::INVALID, 0), "directory {directory}");
    }
    for page in [0, 4000, u32::MAX] {
        buffer.directory.memory().write_u32(4, page);
        let response = ask(&mut scene, &mut frontend, 0, (EDID_BUFFER_SIZE, request.directory));
        assert_eq!((response.status, response.edid_size), (Status::INVALID, 0), "page {page}");
    }
    assert_eq!(scene.dom0.usage().mapping, 4, "the rings");
}

#[test]
fn a_resolution_that_no_edid_can_say() {
    let mut scene = Scene::new(Default::default());
    let mut frontend = scene.connect(GUEST, &Vdispl::one("Virtual-1", "20000x10"));
    let (_buffer, request) = frontend.buffer(0, EDID_BUFFER_SIZE);
    let response = ask(&mut scene, &mut frontend, 0, (EDID_BUFFER_SIZE, request.directory));
    assert_eq!(response.status, Status::NOT_SUPPORTED);
}
