//! Row 4 and row 6: where buffers' bytes are. Own pages, imported ones and the back end's, each made whole or not at all,
//! with the fake Xen saying what is left behind.

use std::rc::Rc;

use proptest::prelude::*;
use vitrine_frontend::Error;
use vitrine_frontend::backing::{self, Backing, BadImport, Scatter};
use vitrine_frontend::shared::Quarantine;
use vitrine_xen::fake::{Allocation, Domain, Fault, Operation, Pages, Usage, World};
use vitrine_xen::io::displif::FLAG_REQUEST_ALLOCATION;
use vitrine_xen::io::displif::directory::{self, BadDirectory, GRANTS_PER_PAGE};
use vitrine_xen::platform::{BackPlatform, FrontPlatform, GrantedPages, MapError, OutOfMemory, SharedPages};
use vitrine_xen::{DomainId, GrantRef, PAGE_SIZE};

use crate::setup::{DOM0, GUEST};

/// 7680x4320 with 4 bytes a pixel: 32,400 pages, 32 directory pages.
const SIZE_8K: u32 = 7680 * 4320 * 4;

fn world() -> (World, Domain, Domain) {
    let world = World::new();
    let (dom0, guest) = (world.domain(DOM0), world.domain(GUEST));
    (world, dom0, guest)
}

fn shortage(shortage: OutOfMemory) -> Error {
    Error::Memory { width: 0, height: 0, shortage }
}

fn allocate(guest: &Domain, size: u32) -> Result<Backing<Domain>, Error> {
    Backing::allocate(guest, DOM0, size, shortage)
}

fn import(guest: &Domain, scatter: &Scatter<Domain>, offset: u32, size: u32) -> Result<Backing<Domain>, Error> {
    Backing::import(guest, DOM0, scatter, offset, size, shortage)
}

fn request(guest: &Domain, size: u32) -> Result<Backing<Domain>, Error> {
    Backing::request(guest, DOM0, size, shortage)
}

fn scatter(pieces: &[(&Rc<Pages>, core::ops::Range<usize>)]) -> Scatter<Domain> {
    let mut scatter = Scatter::new();
    for (pages, which) in pieces {
        scatter.add(pages, which.clone()).unwrap();
    }
    scatter
}

/// What a back end finds: the grants of a buffer of this many pages.
fn read_directory(dom0: &Domain, backing: &Backing<Domain>, pages: usize) -> Vec<GrantRef> {
    let (mut references, mut next) = (Vec::new(), backing.directory());
    while references.len() < pages {
        let page = dom0.map(GUEST, &[next]).unwrap();
        let left = pages - references.len();
        next = directory::read_page(page.memory(), left, |reference| references.push(reference));
    }
    assert_eq!(next, GrantRef(0), "the last page has no next one");
    references
}

/// What a back end does when it is asked for pages: allocates them, and lists what `change` has made of their grants.
fn answer(
    dom0: &Domain,
    backing: &Backing<Domain>,
    pages: usize,
    change: impl FnOnce(&mut Vec<GrantRef>),
) -> Allocation {
    let allocation = dom0.allocate_granted(GUEST, pages).unwrap();
    let mut references = allocation.references().to_vec();
    change(&mut references);
    let mut next = backing.directory();
    for listed in references.chunks(GRANTS_PER_PAGE) {
        let page = dom0.map(GUEST, &[next]).unwrap();
        next = directory::read_page(page.memory(), 0, |_| ());
        directory::fill_page(page.memory(), listed);
    }
    assert_eq!(next, GrantRef(0));
    allocation
}

/// Takes a buffer back that nobody maps, and expects that nothing is left.
fn end(world: &World, guest: &Domain, backing: Backing<Domain>) {
    let mut quarantine = Quarantine::default();
    backing.release(&mut quarantine);
    assert_eq!(quarantine.grants(), 0);
    assert_eq!(guest.usage(), Usage::default());
    assert_eq!(world.violations(), [""; 0]);
}

mod own {
    use super::*;

