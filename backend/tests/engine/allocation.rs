//! Buffers that the back end allocates (`be-alloc=1`): the front end maps pages of dom0.

use vitrine_backend::engine::Limits;
use vitrine_xen::fake::vdispl::frontend_path;
use vitrine_xen::fake::{Fault, Operation as FakeOperation, Pages, Usage, Vdispl};
use vitrine_xen::io::displif::directory::{self, GRANTS_PER_PAGE, directory_pages};
use vitrine_xen::io::displif::{DisplayBuffer, FLAG_REQUEST_ALLOCATION, Operation, PixelFormat, Status};
use vitrine_xen::memory::SharedMemory;
use vitrine_xen::platform::{FrontPlatform, SharedPages};
use vitrine_xen::xenbus::XenbusState;
use vitrine_xen::{DomainId, GrantRef, PAGE_SIZE};

use crate::support::{DOM0, GUEST, RawFrontend, Scene, framebuffer, grant_all, whole};
use Operation::{BufferCreate, BufferDestroy, FramebufferDetach, SetConfig};

const SIZE: (u32, u32) = (64, 48);
/// Pages of a picture of [`SIZE`] at 32 bits per pixel.
const PAGES: usize = 3;

fn allocating() -> Vdispl {
    Vdispl { be_alloc: "1".into(), ..Vdispl::one("Virtual-1", "64x48") }
}

fn connected() -> (Scene, RawFrontend) {
    let mut scene = Scene::new(Limits::default());
    let frontend = scene.connect(GUEST, &allocating());
    (scene, frontend)
}

/// A directory in which only the next pages are named, and the request for a buffer of `size` pixels that goes with it.
fn blank(frontend: &RawFrontend, cookie: u64, (width, height): (u32, u32)) -> (Pages, DisplayBuffer) {
    let buffer_size = width * height * 4;
    let count = (buffer_size as usize).div_ceil(PAGE_SIZE);
    let pages = frontend.domain.allocate(directory_pages(count)).unwrap();
    let own = grant_all(&frontend.domain, &pages);
    directory::write(pages.memory(), &own, &vec![GrantRef(0); count]);
    let request = DisplayBuffer {
        dbuf_cookie: cookie,
        width,
        height,
        bits_per_pixel: 32,
        buffer_size,
        flags: FLAG_REQUEST_ALLOCATION,
        directory: own[0],
        data_offset: 0,
    };
    (pages, request)
}

fn listed(directory: SharedMemory<'_>, count: usize) -> Vec<GrantRef> {
    let place = |page: usize| PAGE_SIZE * (page / GRANTS_PER_PAGE) + 4 + 4 * (page % GRANTS_PER_PAGE);
    (0..count).map(|page| GrantRef(directory.read_u32(place(page)))).collect()
}

#[test]
fn a_guest_draws_into_pages_of_dom0() {
    let (mut scene, mut frontend) = connected();
    let (directory, request) = blank(&frontend, 1, SIZE);
    assert_eq!(scene.ask(&mut frontend, 0, BufferCreate(request)), Status::OK);
    let idle = scene.dom0.usage();
    assert_eq!((idle.pages, idle.grants, idle.mapping), (PAGES, PAGES, 2), "the directory is not kept");
    let references = listed(directory.memory(), PAGES);
    let mapped = FrontPlatform::map(&frontend.domain, DOM0, &references).unwrap();
    assert_eq!(mapped.memory().read_u32(4 * 100), 0, "the pages are cleared");
    for word in 0..SIZE.0 * SIZE.1 {
        mapped.memory().write_u32(4 * word as usize, word);
    }
    assert_eq!(scene.ask(&mut frontend, 0, framebuffer(1, 2, SIZE, PixelFormat::Xrgb8888)), Status::OK);
    assert_eq!(scene.ask(&mut frontend, 0, SetConfig(whole(2, SIZE))), Status::OK);
    let (_, pixels) = scene.canvas.heads()[0].picture.clone().unwrap();
    let words = pixels.chunks_exact(4).map(|pixel| u32::from_le_bytes(pixel.try_into().unwrap()));
    assert!(words.eq(0..SIZE.0 * SIZE.1));

    drop(mapped);
    assert_eq!(scene.ask(&mut frontend, 0, FramebufferDetach(2)), Status::OK);
    assert_eq!(scene.ask(&mut frontend, 0, BufferDestroy(1)), Status::OK);
    assert_eq!(scene.dom0.usage(), Usage { pages: 0, grants: 0, ..idle });
    assert_eq!(scene.world.violations(), [""; 0]);
}

#[test]
fn a_directory_of_several_pages_is_filled() {
    let mut scene = Scene::new(Limits::default());
    let mut frontend = scene.connect(GUEST, &Vdispl { be_alloc: "1".into(), ..Vdispl::one("Virtual-1", "1366x768") });
    frontend.domain.scatter_frames(true);
    let (directory, request) = blank(&frontend, 1, (1366, 768));
    let next = directory.memory().read_u32(0);
    assert_eq!(scene.ask(&mut frontend, 0, BufferCreate(request)), Status::OK);
    assert_eq!(directory.memory().read_u32(0), next, "the front end's links stay");
    let mut references = listed(directory.memory(), 1025);
    references.sort_by_key(|reference| reference.0);
    references.dedup();
    assert!(references.len() == 1025 && references[0] != GrantRef(0));
}

