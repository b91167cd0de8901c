//! Row 4: buffers that the back end allocates (`be-alloc=1`), between the two real ends, and with a back end that lies.

use std::time::Duration;

use vitrine_frontend::head::REFRESH;
use vitrine_frontend::{Display, Error, Pacing};
use vitrine_xen::fake::{Allocation, Domain, Vdispl};
use vitrine_xen::io::displif::directory::{BadDirectory, directory_pages, fill_page};
use vitrine_xen::io::displif::{DisplayBuffer, FLAG_REQUEST_ALLOCATION, Operation, Request, Status};
use vitrine_xen::platform::{BackPlatform, GrantedPages, MapError, SharedPages};
use vitrine_xen::{GrantRef, PAGE_SIZE};

use crate::scripted::ScriptedBackEnd;
use crate::setup::{Both, GUEST, MODE, pages, picture, show};

fn be_alloc(mode: &str) -> Vdispl {
    Vdispl { be_alloc: "1".to_string(), ..Vdispl::one("Virtual-1", mode) }
}

/// Closes the display and lets its loop end.
fn close(both: &mut Both, display: Display<Domain>) {
    let card = display.card();
    drop(display);
    both.run(async move { card.close().await });
    both.settle();
}

#[test]
fn frames_are_drawn_in_the_back_ends_pages() {
    // Less than a directory page; exactly one page of grants, and one more; 1080p.
    for (width, height) in [(123, 77), (1023, 1024), (1024, 1024), (1920, 1080)] {
        let mut both = Both::with(&be_alloc(&format!("{width}x{height}")));
        let display = both.open_ready();
        let buffer = pages(width, height);
        // Ours are two rings and two directories.
        assert_eq!(both.guest.usage().pages, 2 + 2 * directory_pages(buffer));
        assert_eq!((both.dom0.usage().pages, both.guest.usage().mapping), (2 * buffer, 2 * buffer));
        let mut display = display;
        for number in 1..=5 {
            display = both.run(async move {
                show(&mut display, number).await.unwrap();
                display
            });
            assert!(both.image() == Some(picture(number, width as u32, height as u32)), "{width}x{height}, {number}");
        }
        close(&mut both, display);
        both.assert_nothing_left();
    }
}

#[test]
fn a_frame_costs_one_hypercall_and_nothing_else() {
    let mut both = Both::with(&be_alloc(MODE));
    let (mut display, _) = both.open(Pacing::Refresh(REFRESH)).unwrap();
    let mut display = both.run(async move {
        show(&mut display, 0).await.unwrap();
        display
    });
    let before = both.guest.counters();
    let _display = both.run(async move {
        for number in 1..=20 {
            show(&mut display, number).await.unwrap();
        }
        display
    });
    let after = both.guest.counters();
    assert_eq!(after.hypercalls() - before.hypercalls(), 20);
    assert_eq!((after.allocations, after.grants), (before.allocations, before.grants));
}

#[test]
fn a_back_end_that_is_killed_and_started_again_leaks_nothing() {
    let mut both = Both::with(&be_alloc(MODE));
    let mut display = both.open_ready();
    let buffer = pages(123, 77);
    for number in 1..=20 {
        display = both.run(async move {
            show(&mut display, number).await.unwrap();
            display
        });
        assert_eq!(both.image(), Some(picture(number, 123, 77)));
        both.kill_back_end();
        both.start_back_end();
        both.run_for(Duration::from_secs(1));
        assert_eq!((both.guest.usage().pages, both.guest.usage().mapping), (2 + 2, 2 * buffer), "restart {number}");
        assert_eq!(both.dom0.usage().pages, 2 * buffer, "restart {number}");
    }
    close(&mut both, display);
    both.assert_nothing_left();
}

#[test]
fn a_back_end_without_the_memory_refuses_and_leaves_nothing() {
    let mut both = Both::with(&be_alloc(MODE));
    both.dom0.set_memory(pages(123, 77) + 3);
    let (display, _) = both.open(Pacing::Free).unwrap();
    let (outcome, display) = both.run(async move { (display.ready().await, display) });
    assert!(matches!(outcome, Err(Error::Refused(_, Status::NO_MEMORY))), "{outcome:?}");
    close(&mut both, display);
    both.assert_nothing_left();
}