    #[test]
    fn a_buffer_is_its_pages_and_a_directory_of_them() {
        for scattered in [false, true] {
            let (world, dom0, guest) = world();
            guest.scatter_frames(scattered);
            // One byte more than 1,023 pages: two directory pages.
            let size = (GRANTS_PER_PAGE * PAGE_SIZE + 1) as u32;
            let backing = allocate(&guest, size).unwrap();
            assert_eq!((backing.size(), backing.data_offset(), backing.flags()), (size, 0, 0));
            assert_eq!((backing.grants(), guest.usage().grants), (1024 + 2, 1024 + 2));
            assert_eq!(backing::grants(0, size), 1024 + 2);
            let memory = backing.memory().unwrap();
            memory.memory().write_u8(size as usize - 1, 0x77);
            let mapped = dom0.map(GUEST, &read_directory(&dom0, &backing, 1024)).unwrap();
            assert_eq!(mapped.memory().read_u8(1023 * PAGE_SIZE), 0x77);
            drop((mapped, memory));
            end(&world, &guest, backing);
        }
    }

    #[test]
    #[should_panic(expected = "leave shared memory of 5000 bytes")]
    fn a_handle_does_not_outgrow_its_buffer() {
        let (_world, _, guest) = world();
        let backing = allocate(&guest, 5000).unwrap();
        backing.memory().unwrap().memory().write_u8(5000, 1);
    }

    #[test]
    fn a_handle_outlives_no_memory() {
        let (world, _, guest) = world();
        let backing = allocate(&guest, 5000).unwrap();
        let handle = backing.memory().unwrap();
        backing.release(&mut Quarantine::default());
        handle.clone().memory().write_u8(4999, 1);
        assert_eq!(guest.usage(), Usage { pages: 2, ..Usage::default() }, "the pages wait for the handle");
        drop(handle);
        assert_eq!((guest.usage(), world.violations()), (Usage::default(), vec![]));
    }

    #[test]
    fn what_the_back_end_still_maps_waits_in_quarantine() {
        let (world, dom0, guest) = world();
        let backing = allocate(&guest, 5 * PAGE_SIZE as u32).unwrap();
        let references = read_directory(&dom0, &backing, 5);
        let mapped = dom0.map(GUEST, &references[1..4]).unwrap();
        let mut quarantine = Quarantine::default();
        backing.release(&mut quarantine);
        assert_eq!((quarantine.grants(), guest.usage().mapped), (3, 3));
        quarantine.retry();
        assert_eq!(quarantine.grants(), 3);
        drop(mapped);
        quarantine.retry();
        assert_eq!((quarantine.grants(), guest.usage(), world.violations()), (0, Usage::default(), vec![]));
    }

    #[test]
    fn buffers_of_8k_fit_where_the_grant_table_allows() {
        let (world, _, guest) = world();
        guest.set_memory(70_000);
        let first = allocate(&guest, SIZE_8K).unwrap();
        assert_eq!(first.grants(), 32_400 + 32);
        // A table of 64 frames has 32,768 entries, 8 of which are Xen's. The second buffer is refused before anything is made.
        let (before, granted) = (guest.usage(), guest.counters().grants);
        let refused = allocate(&guest, SIZE_8K).err().unwrap();
        assert_eq!(refused, Error::Grants { needed: 32_432, free: 328, max_grant_frames: 127 });
        let said = refused.to_string();
        assert!(
            said.contains("32432 grants are needed and 328 are free") && said.contains("max_grant_frames"),
            "{said}"
        );
        assert!(said.contains("127"), "{said}");
        assert_eq!((guest.usage(), guest.counters().grants), (before, granted));
        // With what the message asks for it works.
        guest.set_grant_frames(127);
        let second = allocate(&guest, SIZE_8K).unwrap();
        second.memory().unwrap().memory().write_u32(SIZE_8K as usize - 4, 7);
        second.release(&mut Quarantine::default());
        end(&world, &guest, first);
    }