#[test]
fn what_a_guest_still_maps_is_freed_when_it_lets_go() {
    for ends in ["destroyed", "closed", "killed"] {
        let (mut scene, mut frontend) = connected();
        let (directory, request) = blank(&frontend, 1, SIZE);
        assert_eq!(scene.ask(&mut frontend, 0, BufferCreate(request)), Status::OK);
        let mapped = FrontPlatform::map(&frontend.domain, DOM0, &listed(directory.memory(), PAGES)).unwrap();
        let scene = match ends {
            "destroyed" => {
                assert_eq!(scene.ask(&mut frontend, 0, BufferDestroy(1)), Status::OK);
                scene
            }
            "closed" => {
                frontend.set_state(XenbusState::Closed);
                scene.run();
                scene
            }
            _ => Scene::in_world(scene.kill(), Limits::default()),
        };
        mapped.memory().fill_words(0, PAGES * PAGE_SIZE / 4, 7);
        assert_eq!(scene.dom0.usage().pages, PAGES, "{ends}");
        drop(mapped);
        assert_eq!((scene.dom0.usage().pages, scene.dom0.usage().grants), (0, 0), "{ends}");
        assert_eq!(scene.world.violations(), [""; 0]);
    }
}

#[test]
fn allocations_are_checked() {
    let (mut scene, mut frontend) = connected();
    let (_directory, good) = blank(&frontend, 1, SIZE);
    let cases = [
        ("with an offset", DisplayBuffer { data_offset: 64, ..good }),
        ("without a shape", DisplayBuffer { width: 0, height: 0, bits_per_pixel: 0, ..good }),
        ("without a width", DisplayBuffer { width: 0, ..good }),
        ("a row too many", DisplayBuffer { height: 49, ..good }),
        ("no directory", DisplayBuffer { directory: GrantRef(0), ..good }),
        ("directory not granted", DisplayBuffer { directory: GrantRef(4000), ..good }),
        ("unknown flag beside it", DisplayBuffer { flags: 3, ..good }),
        ("no second directory page", DisplayBuffer { buffer_size: 1024 * PAGE_SIZE as u32, ..good }),
    ];
    for (what, request) in cases {
        assert_eq!(scene.ask(&mut frontend, 0, BufferCreate(request)), Status::INVALID, "{what}");
        assert_eq!((scene.dom0.usage().pages, scene.dom0.usage().mapping), (0, 2), "{what}");
    }
}

#[test]
fn a_directory_that_is_a_circle_is_filled_as_often_as_it_is_long() {
    let (mut scene, mut frontend) = connected();
    let (directory, request) = blank(&frontend, 1, SIZE);
    directory.memory().write_u32(0, request.directory.0);
    let long = DisplayBuffer { buffer_size: 3000 * PAGE_SIZE as u32, ..request };
    assert_eq!(scene.ask(&mut frontend, 0, BufferCreate(long)), Status::OK);
    assert_eq!(scene.dom0.usage().pages, 3000);
}

#[test]
fn only_guests_that_may_get_pages() {
    let (mut scene, mut frontend) = Scene::connected();
    let (_directory, request) = blank(&frontend, 1, SIZE);
    assert_eq!(scene.ask(&mut frontend, 0, BufferCreate(request)), Status::NOT_SUPPORTED);
    // The guest owns the folder, and so can write the node anew; but it was read before the guest ran.
    scene.world.store_write(&format!("{}/be-alloc", frontend_path(GUEST, 0)), "1");
    assert_eq!(scene.ask(&mut frontend, 0, BufferCreate(request)), Status::NOT_SUPPORTED);
    assert_eq!(scene.dom0.usage().pages, 0);
}

#[test]
fn allocated_pages_count_and_can_run_out() {
    let mut scene = Scene::new(Limits { pages: 2 * PAGES, ..Limits::default() });
    let mut frontend = scene.connect(GUEST, &allocating());
    let requests = [1, 2, 3].map(|cookie| blank(&frontend, cookie, SIZE));
    scene.world.set_faults(|caller: DomainId, operation: &FakeOperation<'_>| {
        (caller == DOM0 && matches!(operation, FakeOperation::AllocateGranted(..))).then_some(Fault::Refuse)
    });
    assert_eq!(scene.ask(&mut frontend, 0, BufferCreate(requests[0].1)), Status::NO_MEMORY, "none is left");
    scene.world.set_faults(|_: DomainId, _: &FakeOperation<'_>| None);
    let create =
        |scene: &mut Scene, frontend: &mut _, index: usize| scene.ask(frontend, 0, BufferCreate(requests[index].1));
    assert_eq!(create(&mut scene, &mut frontend, 0), Status::OK);
    assert_eq!(create(&mut scene, &mut frontend, 1), Status::OK);
    assert_eq!(create(&mut scene, &mut frontend, 2), Status::NO_MEMORY, "over the limit");
    assert_eq!(scene.ask(&mut frontend, 0, BufferDestroy(1)), Status::OK);
    assert_eq!(create(&mut scene, &mut frontend, 2), Status::OK, "there is room again");
}