/// The requests for buffers, answered with what `lie` makes of the true grants; whatever else comes is granted.
fn answer_creations(
    both: &mut Both,
    back_end: &mut ScriptedBackEnd,
    lie: impl Fn(&mut Vec<GrantRef>),
) -> Vec<Allocation> {
    let mut allocations = Vec::new();
    for _ in 0..50 {
        both.settle();
        while let Some(request) = back_end.next() {
            if let Operation::BufferCreate(buffer) = &request.operation {
                allocations.push(allocate(&both.dom0, buffer, &lie));
            }
            expect_unmapped(both, &request);
            back_end.answer(&request, Status::OK);
        }
        both.run_for(Duration::from_millis(1));
    }
    allocations
}

/// With a buffer's end nothing of it is mapped any more.
fn expect_unmapped(both: &Both, request: &Request) {
    if let Operation::BufferDestroy(_) = request.operation {
        let mapped = both.guest.usage().mapping;
        assert!(mapped <= pages(123, 77), "{mapped} pages are mapped while a buffer of two is destroyed");
    }
}

fn allocate(dom0: &Domain, request: &DisplayBuffer, lie: impl Fn(&mut Vec<GrantRef>)) -> Allocation {
    assert_eq!((request.flags, request.data_offset), (FLAG_REQUEST_ALLOCATION, 0));
    let count = (request.buffer_size as usize).div_ceil(PAGE_SIZE);
    let allocation = dom0.allocate_granted(GUEST, count).unwrap();
    let mut references = allocation.references().to_vec();
    lie(&mut references);
    let directory = dom0.map(GUEST, &[request.directory]).unwrap();
    assert_eq!(directory.memory().read_u32(0), 0, "one page of a directory is enough for this mode");
    fill_page(directory.memory(), &references);
    allocation
}

#[test]
fn pages_are_unmapped_before_their_buffer_is_destroyed() {
    let (mut both, display, mut back_end) = ScriptedBackEnd::meet_with(&be_alloc(MODE));
    let allocations = answer_creations(&mut both, &mut back_end, |_| ());
    assert_eq!((allocations.len(), both.guest.usage().mapping), (2, 2 * pages(123, 77)));
    let card = display.card();
    drop(display);
    let closing = both.tasks.spawn(async move { card.close().await });
    let mut mapped = Vec::new();
    while mapped.len() < 2 {
        both.settle();
        let request = back_end.next().expect("the front end says farewell");
        if let Operation::BufferDestroy(_) = request.operation {
            mapped.push(both.dom0.usage().mapped);
        }
        back_end.answer(&request, Status::OK);
    }
    assert!(mapped[0] <= pages(123, 77) && mapped[1] == 0, "{mapped:?} of the back end's pages were still mapped");
    back_end.leave();
    drop(allocations);
    assert_eq!(both.dom0.usage().pages, 0);
    drop(closing);
}

#[test]
fn grants_that_make_no_sense_cost_the_display_and_nothing_else() {
    type Lie = fn(&mut Vec<GrantRef>);
    type Expected = fn(&Error) -> bool;
    let lies: [(Lie, Expected); 5] = [
        (|listed| listed[3] = GrantRef(0), |error| *error == Error::Directory(BadDirectory::Missing(3))),
        (|listed| listed.clear(), |error| *error == Error::Directory(BadDirectory::Missing(0))),
        (|listed| listed[9] = listed[0], |error| matches!(error, Error::Directory(BadDirectory::Repeated(_)))),
        (
            |listed| listed[9] = GrantRef(31_000),
            |error| *error == Error::Mapping(MapError::BadReference(GrantRef(31_000))),
        ),
        (|listed| listed.fill_with(|| GrantRef(u32::MAX)), |error| matches!(error, Error::Directory(_))),
    ];
    for (lie, expected) in lies {
        let (mut both, display, mut back_end) = ScriptedBackEnd::meet_with(&be_alloc(MODE));
        let allocations = answer_creations(&mut both, &mut back_end, lie);
        assert_eq!(both.guest.usage().mapping, 0);
        let (outcome, _display) = both.run(async move { (display.ready().await, display) });
        let error = outcome.expect_err("there is no memory to draw in");
        assert!(expected(&error), "{error:?}");
        assert_eq!(both.world.violations(), [""; 0]);
        drop(allocations);
        assert_eq!(both.dom0.usage().pages, 0, "nothing of the back end's is mapped");
    }
}