    #[test]
    fn whatever_runs_out_half_way_is_given_back() {
        for left in 0..11 {
            let (world, _, guest) = world();
            let mut left = left;
            world.set_faults(move |_: DomainId, operation: &Operation<'_>| {
                let Operation::Grant(..) = operation else { return None };
                left -= 1;
                (left < 0).then_some(Fault::Refuse)
            });
            assert!(matches!(allocate(&guest, 10 * PAGE_SIZE as u32).err(), Some(Error::Grants { .. })));
            assert_eq!((guest.usage(), world.violations()), (Usage::default(), vec![]));
        }
        for memory in 1..11 {
            let (world, _, guest) = world();
            guest.set_memory(memory);
            assert!(matches!(allocate(&guest, 10 * PAGE_SIZE as u32).err(), Some(Error::Memory { .. })));
            assert_eq!((guest.usage(), world.violations()), (Usage::default(), vec![]));
        }
    }
}

mod imported {
    use super::*;

    #[test]
    fn a_scatter_list_is_seen_in_its_order_and_at_its_offset() {
        let (world, dom0, guest) = world();
        guest.scatter_frames(true);
        let [first, second] = [3, 4].map(|count| Rc::new(guest.allocate(count).unwrap()));
        for page in 0..4 {
            second.memory().write_u32(page * PAGE_SIZE, 200 + page as u32);
        }
        first.memory().write_u32(PAGE_SIZE, 101);
        first.memory().write_u8(2 * PAGE_SIZE + 333, 0x5a);
        // 333 + 4 * 4096 bytes and one more: the last page is touched by 334 bytes.
        let list = scatter(&[(&first, 2..3), (&second, 1..4), (&first, 1..2)]);
        let size = 4 * PAGE_SIZE as u32 + 1;
        let backing = import(&guest, &list, 333, size).unwrap();
        assert_eq!((backing.size(), backing.data_offset(), backing.flags()), (size, 333, 0));
        assert_eq!((backing.grants(), guest.usage().grants), (5 + 1, 5 + 1));
        assert!(backing.memory().is_none(), "the appliance has it already");
        let mapped = dom0.map(GUEST, &read_directory(&dom0, &backing, 5)).unwrap();
        assert_eq!(mapped.memory().read_u8(333), 0x5a);
        assert_eq!([1, 2, 3, 4].map(|page| mapped.memory().read_u32(page * PAGE_SIZE)), [201, 202, 203, 101]);
        drop(mapped);
        drop((list, first));
        backing.release(&mut Quarantine::default());
        assert_eq!(guest.usage(), Usage { pages: 4, ..Usage::default() }, "the appliance still has the second piece");
        drop(second);
        assert_eq!((guest.usage(), world.violations()), (Usage::default(), vec![]));
    }

    #[test]
    fn the_pages_outlive_whoever_imported_them() {
        let (world, dom0, guest) = world();
        let pages = Rc::new(guest.allocate(2).unwrap());
        let backing = import(&guest, &scatter(&[(&pages, 0..2)]), 0, 8192).unwrap();
        let mapped = dom0.map(GUEST, &read_directory(&dom0, &backing, 2)).unwrap();
        drop(pages);
        let mut quarantine = Quarantine::default();
        backing.release(&mut quarantine);
        assert_eq!((quarantine.grants(), guest.usage().pages), (2, 2));
        drop(mapped);
        quarantine.retry();
        assert_eq!((quarantine.grants(), guest.usage(), world.violations()), (0, Usage::default(), vec![]));
    }

    #[test]
    fn what_makes_no_sense_is_an_error_and_grants_nothing() {
        let (_world, _, guest) = world();
        let pages = Rc::new(guest.allocate(3).unwrap());
        let list = scatter(&[(&pages, 0..3)]);
        let cases = [
            (0, 0, BadImport::Empty),
            (4096, 1, BadImport::Offset(4096)),
            (u32::MAX, u32::MAX, BadImport::Offset(u32::MAX)),
            (0, 3 * 4096 + 1, BadImport::Pages { needed: 4, given: 3 }),
            (1, 3 * 4096, BadImport::Pages { needed: 4, given: 3 }),
            (0, 2 * 4096, BadImport::Pages { needed: 2, given: 3 }),
            (4095, u32::MAX, BadImport::Pages { needed: 1_048_577, given: 3 }),
        ];
        for (offset, size, expected) in cases {
            assert_eq!(import(&guest, &list, offset, size).err(), Some(Error::Import(expected)), "{offset} {size}");
        }
        let mut list = list;
        assert_eq!(list.add(&pages, 1..4), Err(BadImport::NoSuchPages { end: 4, given: 3 }));
        let (start, end) = (3, 2);
        assert_eq!(list.add(&pages, start..end), Err(BadImport::NoSuchPages { end: 3, given: 3 }));
        assert_eq!((list.count(), guest.counters().grants), (3, 0));
    }

    #[test]
    fn too_few_grants_are_known_in_advance_and_half_an_import_is_undone() {
        let (world, _, guest) = world();
        guest.set_grant_frames(1);
        let pages = Rc::new(guest.allocate(505).unwrap());
        let refused = import(&guest, &scatter(&[(&pages, 0..505)]), 0, 505 * 4096).err();
        assert_eq!(refused, Some(Error::Grants { needed: 506, free: 504, max_grant_frames: 2 }));
        assert_eq!(guest.counters().grants, 0);
        for left in 0..5 {
            let mut left = left;
            world.set_faults(move |_: DomainId, operation: &Operation<'_>| {
                let Operation::Grant(..) = operation else { return None };
                left -= 1;
                (left < 0).then_some(Fault::Refuse)
            });
            let list = scatter(&[(&pages, 7..9), (&pages, 0..2)]);
            assert!(matches!(import(&guest, &list, 5, 4 * 4096 - 5).err(), Some(Error::Grants { .. })));
            assert_eq!(guest.usage(), Usage { pages: 505, ..Usage::default() });
        }
    }

    proptest! {
        #[test]
        fn as_many_pages_are_granted_as_the_bytes_touch(offset in 0u32..4096, size in 1u32..200_000) {
            let (world, _, guest) = world();
            let touched = (offset as usize + size as usize - 1) / PAGE_SIZE + 1;
            let pages = Rc::new(guest.allocate(touched).unwrap());
            let backing = import(&guest, &scatter(&[(&pages, 0..touched)]), offset, size).unwrap();
            prop_assert_eq!(backing.grants(), touched + 1);
            drop(pages);
            end(&world, &guest, backing);
        }
    }
}

mod allocated_by_the_back_end {
    use super::*;

    #[test]
    fn the_back_ends_pages_are_mapped_and_unmapped() {
        let (world, dom0, guest) = world();
        let pages = 2 * GRANTS_PER_PAGE + 5;
        let size = (pages * PAGE_SIZE - 100) as u32;
        let mut backing = request(&guest, size).unwrap();
        assert_eq!((backing.flags(), backing.data_offset(), backing.grants()), (FLAG_REQUEST_ALLOCATION, 0, 3));
        assert!(backing.memory().is_none());
        let allocation = answer(&dom0, &backing, pages, |_| ());
        allocation.memory().write_u32(2000 * PAGE_SIZE, 5);
        backing.accept(&guest, DOM0).unwrap();
        backing.accept(&guest, DOM0).unwrap();
        assert_eq!(guest.usage().mapping, pages, "it is mapped once");
        let memory = backing.memory().unwrap();
        assert_eq!((memory.memory().len(), memory.memory().read_u32(2000 * PAGE_SIZE)), (size as usize, 5));
        memory.memory().write_u32(size as usize - 4, 9);
        assert_eq!(allocation.memory().read_u32(size as usize - 4), 9);
        drop(memory);
        assert!(backing.unmap());
        assert_eq!((guest.usage().mapping, dom0.usage().mapped), (0, 0), "before the back end is told to destroy it");
        assert!(backing.memory().is_none() && backing.unmap());
        drop(allocation);
        assert_eq!(dom0.usage(), Usage::default());
        end(&world, &guest, backing);
    }

    #[test]
    fn a_handle_keeps_the_pages_mapped_and_says_so() {
        let (world, dom0, guest) = world();
        let mut backing = request(&guest, 4096).unwrap();
        let allocation = answer(&dom0, &backing, 1, |_| ());
        backing.accept(&guest, DOM0).unwrap();
        let handle = backing.memory().unwrap();
        assert!(!backing.unmap());
        // Whatever the back end does now, the memory is there.
        drop(allocation);
        handle.memory().write_u32(0, 1);
        assert_eq!((guest.usage().mapping, dom0.usage().pages), (1, 1));
        drop(handle);
        assert_eq!((guest.usage().mapping, dom0.usage()), (0, Usage::default()));
        end(&world, &guest, backing);
    }

    #[test]
    fn a_directory_that_lies_maps_nothing() {
        let (world, dom0, guest) = world();
        let other = world.domain(DomainId(9));
        let others = dom0.allocate_granted(other.id(), 1).unwrap();
        let foreign = others.references()[0];
        let zero = |listed: &mut Vec<GrantRef>| listed[4] = GrantRef(0);
        let twice = |listed: &mut Vec<GrantRef>| listed[4] = listed[1];
        let never = |listed: &mut Vec<GrantRef>| listed[9] = GrantRef(30_000);
        let huge = |listed: &mut Vec<GrantRef>| listed[0] = GrantRef(u32::MAX);
        let foreign_one = |listed: &mut Vec<GrantRef>| listed[3] = foreign;
        type Lie<'a> = &'a dyn Fn(&mut Vec<GrantRef>);
        let lies: [(Lie<'_>, Option<Error>); 5] = [
            (&zero, Some(Error::Directory(BadDirectory::Missing(4)))),
            (&twice, None),
            (&never, Some(Error::Mapping(MapError::BadReference(GrantRef(30_000))))),
            (&huge, Some(Error::Mapping(MapError::BadReference(GrantRef(u32::MAX))))),
            (&foreign_one, Some(Error::Mapping(MapError::BadReference(foreign)))),
        ];
        for (lie, expected) in lies {
            let mut backing = request(&guest, 10 * 4096).unwrap();
            let allocation = answer(&dom0, &backing, 10, lie);
            let repeated = Error::Directory(BadDirectory::Repeated(allocation.references()[1]));
            assert_eq!(backing.accept(&guest, DOM0), Err(expected.unwrap_or(repeated)));
            assert!(backing.memory().is_none() && backing.unmap());
            assert_eq!((guest.usage().mapping, dom0.usage().mapped), (0, 0));
            end(&world, &guest, backing);
        }
    }

    /// The back end goes on writing after it has answered: what was believed was copied before.
    #[test]
    fn a_directory_that_changes_later_changes_nothing() {
        let (world, dom0, guest) = world();
        let mut backing = request(&guest, 2 * 4096).unwrap();
        let allocation = answer(&dom0, &backing, 2, |_| ());
        let page = dom0.map(GUEST, &[backing.directory()]).unwrap();
        let breaker = Rc::new(page);
        let scribble = breaker.clone();
        world.set_faults(move |caller: DomainId, operation: &Operation<'_>| {
            if caller == GUEST && matches!(operation, Operation::Map(..)) {
                scribble.memory().fill_words(0, PAGE_SIZE / 4, 0xffff_ffff);
            }
            None
        });
        backing.accept(&guest, DOM0).unwrap();
        assert_eq!(guest.usage().mapping, 2);
        world.clear_faults();
        drop((breaker, allocation));
        end(&world, &guest, backing);
    }

    #[test]
    fn a_mapping_that_fails_at_any_page_is_undone() {
        for page in 0..6 {
            let (world, dom0, guest) = world();
            let mut backing = request(&guest, 6 * 4096).unwrap();
            let allocation = answer(&dom0, &backing, 6, |_| ());
            world.set_faults(move |caller: DomainId, operation: &Operation<'_>| {
                let hit = caller == GUEST && matches!(operation, Operation::Map(..));
                hit.then_some(Fault::RefuseAt(page))
            });
            let failed = MapError::BadReference(allocation.references()[page]);
            assert_eq!(backing.accept(&guest, DOM0), Err(Error::Mapping(failed)));
            assert_eq!((guest.usage().mapping, dom0.usage().mapped), (0, 0));
            world.clear_faults();
            drop(allocation);
            assert_eq!(dom0.usage(), Usage::default());
            end(&world, &guest, backing);
        }
    }

    #[test]
    fn a_buffer_of_8k_takes_32_grants_of_ours() {
        let (world, dom0, guest) = world();
        dom0.set_memory(40_000);
        let mut backing = request(&guest, SIZE_8K).unwrap();
        assert_eq!(backing.grants(), 32);
        let allocation = answer(&dom0, &backing, 32_400, |_| ());
        backing.accept(&guest, DOM0).unwrap();
        backing.memory().unwrap().memory().write_u32(SIZE_8K as usize - 4, 3);
        assert_eq!(allocation.memory().read_u32(SIZE_8K as usize - 4), 3);
        end(&world, &guest, backing);
    }
}

/// A buffer of any kind in a random life, and what the back end holds of it.
struct Living {
    backing: Backing<Domain>,
    allocation: Option<Allocation>,
    mapping: Option<vitrine_xen::fake::Mapping>,
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Buffers of all kinds come and go, with faults in between and a back end that lies, holds on, or lets go too early. At the
    /// end, once everybody has let go, nobody has anything left.
    #[test]
    fn nothing_leaks(steps in prop::collection::vec((0u8..8, 1u32..40_000, 0u32..4096, 0usize..12), 1..60)) {
        let (world, dom0, guest) = world();
        let mut quarantine = Quarantine::default();
        let mut living: Vec<Living> = Vec::new();
        for (step, size, offset, number) in steps {
            let made = match step {
                0 => allocate(&guest, size),
                1 => {
                    let count = directory::buffer_pages(offset, size);
                    let own = Rc::new(guest.allocate(count).unwrap());
                    import(&guest, &scatter(&[(&own, 0..count)]), offset, size)
                }
                2 => request(&guest, size),
                // Out of something in the middle of it.
                3 => {
                    let mut left = number;
                    world.set_faults(move |_: DomainId, operation: &Operation<'_>| {
                        let counts = matches!(operation, Operation::Grant(..) | Operation::Allocate(_));
                        left = left.saturating_sub(usize::from(counts));
                        (counts && left == 0).then_some(Fault::Refuse)
                    });
                    let made = if offset % 2 == 0 { allocate(&guest, size) } else { request(&guest, size) };
                    world.clear_faults();
                    made
                }
                _ => {
                    if living.is_empty() {
                        continue;
                    }
                    let place = number % living.len();
                    match step {
                        // The back end maps it, or lets go.
                        4 => living[place].mapping = match living[place].mapping.take() {
                            None => dom0.map(GUEST, &[living[place].backing.directory()]).ok(),
                            Some(_) => None,
                        },
                        // The back end allocates, truthfully or not, or frees what it had allocated.
                        5 if living[place].backing.flags() != 0 => {
                            let buffer = &mut living[place];
                            buffer.allocation = match buffer.allocation.take() {
                                Some(_) => None,
                                None => {
                                    let count = directory::buffer_pages(0, buffer.backing.size());
                                    let lie = |listed: &mut Vec<GrantRef>| if offset % 4 == 0 {
                                        listed[number % count] = GrantRef(offset);
                                    };
                                    Some(answer(&dom0, &buffer.backing, count, lie))
                                }
                            };
                            _ = buffer.backing.accept(&guest, DOM0);
                        }
                        6 => _ = living[place].backing.unmap(),
                        7 => living.swap_remove(place).backing.release(&mut quarantine),
                        _ => {}
                    }
                    quarantine.retry();
                    continue;
                }
            };
            if let Ok(backing) = made {
                living.push(Living { backing, allocation: None, mapping: None });
            }
        }
        for Living { backing, allocation, mapping } in living {
            drop(mapping);
            backing.release(&mut quarantine);
            drop(allocation);
        }
        quarantine.retry();
        prop_assert_eq!(quarantine.grants(), 0);
        prop_assert_eq!((guest.usage(), dom0.usage()), (Usage::default(), Usage::default()));
        prop_assert_eq!(world.violations(), Vec::<String>::new());
    }
}
